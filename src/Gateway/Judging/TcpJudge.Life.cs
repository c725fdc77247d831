using Exeat.Gateway.Kernel;
using Exeat.Gateway.Records;
using Exeat.Policy;

namespace Exeat.Gateway.Judging;

/// <summary>What happens to flows between packets: time limits, ends, policy changes.</summary>
internal sealed partial class TcpJudge
{
    // Longer than a list of the kernel's entries takes to come here: what began after it is not missing.
    private static readonly TimeSpan MissingAfter = TimeSpan.FromMinutes(1);

    // A minute, less what the dump may come early: often enough to see an upload while it runs, seldom enough to be a small part of the journal.
    private static readonly TimeSpan UpdateEvery = TimeSpan.FromSeconds(55);

    // About five milliseconds of the verdict thread.
    private const int MostUpdates = 2048;

    private readonly List<FlowEntry> _ending = [];

    /// <summary>How long a flow may stay without its hello, or without that the server takes it.</summary>
    public TimeSpan HelloTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a server that has the hello may take for its answer: one that is started by it, or has much to do.</summary>
    public TimeSpan AnswerTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The largest hello that is looked at.</summary>
    public int HelloBytes { get; set; } = 64 * 1024;

    /// <summary>How much of a plain HTTP connection is kept until the server has it.</summary>
    public int RequestBytes { get; set; } = 256 * 1024;

    /// <summary>Ends flows whose hello did not come in time; both ends are told.</summary>
    public void Sweep(Snapshot snapshot)
    {
        _ending.Clear();
        foreach (FlowEntry entry in table.Live)
        {
            bool waits = entry.IsPending || entry.State == FlowState.Requests && entry.Enforced && !entry.Stream.IsSettled;
            if (waits && entry.Quic is null && time.GetElapsedTime(entry.WaitsSince) > (entry.IsAnswerDue ? AnswerTimeout : HelloTimeout)) _ending.Add(entry);
        }
        foreach (FlowEntry entry in _ending)
        {
            int agent = snapshot.FindAgent(entry.Key.Source);
            if (!entry.Recorded || entry.State == FlowState.Requests)
            {
                // Where nobody answered there was nothing to refuse.
                Verdict said = entry.State == FlowState.SynSent ? Verdict.Pending : Verdict.Deny;
                entry.Decision = new Decision(said, Reason.NoHello, 0, entry.Decision.Would);
                recorder.Decision(entry, snapshot, agent, StageOf(entry));
            }
            if (!entry.Enforced && entry.State != FlowState.SynSent)
            {
                // Monitor holds nothing: a client may be silent for as long as it likes. What nobody answered proves nothing, and ends when enforced.
                entry.Decision = new Decision(Verdict.Deny, Reason.NoHello, 0, entry.Decision.Would);
                table.Move(entry, FlowState.Permitted);
                continue;
            }
            ResetBoth(entry);
            recorder.End(entry, snapshot, agent, entry.State is FlowState.HelloSent or FlowState.SynSent ? "no-answer" : "no-hello", default);
            table.Remove(entry);
        }
    }

    /// <summary>The kernel forgot the connection: the record is closed with its counts.</summary>
    public void Ended(in FlowKey key, in FlowCounts counts, Snapshot snapshot)
    {
        // An older entry of the same tuple may end when a newer connection has begun: its end is not this one's.
        if (table.Find(key) is not { } entry || connections.Exists(key, entry.Zone)) return;
        // Held datagrams have no entry in the kernel yet.
        if (entry.State == FlowState.AwaitsInitial) return;
        int agent = snapshot.FindAgent(key.Source);
        if (!entry.Recorded && entry.State != FlowState.Refused)
        {
            // Nobody refused it: one of the ends left before there was anything to judge.
            entry.Decision = new Decision(Verdict.Pending, Reason.NoHello, 0, entry.Decision.Would);
            recorder.Decision(entry, snapshot, agent, Stage.Hello);
        }
        string how = entry.State != FlowState.Refused ? counts.How ?? "closed" : entry.EndOfRefused;
        recorder.End(entry, snapshot, agent, how, counts);
        table.Remove(entry);
    }

    /// <summary>Ends the flows that the kernel no longer has although no event said so: events are lost in a flood, and a packet that another table dropped never made an entry.</summary>
    public void EndMissing(IReadOnlyDictionary<FlowKey, FlowCounts> living, Snapshot snapshot)
    {
        _ending.Clear();
        foreach (FlowEntry entry in table.Live)
        {
            if (!entry.IsPending && time.GetElapsedTime(entry.Started) > MissingAfter && !living.ContainsKey(entry.Key)) _ending.Add(entry);
        }
        foreach (FlowEntry entry in _ending) Ended(entry.Key, entry.Counts with { How = "unseen" }, snapshot);
    }

    /// <summary>Records what long flows have carried so far. With very many of them each has its turn less often: the verdict thread writes no more than this at once.</summary>
    public void Update(IReadOnlyDictionary<FlowKey, FlowCounts> living, Snapshot snapshot)
    {
        TimeSpan due = UpdateEvery * (1 + table.Count / MostUpdates);
        int written = 0;
        foreach (FlowEntry entry in table.Live)
        {
            if (entry.IsPending || !entry.Recorded || entry.State == FlowState.Refused || time.GetElapsedTime(entry.Updated) < due) continue;
            if (!living.TryGetValue(entry.Key, out FlowCounts counts) || counts == entry.Counts) continue;
            recorder.Update(entry, snapshot, snapshot.FindAgent(entry.Key.Source), counts);
            (entry.Updated, entry.Counts) = (time.GetTimestamp(), counts);
            if (++written == MostUpdates) return;
        }
    }

