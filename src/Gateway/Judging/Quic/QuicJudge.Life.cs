using Exeat.Gateway.Kernel;
using Exeat.Gateway.Records;
using Exeat.Policy;

namespace Exeat.Gateway.Judging;

/// <summary>What happens to datagram flows between packets.</summary>
internal sealed partial class QuicJudge
{
    /// <summary>
    /// Readings of the kernel's table, one a minute, in which the agent had sent and the server had not: at two of them at least a minute has passed without an answer. A request just
    /// before one reading is answered before the next; QUIC itself gives up after 30 seconds as a rule.
    /// </summary>
    public const int UnansweredReadings = 2;

    private readonly List<FlowEntry> _late = [];

    /// <summary>How long a flow may stay without its hello, or without the server's answer to it.</summary>
    public TimeSpan HelloTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Ends flows whose hello or answer did not come in time, and lets go of datagrams whose flow is gone and of hellos that nobody sends again.</summary>
    public void Sweep(Snapshot snapshot, MarkLayout marks)
    {
        for (int i = _holding.Count - 1; i >= 0; i--)
        {
            (FlowEntry entry, QuicFlow flow, string agentId) = _holding[i];
            bool isGone = entry.Quic != flow || entry.State == FlowState.Refused;
            if (isGone || time.GetElapsedTime(flow.WaitsSince) > HelloTimeout && Lives(entry, flow))
            {
                held.Drop(flow, agentId);
                flow.Collect(null);
            }
            if (flow.Held.Count == 0) _holding.RemoveAt(i);
        }
        _hellos.Sweep();
        _late.Clear();
        foreach (FlowEntry entry in table.Live)
        {
            if (entry.Quic is not { } flow || time.GetElapsedTime(flow.WaitsSince) <= HelloTimeout) continue;
            if (entry.State is FlowState.AwaitsInitial or FlowState.InitialSent) _late.Add(entry);
            else if (entry.State == FlowState.Permitted) flow.Settle();
        }
        foreach (FlowEntry entry in _late) End(entry, entry.Quic!, snapshot, marks);
    }

    /// <summary>
    /// Ends what was accepted by name and is answered no more: a server that is gone must not leave a mark which the agent alone keeps warm. Its next datagram is a first one, and has to prove its name.
    /// </summary>
    public void EndUnanswered(IReadOnlyDictionary<FlowKey, FlowCounts> living, Snapshot snapshot)
    {
        _late.Clear();
        foreach (FlowEntry entry in table.Live)
        {
            if (entry is not { State: FlowState.Permitted, Enforced: true, Claim: Claim.Name, Quic: { } flow } || !living.TryGetValue(entry.Key, out FlowCounts counts)) continue;
            if (flow.Counted is { } before)
            {
                if (counts.PacketsIn != before.In) flow.Unanswered = 0;
                else if (counts.PacketsOut > before.Out && ++flow.Unanswered >= UnansweredReadings) _late.Add(entry);
            }
            flow.Counted = (counts.PacketsOut, counts.PacketsIn);
        }
        foreach (FlowEntry entry in _late)
        {
            held.Drop(entry.Quic!, entry.AgentId);
            connections.Delete(entry.Key, entry.Zone);
            recorder.End(entry, snapshot, snapshot.FindAgent(entry.Key.Source), "no-answer", living[entry.Key]);
            table.Remove(entry);
        }
    }

    /// <summary>The record of a permit could not be written: nothing of the flow may go on.</summary>
    public void Withdraw(FlowEntry entry)
    {
        if (entry.Quic is { } flow) held.Drop(flow, entry.AgentId);
        connections.Delete(entry.Key, entry.Zone);
        table.Remove(entry);
    }

    private void End(FlowEntry entry, QuicFlow flow, Snapshot snapshot, MarkLayout marks)
    {
        if (flow.IsAccepted || !entry.Enforced)
        {
            // Another connection of the tuple was not answered, and the one before it lives. Or monitor, which ends nothing.
            if (!entry.Recorded)
            {
                entry.Decision = new Decision(Verdict.Deny, Reason.NoHello, 0, entry.Decision.Would);
                recorder.Decision(entry, snapshot, snapshot.FindAgent(entry.Key.Source), Stage.Hello);
            }
            table.Move(entry, FlowState.Permitted);
            connections.SetMark(entry.Key, entry.Zone, marks.Permitted(snapshot.Generation) | marks.Watched);
            return;
        }
        int agent = snapshot.FindAgent(entry.Key.Source);
        held.Drop(flow, entry.AgentId);
        string how = "no-answer";
        if (!entry.Recorded)
        {
            entry.Decision = new Decision(Verdict.Deny, Reason.NoHello, 0, entry.Decision.Would);
            recorder.Decision(entry, snapshot, agent, Stage.Hello);
            how = "no-hello";
        }
        connections.Delete(entry.Key, entry.Zone);
        recorder.End(entry, snapshot, agent, how, default);
        table.Remove(entry);
    }
}
