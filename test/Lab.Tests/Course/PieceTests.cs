using System.Globalization;
using Exeat.Lab.Report;
using Exeat.Lab.Scenario;
using Exeat.Lab.Tests.Labs;

namespace Exeat.Lab.Tests.Course;

/// <summary>Hellos in pieces, without any offload on the agents' links: they pass at the first attempt and soon, and a denied one leaks no byte (T3, T5; the deadlock of held segments).</summary>
[Collection(Alone.Name)]
public sealed class PieceTests(EnforcedLab lab, OpenLab open) : IClassFixture<EnforcedLab>, IClassFixture<OpenLab>
{
    // What a client may wait because of the gateway.
    private const int MostDelayMs = 2000;

    public static TheoryData<string, int> Kinds()
    {
        var data = new TheoryData<string, int>();
        foreach (string kind in (string[])["hello-pieces", "hello-twenty", "hello-slow", "hello-bytes", "hello-nagle", "hello-huge"])
        {
            data.Add(kind, 4);
            data.Add(kind, 6);
        }
        return data;
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_permitted_hello_in_pieces_succeeds_at_the_first_attempt_and_soon(string kind, int family)
    {
        await CutAsync(lab, "coding-1");
        await CutAsync(open, "coding-1");
        Outcome without = await open.TryAsync(kind, "openclaw.ai", family);
        Outcome with = await lab.TryAsync(kind, "openclaw.ai", family);
        // A machine that is busy with something else delays one run, not each: what the gateway adds is in all of them.
        for (int again = 0; again < 2 && with.Client.Succeeded && More().TotalMilliseconds >= MostDelayMs; again++) with = await lab.TryAsync(kind, "openclaw.ai", family);
        Assert.True(without.Client.Succeeded, without.Client.LastLine);
        Assert.True(with.Client.Succeeded, with.Client.LastLine);
        Assert.True(with.After.Has(with.Attempt.Canary));
        SeenRecord? record = await lab.RecordOfAsync(with);
        Assert.Equal(("permit", "allow-core", "permitted-by-rule"), (record?.Verdict, record?.Rule, record?.Reason));
        Assert.True(More().TotalMilliseconds < MostDelayMs, string.Create(CultureInfo.InvariantCulture, $"{kind}: {More().TotalMilliseconds:F0} ms more than without a gateway"));

        TimeSpan More() => (with.Until - with.From) - (without.Until - without.From);
    }

    // The name is bound for others at the same address: the connection opens, and only the hello tells.
    [Theory, MemberData(nameof(Kinds))]
    public async Task Of_a_denied_hello_in_pieces_no_byte_arrives(string kind, int family)
    {
        await CutAsync(lab, "support-1");
        await CutAsync(open, "support-1");
        await lab.TryAsync("https", "login.example.com", family, agent: "support-1");
        SeenRecord record = await Contained.AssertAsync(lab, open, kind, "openclaw.ai@identity", family, agent: "support-1");
        Assert.Equal("name-not-bound", record.Reason);
    }

    [Theory]
    [InlineData("openssl", "github.com", 4), InlineData("openssl", "github.com", 6)]
    [InlineData("node", "nodejs.org", 4), InlineData("node", "nodejs.org", 6)]
    public async Task A_hello_longer_than_a_segment_passes(string client, string name, int family)
    {
        await CutAsync(lab, "coding-1", mtu: 1280);
        Outcome outcome = await lab.TryAsync(client, name, family);
        await CutAsync(lab, "coding-1");
        Assert.True(outcome.Client.Succeeded, outcome.Client.LastLine);
        Assert.Equal("allow-packages", (await lab.RecordOfAsync(outcome))?.Rule);
    }

    // Segments as they are on a real wire: no merging before the gateway sees them.
    private static async Task CutAsync(LabFixture which, string agent, int mtu = 1500)
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        Topology.Finished set = await which.RunAsync(agent, "sh", "-euc", $"ethtool -K eth0 tso off gso off gro off >/dev/null; ip link set eth0 mtu {mtu}");
        Assert.True(set.Succeeded, set.LastLine);
    }
}
