using Exeat.Flows;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Running;

/// <summary>Documents change while real QUIC connections are alive: what is no longer permitted ends at its next datagram, what is permitted goes on (I8).</summary>
public sealed class QuicChangeTests(QuicRunningLab lab) : IClassFixture<QuicRunningLab>
{
    private const string Leaver = "coding-1", Stayer = "research-1";

    // What the gateway had let go and the far side had not yet counted when the change was said to be in force.
    private const int UnderWay = 2;

    [Theory, InlineData(4), InlineData(6)]
    public async Task A_QUIC_flow_survives_other_changes_and_ends_at_its_next_datagram_without_its_permit(int family)
    {
        await lab.BeginAsync();
        await lab.ChangeAsync(() => lab.Write(RunningLab.PolicyFile, QuicRunningLab.QuicPolicy("coding, research")));
        DateTimeOffset from = TimeProvider.System.GetUtcNow();
        Task<Finished> leaver = await lab.UploadAsync(Leaver, family), stayer = await lab.UploadAsync(Stayer, family);
        // Each change is another generation, and only marks of the newest pass: a flow that was not stamped again would be asked for its Initial, which it has sent long ago.
        for (int i = 0; i < 3; i++)
        {
            await lab.ChangeAsync(() => lab.Write(RunningLab.PolicyFile, QuicRunningLab.QuicPolicy(
                "coding, research", $"- {{name: other-{i}, priority: 30, to: {{names: [core]}}, protocol: tcp, ports: [{1000 + i}], action: permit}}")));
            long now = await lab.DatagramsAsync(Leaver, family), others = await lab.DatagramsAsync(Stayer, family);
            await lab.GrowsAsync(Leaver, family, now, 20);
            await lab.GrowsAsync(Stayer, family, others, 20);
        }
        Assert.Equal([("decision", "permit", "")], Told(from, Leaver, family));
        Assert.Equal([("decision", "permit", "")], Told(from, Stayer, family));

        await lab.ChangeAsync(() => lab.Write(RunningLab.PolicyFile, QuicRunningLab.QuicPolicy("research")));
        await EndedAsync(from, family, leaver);
        await GoesOnAsync(from, family, stayer);
        // The control: the very client that was cut off arrives where it is permitted again.
        await lab.ChangeAsync(() => lab.Write(RunningLab.PolicyFile, QuicRunningLab.QuicPolicy("coding, research")));
        await lab.UploadAsync(Leaver, family);
        await FinishAsync();
    }

    [Theory, InlineData(4), InlineData(6)]
    public async Task A_quarantine_ends_the_agent_s_QUIC_flow_at_its_next_datagram_and_no_other(int family)
    {
        await lab.BeginAsync();
        await lab.ChangeAsync(() => lab.Write(RunningLab.PolicyFile, QuicRunningLab.QuicPolicy("coding, research")));
        DateTimeOffset from = TimeProvider.System.GetUtcNow();
        Task<Finished> leaver = await lab.UploadAsync(Leaver, family), stayer = await lab.UploadAsync(Stayer, family);
        await lab.ChangeAsync(() => lab.Write(RunningLab.AgentsFile, lab.Quarantined(Leaver)));
        await EndedAsync(from, family, leaver);
        await GoesOnAsync(from, family, stayer);
        await FinishAsync();
    }

    // Nothing more arrives, though the client goes on trying until its own patience ends; the record says what ended it.
    private async Task EndedAsync(DateTimeOffset from, int family, Task<Finished> client)
    {
        long after = await lab.DatagramsAsync(Leaver, family);
        await client;
        Assert.InRange(await lab.DatagramsAsync(Leaver, family) - after, 0, UnderWay);
        for (int i = 0; i < 100 && !Told(from, Leaver, family).Any(r => r.Event == "end"); i++)
        {
            await lab.SweepAsync();
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
        (string Event, string Verdict, string End)[] told = Told(from, Leaver, family);
        Assert.Contains(told, r => r is { Event: "decision", Verdict: "deny" });
        Assert.Contains(told, r => r is { Event: "end", End: "policy-changed" });
        Assert.Contains(Records(from, Leaver, family), r => r is { Event: "decision", Verdict: "deny", Reason: "policy-changed", Enforced: true });
    }

    private async Task GoesOnAsync(DateTimeOffset from, int family, Task<Finished> client)
    {
        long now = await lab.DatagramsAsync(Stayer, family);
        await lab.GrowsAsync(Stayer, family, now, 20);
        Assert.False(client.IsCompleted, "the neighbour's connection ended");
        Assert.Equal([("decision", "permit", "")], Told(from, Stayer, family));
    }

    // Whatever still goes on is cut off.
    private async Task FinishAsync() => await lab.ChangeAsync(() => lab.Write(RunningLab.PolicyFile, RunningLab.Policy()));

    private (string Event, string Verdict, string End)[] Told(DateTimeOffset from, string agent, int family) =>
        [.. Records(from, agent, family).Where(r => r.Event is "decision" or "end").Select(r => (r.Event, r.Event == "end" ? "" : r.Verdict ?? "", r.End ?? ""))];

    private IEnumerable<FlowEvent> Records(DateTimeOffset from, string agent, int family) =>
        new JournalReader(lab.State.Journal).Read(from).Where(r => r.Agent == agent && r.Destination == QuicRunningLab.ServerAt(family) && r.Protocol == "udp");
}
