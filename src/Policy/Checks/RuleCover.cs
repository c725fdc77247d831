using System.Collections.Immutable;
using Exeat.Names;

namespace Exeat.Policy;

/// <summary>Compares what two rules match, field by field. "Covers" is sure; "may meet" is false only when they surely share nothing.</summary>
internal sealed class RuleCover(Policy policy, DateTimeOffset now)
{
    private readonly Dictionary<string, PatternTails> _tails = new(StringComparer.Ordinal);

    /// <summary>Whether every attempt that the later rule would decide is decided by the earlier one for sure.</summary>
    public bool Covers(Rule earlier, Rule later) =>
        CoversGroups(earlier.From, later.From) && CoversGroups(earlier.ToGroups, later.ToGroups) && CoversService(earlier, later)
        && CoversNames(earlier, later) && (earlier.Expires is not { } end || (later.Expires is { } other && other <= end));

    /// <summary>Whether some agent, port and protocol may be in both.</summary>
    public bool MayMeet(Rule a, Rule b) =>
        MayMeet(a.From, b.From) && MayMeet(a.ToGroups, b.ToGroups) && (a.Protocol.Covers(b.Protocol) || b.Protocol.Covers(a.Protocol))
        && (a.Ports.IsEmpty || b.Ports.IsEmpty || a.Ports.Any(range => b.Ports.Any(range.Overlaps)));

    /// <summary>The patterns of a rule that are live.</summary>
    public IEnumerable<NameEntry> Live(Rule rule) => rule.ToNames.Where(entry => !entry.IsExpired(now));

    private static bool CoversService(Rule earlier, Rule later) =>
        earlier.Protocol.Covers(later.Protocol)
        && (earlier.Ports.IsEmpty || (!later.Ports.IsEmpty && later.Ports.All(range => CoversRange(earlier.Ports, range))));

    // The ranges may touch or overlap: walk upwards from the first port that is still to be found.
    private static bool CoversRange(ImmutableArray<PortRange> ranges, PortRange wanted)
    {
        int next = wanted.First;
        while (next <= wanted.Last)
        {
            int reach = ranges.Where(range => range.First <= next).Select(range => (int)range.Last).DefaultIfEmpty(-1).Max();
            if (reach < next) return false;
            next = reach + 1;
        }
        return true;
    }

    private bool CoversNames(Rule earlier, Rule later)
    {
        // A permit by address decides no DNS question, so a rule with names below it still makes names resolvable, or not.
        if (!earlier.StatesNames) return earlier.Action == RuleAction.Deny || !later.StatesNames;
        if (!later.StatesNames) return false;
        // A permit needs its name proven where a deny is content with a claim, and proof: dns is content with less than a permit: such pairs are not sure.
        bool sameProof = earlier.Action == RuleAction.Permit ? later.Action == RuleAction.Permit && (earlier.Proof is not null || later.Proof is null)
            : later.Action == RuleAction.Deny || later.Proof is null;
        if (!sameProof) return false;
        if (earlier.ToWebGroups.Length > 0 && later.ToWebGroups.All(group => earlier.ToWebGroups.Contains(group))) return earlier.ToNames.All(entry => entry.Expires is null);
        PatternTails outer = _tails.GetValueOrDefault(earlier.Name) ?? (_tails[earlier.Name] = new PatternTails(Live(earlier).Where(entry => entry.Expires is null)));
        return later.ToNames.All(inner => outer.Near(inner.Pattern).Any(entry => entry.Pattern.Covers(inner.Pattern)));
    }

    private bool CoversGroups(ImmutableArray<string> outer, ImmutableArray<string> inner) =>
        outer.IsEmpty || (!inner.IsEmpty && inner.All(name => outer.Contains(name) || CoversGroup(outer, policy.SmartGroups[name])));

    private bool CoversGroup(ImmutableArray<string> outer, SmartGroup inner) =>
        inner.AnyOf.All(wanted => outer.Any(name => policy.SmartGroups[name].AnyOf.Any(selector => CoversSelector(selector, wanted))));

    // Fields are conjoined, so an empty field of the outer selector asks for nothing.
    private static bool CoversSelector(GroupSelector outer, GroupSelector inner) =>
        CoversWords(outer.Classes, inner.Classes) && CoversWords(outer.Agents, inner.Agents)
        && outer.Labels.All(label => inner.Labels.Any(other => other.Key == label.Key && other.Values.All(label.Values.Contains)))
        && (outer.Cidrs.IsEmpty || (!inner.Cidrs.IsEmpty && inner.Cidrs.All(cidr => outer.Cidrs.Any(prefix => prefix.Length <= cidr.Length && prefix.Contains(cidr.Network)))));

    private static bool CoversWords(ImmutableArray<string> outer, ImmutableArray<string> inner) => outer.IsEmpty || (!inner.IsEmpty && inner.All(outer.Contains));

    private bool MayMeet(ImmutableArray<string> a, ImmutableArray<string> b) =>
        a.IsEmpty || b.IsEmpty || a.Any(one => b.Any(other => one == other
            || policy.SmartGroups[one].AnyOf.Any(x => policy.SmartGroups[other].AnyOf.Any(y => MayMeet(x, y)))));

    private static bool MayMeet(GroupSelector a, GroupSelector b) =>
        MayMeetWords(a.Classes, b.Classes) && MayMeetWords(a.Agents, b.Agents)
        && (a.Cidrs.IsEmpty || b.Cidrs.IsEmpty || a.Cidrs.Any(one => b.Cidrs.Any(other => MayMeetCidr(one, other))));

    // An agent has addresses of both families, so prefixes of different families may well mean the same agent.
    private static bool MayMeetCidr(Prefix a, Prefix b) => a.Network.IsV4 != b.Network.IsV4 || a.Overlaps(b);

    private static bool MayMeetWords(ImmutableArray<string> a, ImmutableArray<string> b) => a.IsEmpty || b.IsEmpty || a.Any(b.Contains);
}