    /// <summary>The record of a permit could not be written: the flow is ended. Its first packet may never have reached the kernel's table, so no event would end it later.</summary>
    public void Withdraw(FlowEntry entry)
    {
        ResetBoth(entry);
        table.Remove(entry);
    }

    /// <summary>
    /// The gateway stops: of what still waits for its hello nothing was said yet, and no packet of it will be judged any more (I5). The kernel keeps its connections as they are; those
    /// that it still has when the next gateway starts are ended and recorded by that one.
    /// </summary>
    public void RecordUnjudged(Snapshot snapshot)
    {
        foreach (FlowEntry entry in table.Live)
        {
            if (entry.Recorded || entry.State == FlowState.Refused) continue;
            int agent = snapshot.FindAgent(entry.Key.Source);
            entry.Decision = new Decision(Verdict.Pending, Reason.NoHello, 0, entry.Decision.Would);
            recorder.Decision(entry, snapshot, agent, Stage.Hello);
            recorder.End(entry, snapshot, agent, "no-hello", entry.Counts);
        }
    }

    /// <summary>
    /// Judges every live flow by a new policy and stamps the survivors with its generation; both generations pass meanwhile. What is no longer permitted loses its
    /// mark, so that its next packet comes to the queue and is refused there, however late that is. Returns how many were ended.
    /// </summary>
    public int Rejudge(Snapshot next, MarkLayout marks)
    {
        int ended = 0;
        List<(FlowEntry Entry, bool Monitored)> living = [];
        foreach (FlowEntry entry in table.Live)
        {
            if (entry.State == FlowState.Refused) continue;
            int agent = next.FindAgent(entry.Key.Source);
            // An address that another agent has now: the connection is not that agent's, and its names were not answered to it. Or one behind another link: nothing of the agent's reaches the connection any more (I11).
            if (agent >= 0 && (next.Policy.Agents[agent].Id != entry.AgentId || connections.ZoneOf(next.Policy.Agents[agent].Interface) != entry.Zone)) agent = -1;
            bool monitored = next.ModeOf(agent) == Mode.Monitor;
            Decision decision = never.Check(entry.Key, next, Again(entry, next, agent), out bool isNever);
            // What it leads to has become another agent's address, say: no mode lets it go on (I7).
            bool forbidden = isNever && decision.Reason != Reason.Quarantined;
            // Enforce ends what only monitor let pass. A pending flow waits for its hello under the new policy too; one that was permitted by address alone and
            // now would need a name has none to show.
            bool holds = decision.Verdict == Verdict.Permit || decision.Verdict == Verdict.Pending && entry.IsPending;
            // What one mode let out, or took over, the other cannot answer for: a hello or a request under way ends with the switch.
            bool switches = entry.Enforced == monitored && (entry.State != FlowState.HelloSent && !entry.Stream.IsEmpty || entry.LetGoUnread && entry.State != FlowState.Permitted);
            bool lives = agent >= 0 && !forbidden && !switches && (holds || monitored && decision.Reason != Reason.Quarantined && !NeverRelaxed(entry));
            if (lives)
            {
                living.Add((entry, monitored));
                continue;
            }
            ended++;
            // The agent is detached: its packets do not reach the queue any more, so the entry goes now (I11).
            if (agent < 0) connections.Delete(entry.Key, entry.Zone);
            else connections.SetMark(entry.Key, entry.Zone, 0);
            // Only now: what the kernel did not take is judged once more.
            entry.Enforced = forbidden || !monitored;
            entry.Decision = forbidden ? decision : decision.Verdict == Verdict.Deny ? decision with { Reason = Reason.PolicyChanged } : new Decision(Verdict.Deny, Reason.PolicyChanged);
            table.Move(entry, FlowState.Refused);
            // Recorded again when a packet is refused by it; a flow that was over anyway just ends. What nothing was said of yet is told now: its SYN left, and no packet may come any more (I5).
            if (entry.Recorded) entry.Recorded = false;
            else recorder.Decision(entry, next, agent, entry.Claim == Claim.NotSeen ? Stage.FirstPacket : Stage.Hello);
        }
        // After the cut, which a quarantine waits for: the old generation passes too.
        foreach ((FlowEntry entry, bool monitored) in living)
        {
            (entry.Generation, entry.Enforced) = (next.Generation, !monitored);
            uint mark = entry.State == FlowState.Permitted ? marks.Permitted(next.Generation) : marks.Pending(next.Generation);
            connections.SetMark(entry.Key, entry.Zone, entry.Quic is null ? mark : mark | marks.Watched);
        }
        return ended;
    }

    // A gateway's own refusal (a hello in pieces, say) is no policy's to lift: monitored flows refused so stay would-be denials.
    private static Decision Again(FlowEntry entry, Snapshot next, int agent)
    {
        if (entry.Decision.Verdict == Verdict.Deny && entry.Decision.Reason is not (Reason.DefaultDeny or Reason.DeniedByRule or Reason.NameNotBound or Reason.NoNameProven))
            return entry.Decision;
        return next.Policy.Decide(new Attempt
        {
            Agent = agent,
            Stage = entry.Claim == Claim.NotSeen ? Stage.FirstPacket : Stage.Hello,
            Protocol = entry.Key.Protocol,
            Port = entry.Key.Port,
            Destination = entry.Key.Destination,
            Claim = entry.Claim,
            ClaimedName = entry.Claim == Claim.Name ? entry.ClaimedName : default,
            ClaimProof = entry.ClaimProof,
            Bound = entry.Bound,
        });
    }

    private static bool NeverRelaxed(FlowEntry entry) => entry.Decision.Reason is Reason.TowardsAgent or Reason.AddressNotAllowed or Reason.Malformed;
}
