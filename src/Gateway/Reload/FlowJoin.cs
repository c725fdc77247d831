using System.Buffers.Text;
using System.Text;
using Exeat.Flows;
using Exeat.Gateway.Judging;
using Exeat.Gateway.Kernel;
using Exeat.Gateway.Records;
using Exeat.Linux;
using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Gateway.Reload;

/// <summary>
/// Joins what an earlier gateway left in conntrack with what it wrote in the journal: a marked connection whose permit is recorded, and is a permit by today's policy too,
/// lives on. All others are ended and recorded: they lose their mark, and the next packet of a TCP flow is refused with both its ends reset (K17).
/// </summary>
internal sealed class FlowJoin(Conntrack conntrack, MarkLayout marks, FlowTable table, NeverForwarded never, Func<string, ushort> zoneOf, TimeProvider time)
{
    // A start reads no longer than this, so that a long journal does not hold new flows up: some millions of events. A proof further back counts as none.
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(5);

    private readonly Dictionary<FlowKey, FlowEvent> _proofs = [];

    /// <summary>How many proofs are kept for <see cref="Join(Snapshot, FlowRecorder)"/>.</summary>
    internal int Proofs => _proofs.Count;

    /// <summary>Source ports of them.</summary>
    internal IEnumerable<int> ProvenPorts => _proofs.Keys.Select(key => (int)key.SourcePort);

    /// <summary>Reads the proofs of earlier runs; to be called before this run's journal has events.</summary>
    public void ReadProofs(string journalDir)
    {
        List<FlowKey> permitted = [];
        conntrack.Dump(0, 0, (in ConntrackEvent entry) =>
        {
            if (MayLive(entry.Mark, marks) && entry.Original.Protocol is FlowKey.Tcp or FlowKey.Udp) permitted.Add(Tuples.KeyOf(entry.Original));
        });
        ReadProofs(journalDir, permitted);
    }

    /// <summary>As the other, of these connections. Backwards, and only until each has its last word: a connection may be older than most of the journal.</summary>
    internal void ReadProofs(string journalDir, IReadOnlyCollection<FlowKey> permitted)
    {
        if (!Directory.Exists(journalDir)) return;
        HashSet<FlowKey> open = [.. permitted];
        HashSet<int> ports = [.. open.Select(key => (int)key.SourcePort)];
        HashSet<string> ended = new(StringComparer.Ordinal);
        long began = time.GetTimestamp();
        foreach (IEnumerable<FlowEvent> segment in new JournalReader(journalDir).Backwards(line => IsWorth(line, ports)))
        {
            if (open.Count == 0 || time.GetElapsedTime(began) > Most) return;
            // The last word on a flow's tuple counts; a refusal takes an earlier permit back. What was refused at once is the word on a packet: it ended nothing, or the kernel has nothing left of what it ended.
            var words = new Dictionary<FlowKey, FlowEvent>();
            foreach (FlowEvent read in segment)
            {
                if (read.Flow is null || KeyOf(read) is not { } key || !open.Contains(key)) continue;
                if (read.Event == "end") ended.Add(read.Flow);
                else if (read.Event == "decision" && read.Stage != "dns" && read.End != "refused") words[key] = read;
            }
            foreach ((FlowKey key, FlowEvent word) in words)
            {
                open.Remove(key);
                if ((word.Verdict == "permit" || word.Enforced == false) && !ended.Contains(word.Flow!)) _proofs.Add(key, word);
            }
        }
    }

    // Cheaper than reading it: most lines are of other ports.
    private static bool IsWorth(ReadOnlySpan<byte> line, HashSet<int> ports)
    {
        ReadOnlySpan<byte> field = "\"srcPort\":"u8;
        int at = line.IndexOf(field);
        return at >= 0 && Utf8Parser.TryParse(line[(at + field.Length)..], out int port, out _) && ports.Contains(port);
    }

    /// <summary>Stamps the survivors with the policy's generation and puts them into the table; returns how many live and how many were unproven.</summary>
    public (int Joined, int Unproven) Join(Snapshot snapshot, FlowRecorder recorder)
    {
        var marked = new List<ConntrackEvent>();
        conntrack.Dump(0, 0, (in ConntrackEvent entry) =>
        {
            if ((entry.Mark & marks.Judged) != 0) marked.Add(entry);
        });
        return Join(marked, snapshot, recorder);
    }

    /// <summary>As the other, with what bears a mark of ours.</summary>
    internal (int Joined, int Unproven) Join(IReadOnlyCollection<ConntrackEvent> marked, Snapshot snapshot, FlowRecorder recorder) => Join(marked, snapshot, recorder, (tuple, mark) =>
    {
        if (mark is { } bits) conntrack.SetMark(tuple, bits, marks.Mask);
        else conntrack.Delete(tuple);
    });

