using System.Text;
using Exeat.Flows;
using Exeat.Gateway.Judging;
using Exeat.Gateway.Kernel;
using Exeat.Linux;
using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Gateway.Reload;

/// <summary>
/// Joins what an earlier gateway left in conntrack with what it wrote in the journal: a marked connection whose permit is recorded, and is a permit by today's policy too,
/// lives on. All others lose their mark; the next packet of such a flow is refused and both its ends are reset (K17).
/// </summary>
internal sealed class FlowJoin(Conntrack conntrack, MarkLayout marks, FlowTable table, TimeProvider time)
{
    // A start reads no more than this, so that a long journal does not hold new flows up. A proof further back counts as none.
    private const int MostEvents = 200_000;

    private readonly Dictionary<FlowKey, FlowEvent> _proofs = [];

    /// <summary>Reads the proofs of earlier runs; to be called before this run's journal has events.</summary>
    public void ReadProofs(string journalDir)
    {
        if (!Directory.Exists(journalDir)) return;
        var keys = new Dictionary<string, FlowKey>(StringComparer.Ordinal);
        var reader = new JournalReader(journalDir);
        reader.SkipToLast(MostEvents);
        foreach (FlowEvent read in reader.Read())
        {
            if (read.Flow is null) continue;
            if (read.Event == "end")
            {
                if (keys.Remove(read.Flow, out FlowKey ended) && _proofs.TryGetValue(ended, out FlowEvent? proof) && proof.Flow == read.Flow) _proofs.Remove(ended);
                continue;
            }
            if (read.Event != "decision" || read.Protocol != "tcp" || read.Stage == "dns" || KeyOf(read) is not { } key) continue;
            // The last word on a tuple counts; a refusal takes an earlier permit back.
            if (read.Verdict == "permit" || read.Enforced == false) (_proofs[key], keys[read.Flow]) = (read, key);
            else _proofs.Remove(key);
        }
    }

    /// <summary>Stamps the survivors with the policy's generation and puts them into the table; returns how many live and how many were unproven.</summary>
    public (int Joined, int Unproven) Join(Snapshot snapshot)
    {
        var marked = new List<ConntrackEvent>();
        conntrack.Dump(0, 0, (in ConntrackEvent entry) =>
        {
            if ((entry.Mark & marks.Judged) != 0) marked.Add(entry);
        });
        int joined = 0;
        foreach (ConntrackEvent entry in marked)
        {
            bool lives = marks.IsPermitted(entry.Mark) && TryJoin(Tuples.KeyOf(entry.Original), snapshot);
            if (lives) joined++;
            conntrack.SetMark(entry.Original, lives ? marks.Permitted(snapshot.Generation) : 0, marks.Mask);
        }
        return (joined, marked.Count - joined);
    }

    private bool TryJoin(in FlowKey key, Snapshot snapshot)
    {
        int agent = snapshot.FindAgent(key.Source);
        if (agent < 0 || !_proofs.TryGetValue(key, out FlowEvent? proof) || proof.Agent != snapshot.Policy.Agents[agent].Id || !Guid.TryParse(proof.Flow, out Guid id)) return false;
        if (FlowReplay.From(proof) is not { } replay) return false;
        Decision decision = snapshot.Policy.Decide(replay.Attempt(agent));
        bool monitored = snapshot.ModeOf(agent) == Mode.Monitor;
        if (decision.Verdict != Verdict.Permit && !monitored) return false;
        FlowEntry? entry = table.Begin(key, proof.Agent, id, time.GetTimestamp());
        if (entry is null) return false;
        if (proof.Names.FirstOrDefault(n => n.Source is "sni" or "host") is { } claim)
            entry.SetClaim(Claim.Name, Encoding.ASCII.GetBytes(claim.Name), claim.Source == "sni" ? Proof.DnsSni : Proof.DnsHost);
        else if (proof.Stage == "hello")
            entry.SetClaim(Claim.Nothing, default, Proof.Address);
        entry.Bound = [.. proof.Names.Where(n => n.Source == "binding").Select(n => DomainName.FromCanonical(Encoding.ASCII.GetBytes(n.Name)))];
        (entry.Decision, entry.Recorded, entry.Enforced, entry.Generation) = (decision, true, !monitored, snapshot.Generation);
        table.Move(entry, FlowState.Permitted);
        return true;
    }

    private static FlowKey? KeyOf(FlowEvent read) =>
        Address.TryParse(read.Source, out Address source) && Address.TryParse(read.Destination, out Address destination)
            ? new FlowKey(source, (ushort)read.SourcePort, destination, (ushort)read.Port, FlowKey.Tcp)
            : null;
}
