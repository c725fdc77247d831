using Exeat.Lab.Report;
using Exeat.Lab.Scenario;
using Exeat.Lab.Tests.Labs;

namespace Exeat.Lab.Tests.Course;

/// <summary>Plain HTTP by name: each request is judged, also behind a permitted one (H1, H2).</summary>
public sealed class PlainHttpTests(EnforcedLab lab, OpenLab open) : IClassFixture<EnforcedLab>, IClassFixture<OpenLab>
{
    [Theory]
    [InlineData("http", 4), InlineData("http", 6)]
    [InlineData("http-upload", 4), InlineData("http-upload", 6)]
    public async Task A_request_to_a_permitted_name_passes(string kind, int family)
    {
        Outcome outcome = await lab.TryAsync(kind, "archive.ubuntu.com", family, port: 80);
        Assert.True(outcome.Client.Succeeded, outcome.Client.LastLine);
        Assert.True(outcome.After.Has(outcome.Attempt.Canary));
        Assert.Equal(("permit", "allow-os-updates-http"), Of(await lab.RecordOfAsync(outcome)));
    }

    [Theory]
    [InlineData("http-second", "default-deny", 4), InlineData("http-second", "default-deny", 6)]
    [InlineData("http-smuggle", "http-ambiguous", 4), InlineData("http-smuggle", "http-ambiguous", 6)]
    [InlineData("http-upgrade", "http-upgrade", 4), InlineData("http-upgrade", "http-upgrade", 6)]
    public async Task What_comes_behind_a_permitted_request_does_not_arrive(string kind, string reason, int family)
    {
        Outcome control = await open.TryAsync(kind, "archive.ubuntu.com", family, port: 80);
        Assert.True(control.Arrived, control.Client.LastLine);
        Outcome attack = await lab.TryAsync(kind, "archive.ubuntu.com", family, port: 80);
        Assert.False(attack.Arrived);
        Assert.False(attack.Client.Succeeded);
        await lab.RecordOfAsync(attack);
        SeenRecord denied = JournalLines.Read(lab.State.Journal, attack.From).Last(r => r.Verdict == "deny" && r.Port == 80);
        Assert.Equal(("request", reason, true), (denied.Stage, denied.Reason, denied.Enforced));
    }

    [Theory, InlineData(4), InlineData(6)]
    public async Task A_forged_Host_does_not_arrive(int family)
    {
        Assert.True((await lab.TryAsync("http", "archive.ubuntu.com", family, port: 80)).Client.Succeeded);
        await Contained.AssertAsync(lab, open, "http-forged-host", "github.com@os-mirror", family, port: 80);
    }

    private static (string?, string?) Of(SeenRecord? record) => (record?.Verdict, record?.Rule);
}
