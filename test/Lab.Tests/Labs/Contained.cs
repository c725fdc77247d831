using Exeat.Lab.Report;
using Exeat.Lab.Scenario;

namespace Exeat.Lab.Tests.Labs;

/// <summary>The three things asserted of every attack: it did not arrive, the record says why, and without the gateway it would have arrived.</summary>
internal static class Contained
{
    public static async Task<SeenRecord> AssertAsync(
        LabFixture lab, LabFixture open, string kind, string to, int family, int port = 443, string agent = "coding-1", string rule = "")
    {
        Outcome control = await open.TryAsync(kind, to, family, port, agent);
        // One datagram may be lost while neighbours are still being found; it is the control that is tried again, never the attack.
        for (int i = 0; i < 3 && !control.Arrived; i++) control = await open.TryAsync(kind, to, family, port, agent);
        Assert.True(control.Arrived, $"the control run did not arrive, so this test shows nothing: {control.Client.LastLine}");

        Outcome attack = await lab.TryAsync(kind, to, family, port, agent);
        Assert.False(attack.Arrived, $"{kind} to {to} escaped over IPv{family}");
        SeenRecord? record = await lab.RecordOfAsync(attack);
        Assert.True(record is not null, $"{kind} to {to} over IPv{family} left no record");
        Assert.Equal("deny", record.Verdict);
        Assert.True(record.Enforced);
        Assert.NotEmpty(record.Reason);
        if (rule.Length > 0) Assert.Equal(rule, record.Rule);
        return record;
    }
}
