using Exeat.Lab.Scenario;
using Exeat.Lab.Tests.Labs;

namespace Exeat.Lab.Tests.Course;

/// <summary>Everyday clients do not notice the gateway where policy permits, and fail at once where it does not.</summary>
public sealed class ClientTests(EnforcedLab lab) : IClassFixture<EnforcedLab>
{
    [Theory]
    [InlineData("https", "github.com", 4), InlineData("https", "github.com", 6)]
    [InlineData("openssl", "github.com", 4), InlineData("openssl", "github.com", 6)]
    [InlineData("node", "nodejs.org", 4), InlineData("node", "nodejs.org", 6)]
    [InlineData("python", "pypi.org", 4), InlineData("python", "pypi.org", 6)]
    [InlineData("git", "github.com", 4), InlineData("git", "github.com", 6)]
    public async Task A_client_reaches_a_permitted_name_over_TLS(string client, string name, int family)
    {
        Outcome outcome = await lab.TryAsync(client, name, family);
        Assert.True(outcome.Client.Succeeded, outcome.Client.LastLine);
        Assert.True(outcome.After.Has(outcome.Attempt.Canary));
        Assert.Equal(("permit", "allow-packages"), Of(await lab.RecordOfAsync(outcome)));
    }

    // The control of the above: the same clients, for an agent whose class has no packages.
    [Theory]
    [InlineData("https", "github.com", 4), InlineData("https", "github.com", 6)]
    [InlineData("openssl", "github.com", 4), InlineData("openssl", "github.com", 6)]
    [InlineData("node", "nodejs.org", 4), InlineData("node", "nodejs.org", 6)]
    [InlineData("python", "pypi.org", 4), InlineData("python", "pypi.org", 6)]
    [InlineData("git", "github.com", 4), InlineData("git", "github.com", 6)]
    public async Task The_same_client_of_another_class_is_refused(string client, string name, int family)
    {
        Outcome outcome = await lab.TryAsync(client, name, family, agent: "support-1");
        Assert.False(outcome.Client.Succeeded);
        Assert.False(outcome.Arrived);
        Assert.True(outcome.Client.Status >= 0, "the client hung until its deadline instead of failing");
        Assert.Equal(("deny", "default-deny"), Of(await lab.RecordOfAsync(outcome)));
    }

    [Fact]
    public async Task A_large_download_passes_whole()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        const string Size = "20000000";
        Topology.Finished curl = await lab.RunAsync(
            "coding-1", "curl", "-sS", "--cacert", lab.State.Authority, "-o", "/dev/null", "-w", "%{size_download}", $"https://github.com/bytes/{Size}");
        Assert.Equal(Size, curl.Output);
    }

    private static (string?, string?) Of(Report.SeenRecord? record) => (record?.Verdict, record?.Rule);
}
