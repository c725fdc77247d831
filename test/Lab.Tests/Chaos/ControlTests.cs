using Exeat.Flows;
using Exeat.Lab.Tests.Chaos.Load;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.World;

namespace Exeat.Lab.Tests.Chaos;

/// <summary>The control of the whole suite: without a gateway the counters see every kind of denied attempt, and a record that is not there is missed.</summary>
public sealed class ControlTests(OpenLab open) : IClassFixture<OpenLab>
{
    [Fact]
    public async Task Without_a_gateway_every_kind_arrives()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        WorldSnapshot before = await open.World.ReadAsync();
        await using var traffic = Traffic.Start(open, TimeSpan.FromMinutes(1), pace: 2);
        await Faults.PauseAsync(3);
        await traffic.StopAsync();
        WorldSnapshot after = await open.World.DrainAsync("", TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(2));
        HashSet<string> arrived = [.. after.Canaries.Select(c => c.Canary)];
        IReadOnlyList<TrafficAttempt> attempts = traffic.Attempts();
        // A SYN to any port and a question carry no mark that a server reads: their packets and names are counted.
        foreach ((string kind, int family) in from kind in TrafficAttempt.Denied.Except(["any-port", "tunnel"]) from family in (int[])[4, 6] select (kind, family))
            Assert.True(attempts.Any(a => a.Kind == kind && a.Family == family && arrived.Contains(a.Canary)), $"{kind} over IPv{family} is not seen, so this suite shows nothing of it");
        Assert.Contains(after.Packets, p => p.Destination == WorldMap.Attacker.Address4 && p.Port is >= 20000 and < 20016);
        Assert.Contains(after.Packets, p => p.Destination == WorldMap.Attacker.Address6 && p.Port is >= 20000 and < 20016);
        Assert.True(after.Asked("exfil.attacker.example", WorldMap.Resolver.Address4) > 0 && after.Asked("exfil.attacker.example", WorldMap.Resolver.Address6) > 0);

        ChaosReport report = ChaosReport.Of("no gateway", attempts, traffic.Steady(), before, after, new Ledger(), []);
        Assert.NotEmpty(report.Escapes);
        // Nothing is on record here: every permitted attempt is found without, and every other one missing.
        Assert.Equal(report.Through, report.Unrecorded.Count + attempts.Count(a => a.IsQuestion && a.IsPermitted && a.Succeeded));
        Assert.Equal(report.Denied + attempts.Count(a => a.Kind == "lookup" && a.Succeeded), report.Missing);
    }

    [Fact]
    public void A_count_that_is_one_too_low_is_seen()
    {
        TrafficAttempt[] attempts = [.. Enumerable.Range(0, 10).Select(i => new TrafficAttempt("coding-1", $"canary-{i:x12}", i, i + 0.1, "datagram", 4, "203.0.113.66", 6667, 40000 + i, "refused"))];
        var ledger = new Ledger();
        ledger.Add([Denial(1, "decision"), Denial(8, "counted")]);
        Assert.Equal(1, ledger.Missing(attempts));
        Assert.Equal(0, ledger.Missing(attempts.Skip(1)));
        // A refusal by the kernel that knows the agent only counts for any of its destinations, one of nobody's for anybody.
        ledger.Add([Denial(1, "counted") with { Destination = null }]);
        Assert.Equal(0, ledger.Missing(attempts));
    }

    private static FlowEvent Denial(long count, string kind) => new()
    {
        Raw = ReadOnlyMemory<byte>.Empty,
        Id = "t/1/1",
        Event = kind,
        Time = DateTimeOffset.UnixEpoch,
        Agent = "coding-1",
        Destination = "203.0.113.66",
        Protocol = "udp",
        Port = 6667,
        Verdict = "deny",
        Stage = "first-packet",
        Count = count,
    };
}