    /// <summary>As the other; <paramref name="settle"/> gives an entry its mark, or deletes it (null).</summary>
    internal (int Joined, int Unproven) Join(IReadOnlyCollection<ConntrackEvent> marked, Snapshot snapshot, FlowRecorder recorder, Action<TupleKey, uint?> settle)
    {
        int joined = 0, over = 0;
        foreach (ConntrackEvent entry in marked)
        {
            FlowKey key = Tuples.KeyOf(entry.Original);
            if (entry.TcpState is TcpState.TimeWait or TcpState.Close && !_proofs.ContainsKey(key))
            {
                // Over already: there is nothing to end, and a mark is all that is left of it.
                over++;
                settle(entry.Original, 0);
                continue;
            }
            // Behind another link than its agent's of today nothing reaches it any more (I11).
            int agent = snapshot.FindAgent(key.Source);
            if (agent >= 0 && zoneOf(snapshot.Policy.Agents[agent].Interface) != entry.Original.Zone) agent = -1;
            var refusal = new Decision(Verdict.Deny, Reason.UnprovenAfterRestart);
            bool lives = agent >= 0 && MayLive(entry.Mark, marks) && TryJoin(key, snapshot, agent, entry.Original.Zone, ref refusal);
            if (lives) joined++;
            else End(key, snapshot, agent, entry.Original.Zone, refusal, recorder);
            // What has no sequence to reset is forgotten: its next packet is a first one, and judged as such.
            bool stays = lives || agent >= 0 && key.Protocol == FlowKey.Tcp;
            settle(entry.Original, !stays ? null : lives ? marks.Permitted(snapshot.Generation) : 0);
        }
        recorder.Commit();
        // As many as the journal has permits of; nobody asks for them again.
        _proofs.Clear();
        _proofs.TrimExcess();
        return (joined, marked.Count - joined - over);
    }

    /// <summary>Whether a mark of an earlier gateway says permitted, and not watched: later long headers of a watched flow are judged by what its first datagrams said, and that is gone (Q7).</summary>
    internal static bool MayLive(uint mark, MarkLayout marks) => marks.IsPermitted(mark) && (mark & marks.Watched) == 0;

    private bool TryJoin(in FlowKey key, Snapshot snapshot, int agent, ushort zone, ref Decision refusal)
    {
        if (!_proofs.TryGetValue(key, out FlowEvent? proof) || proof.Agent != snapshot.Policy.Agents[agent].Id || !Guid.TryParse(proof.Flow, out Guid id)) return false;
        // What could not be read would be held for nothing claimed: less than it was.
        if (FlowReplay.From(proof) is not { IsUnreadable: false } replay) return false;
        Decision decision = never.Check(key, snapshot, snapshot.Policy.Decide(replay.Attempt(agent)), out bool isNever);
        if (isNever && decision.Reason != Reason.Quarantined)
        {
            refusal = decision;
            return false;
        }
        bool monitored = snapshot.ModeOf(agent) == Mode.Monitor;
        if (decision.Verdict != Verdict.Permit && (!monitored || decision.Reason == Reason.Quarantined)) return false;
        if (table.Begin(key, proof.Agent, id, TimestampOf(proof.Time)) is not { } entry) return false;
        entry.SetOwner(snapshot, agent, zone);
        if (proof.Names.FirstOrDefault(n => n.Source is "sni" or "host") is { } claim)
            entry.SetClaim(Claim.Name, Encoding.ASCII.GetBytes(claim.Name), claim.Source == "sni" ? Proof.DnsSni : Proof.DnsHost);
        else if (proof.Stage == "hello")
            entry.SetClaim(Claim.Nothing, default, Proof.Address);
        entry.Bound = [.. proof.Names.Where(n => n.Source == "binding").Select(n => DomainName.FromCanonical(Encoding.ASCII.GetBytes(n.Name)))];
        (entry.Decision, entry.Recorded, entry.Enforced, entry.Generation) = (decision, true, !monitored, snapshot.Generation);
        table.Move(entry, FlowState.Permitted);
        return true;
    }

    // A connection's life is told from its first permit, not from this start. A clock that went back makes none younger than that.
    private long TimestampOf(DateTimeOffset past) =>
        time.GetTimestamp() - (long)(Math.Max(0, (time.GetUtcNow() - past).TotalSeconds) * time.TimestampFrequency);

    // Recorded now, whether or not another packet comes; the entry stays until the kernel forgets the connection, so that both ends can be reset when one does.
    private void End(in FlowKey key, Snapshot snapshot, int agent, ushort zone, Decision decision, FlowRecorder recorder)
    {
        // Whose it was, where the journal knows: the address may have passed to another agent meanwhile.
        string? id = _proofs.GetValueOrDefault(key)?.Agent ?? (agent < 0 ? null : snapshot.Policy.Agents[agent].Id);
        bool isOwners = agent >= 0 && snapshot.Policy.Agents[agent].Id == id;
        if (agent < 0 || table.Begin(key, id!, recorder.NewFlow(), time.GetTimestamp()) is not { } entry)
        {
            // Of an agent that is gone, or beyond what the table holds: without an entry nobody is told by a reset, and the record is all there is.
            recorder.Refusal(key, snapshot, isOwners ? agent : -1, decision, id);
            return;
        }
        entry.SetOwner(snapshot, isOwners ? agent : -1, zone);
        (entry.Decision, entry.Enforced, entry.Generation) = (decision, true, snapshot.Generation);
        recorder.Decision(entry, snapshot, agent, Stage.FirstPacket);
        if (key.Protocol == FlowKey.Tcp)
        {
            table.Move(entry, FlowState.Refused);
            return;
        }
        recorder.End(entry, snapshot, agent, "refused", default);
        table.Remove(entry);
    }

    // QUIC permitted by name is not joined: its later packets are judged by what its Initials said, and that is gone.
    private static FlowKey? KeyOf(FlowEvent read)
    {
        byte protocol = read.Protocol switch { "tcp" => FlowKey.Tcp, "udp" when read.Proof != "dns+quic" => FlowKey.Udp, _ => 0 };
        return protocol != 0 && Address.TryParse(read.Source, out Address source) && Address.TryParse(read.Destination, out Address destination)
            ? new FlowKey(source, (ushort)read.SourcePort, destination, (ushort)read.Port, protocol)
            : null;
    }
}
