using System.Text.RegularExpressions;
using Exeat.Names;

namespace Exeat.Policy.Tests.Compile;

/// <summary>The semantics of policy written down plainly, without any table: what the compiled policy is compared with.</summary>
/// <remarks>
/// The hello is a walk over the rules. The first packet is the hello under every claim the client may still make. The question is a search for a protocol and port
/// that some permit of the name opens. A monitored rule would decide otherwise if the same policy with that rule enforced decides otherwise.
/// </remarks>
public sealed class NaiveEvaluator(Policy policy, AgentsDocument agents, DateTimeOffset now)
{
    private static readonly Dictionary<string, Regex> Patterns = [];

    public Decision Decide(Try attempt)
    {
        if (attempt.Agent < 0 || attempt.Agent >= agents.Agents.Length) return new Decision(Verdict.Deny, Reason.UnknownAgent);
        if (agents.Agents[attempt.Agent].Quarantined) return new Decision(Verdict.Deny, Reason.Quarantined, -1);
        Decision decision = attempt.Stage switch
        {
            Stage.Dns => AtQuestion(attempt),
            Stage.FirstPacket => AtFirstPacket(attempt),
            _ => AtHello(attempt),
        };
        return decision with { Would = Would(attempt, decision.Verdict) };
    }

    // Enforce one monitored rule after the other, and see.
    private int Would(Try attempt, Verdict verdict)
    {
        if (verdict == Verdict.Pending) return 0;
        for (int r = 0; r < policy.Rules.Length; r++)
        {
            if (policy.Rules[r].Mode != RuleMode.Monitor) continue;
            Policy enforced = policy with { Rules = policy.Rules.SetItem(r, policy.Rules[r] with { Mode = RuleMode.Enforce }) };
            var other = new NaiveEvaluator(enforced, agents, now);
            Verdict would = attempt.Stage switch
            {
                Stage.Dns => other.AtQuestion(attempt).Verdict,
                Stage.FirstPacket => other.AtFirstPacket(attempt).Verdict,
                _ => other.AtHello(attempt).Verdict,
            };
            if (would != Verdict.Pending && would != verdict) return r + 1;
        }
        return 0;
    }

    private Decision AtHello(Try attempt)
    {
        for (int r = 0; r < policy.Rules.Length; r++)
        {
            Rule rule = policy.Rules[r];
            if (!Decides(rule) || !Speaks(rule, attempt) || !NameMatches(rule, attempt)) continue;
            Proof claim = attempt.Name is null || !attempt.Bound.Contains(attempt.Name) ? Proof.Address : Proof.DnsSni;
            if (rule.ToNames.IsEmpty) claim = Proof.Address;
            else if (rule.Action == RuleAction.Permit && !(claim == Proof.DnsSni && States(rule, attempt.Name!))) claim = Proof.Dns;
            else if (rule.Action == RuleAction.Deny && attempt.Name is null) claim = Proof.Dns;
            return rule.Action == RuleAction.Permit
                ? new Decision(Verdict.Permit, Reason.PermittedByRule, r + 1, 0, claim)
                : new Decision(Verdict.Deny, Reason.DeniedByRule, r + 1, 0, claim);
        }
        if (DefaultPermits(attempt)) return new Decision(Verdict.Permit, Reason.DefaultPermit);
        string[] names = attempt.Name is null ? [.. attempt.Bound] : [attempt.Name];
        Rule[] close = [.. policy.Rules.Where(rule => Decides(rule) && rule.Action == RuleAction.Permit && names.Any(name => States(rule, name)))];
        if (close.Any(rule => Speaks(rule, attempt))) return new Decision(Verdict.Deny, attempt.Name is null ? Reason.NoNameProven : Reason.NameNotBound);
        if (close.Any(rule => Speaks(rule with { ToGroups = [] }, attempt))) return new Decision(Verdict.Deny, Reason.AddressNotAllowed);
        return new Decision(Verdict.Deny, Reason.DefaultDeny);
    }

    private Decision AtFirstPacket(Try attempt)
    {
        Try[] futures = [.. Claims(attempt).Select(claim => attempt with { Stage = Stage.Hello, Name = claim })];
        Verdict[] verdicts = [.. futures.Select(future => AtHello(future).Verdict).Distinct()];
        if (verdicts.Length > 1) return new Decision(Verdict.Pending, Reason.AwaitsHello);

        // Named is the rule that decides whatever is claimed; for a denial rather an earlier deny of a bound name, which is what the client will have meant.
        int sure = Array.FindIndex([.. policy.Rules], rule => Decides(rule) && futures.All(future => Speaks(rule, future) && NameMatches(rule, future)));
        int meant = Array.FindIndex([.. policy.Rules], rule =>
            Decides(rule) && rule.Action == RuleAction.Deny && Speaks(rule, attempt) && attempt.Bound.Any(name => States(rule, name)));
        if (verdicts[0] == Verdict.Permit)
        {
            if (sure < 0) return new Decision(Verdict.Permit, Reason.DefaultPermit);
            return new Decision(Verdict.Permit, Reason.PermittedByRule, sure + 1, 0, policy.Rules[sure].ToNames.IsEmpty ? Proof.Address : Proof.Dns);
        }
        if (meant >= 0 && (sure < 0 || meant < sure)) return new Decision(Verdict.Deny, Reason.DeniedByRule, meant + 1, 0, Proof.Dns);
        if (sure >= 0) return new Decision(Verdict.Deny, Reason.DeniedByRule, sure + 1);
        bool elsewhere = policy.Rules.Any(rule => Decides(rule) && rule.Action == RuleAction.Permit && attempt.Bound.Any(name => States(rule, name))
            && Speaks(rule with { ToGroups = [] }, attempt));
        return new Decision(Verdict.Deny, elsewhere ? Reason.AddressNotAllowed : Reason.DefaultDeny);
    }

    // Nothing, every bound name, one name of every pattern there is, and a name that nobody has heard of.
    internal IEnumerable<string?> Claims(Try attempt) =>
        [null, "unheard-of.example", .. attempt.Bound, .. policy.Rules.SelectMany(rule => rule.ToNames).Select(entry => Witness(entry.Pattern))];

    /// <summary>Whether a rule that decides states the name (to permit or to resolve) and the address for this agent.</summary>
    internal bool States(Rule rule, int agent, string name, Address address) => Decides(rule) && From(rule, agent)
        && (States(rule, name) || rule.Resolve.Any(pattern => Matches(pattern, name)))
        && rule.ToGroups.Any(group => policy.SmartGroups[group].AnyOf.Any(selector => HasAddress(selector, address)));

    private static string Witness(NamePattern pattern) => pattern.Text.Replace("**.", "", StringComparison.Ordinal).Replace('*', 'q');

    private Decision AtQuestion(Try attempt)
    {
        string name = attempt.Name ?? "";
        bool Answers(Rule rule) => rule.Action == RuleAction.Permit && Decides(rule) && From(rule, attempt.Agent)
            && (States(rule, name) || rule.Resolve.Any(pattern => Matches(pattern, name)));
        bool Denies(Rule rule) => rule.Action == RuleAction.Deny && Decides(rule) && From(rule, attempt.Agent)
            && rule.ToGroups.IsEmpty && (rule.ToNames.IsEmpty || States(rule, name));

        (byte Protocol, ushort Port)[] transports = [.. Transports()];
        for (int r = 0; r < policy.Rules.Length; r++)
        {
            if (Answers(policy.Rules[r]) && transports.Any(t => On(policy.Rules[r], t) && !policy.Rules.Take(r).Any(deny => Denies(deny) && On(deny, t))))
                return new Decision(Verdict.Permit, Reason.PermittedByRule, r + 1);
        }
        if (DefaultPermits(attempt) && transports.Any(t => !policy.Rules.Any(deny => Denies(deny) && On(deny, t)))) return new Decision(Verdict.Permit, Reason.DefaultPermit);

        int first = Array.FindIndex([.. policy.Rules], Answers);
        int blamed = Array.FindIndex([.. policy.Rules], rule => Denies(rule)
            && (States(rule, name)
                || (rule.Protocol.IsAny && rule.Ports.IsEmpty)
                || (first >= 0 && rule.Priority < policy.Rules[first].Priority && transports.Any(t => On(rule, t) && On(policy.Rules[first], t)))));
        bool below = policy.Rules.Any(rule => rule.Action == RuleAction.Permit && Decides(rule) && From(rule, attempt.Agent)
            && Live(rule).Concat(rule.Resolve).Any(pattern => pattern.IsBelow(System.Text.Encoding.ASCII.GetBytes(name))));
        Reason reason = below ? Reason.EmptyNonTerminal : blamed >= 0 ? Reason.DeniedByRule : Reason.DefaultDeny;
        return new Decision(Verdict.Deny, reason, blamed + 1);
    }

    // Every protocol some rule names and one that none does; every port at which some range begins or ends, and its neighbours.
    private IEnumerable<(byte Protocol, ushort Port)> Transports()
    {
        int[] edges = [0, 65535, .. policy.Rules.SelectMany(rule => rule.Ports).SelectMany(range => (int[])[range.First - 1, range.First, range.Last, range.Last + 1])];
        return from protocol in (byte[])[6, 17, 1, 58, 132, 200]
               from port in edges.Where(port => port is >= 0 and <= 65535).Distinct()
               select (protocol, (ushort)port);
    }

    private static bool On(Rule rule, (byte Protocol, ushort Port) transport) =>
        rule.Protocol.Matches(transport.Protocol) && (rule.Ports.IsEmpty || rule.Ports.Any(range => range.Contains(transport.Port)));

    // A field of empty groups alone is not a field that is not written: such a rule is inert.
    private bool Decides(Rule rule) => rule.Mode == RuleMode.Enforce && !rule.IsExpired(now)
        && (rule.ToWebGroups.IsEmpty && rule.ToNames.IsEmpty || Live(rule).Any())
        && (rule.ToGroups.IsEmpty || rule.ToGroups.Any(group => policy.SmartGroups[group].AnyOf.Length > 0));

    // All but the name.
    private bool Speaks(Rule rule, Try attempt) => From(rule, attempt.Agent) && On(rule, (attempt.Protocol, attempt.Port))
        && (rule.ToGroups.IsEmpty || rule.ToGroups.Any(group => policy.SmartGroups[group].AnyOf.Any(selector => HasAddress(selector, attempt.To))));

    private bool NameMatches(Rule rule, Try attempt)
    {
        if (rule.ToNames.IsEmpty) return true;
        if (rule.Action == RuleAction.Deny) return attempt.Name is null ? attempt.Bound.Any(name => States(rule, name)) : States(rule, attempt.Name);
        if (rule.Proof == Proof.Dns && attempt.Bound.Any(name => States(rule, name))) return true;
        return attempt.Name is not null && attempt.Bound.Contains(attempt.Name) && States(rule, attempt.Name);
    }

    private bool From(Rule rule, int agent) => rule.From.IsEmpty || rule.From.Any(group => IsMember(policy.SmartGroups[group], agents.Agents[agent]));

    private bool HasAddress(GroupSelector selector, Address address) =>
        (selector.Cidrs.IsEmpty || selector.Cidrs.Any(cidr => cidr.Contains(address)))
        && (!selector.HasIdentity || agents.Agents.Any(agent => HasIdentity(selector, agent) && agent.Addresses.Contains(address)));

    private static bool IsMember(SmartGroup group, AgentDocument agent) => group.AnyOf.Any(selector =>
        HasIdentity(selector, agent) && (selector.Cidrs.IsEmpty || agent.Addresses.Any(address => selector.Cidrs.Any(cidr => cidr.Contains(address)))));

    private static bool HasIdentity(GroupSelector selector, AgentDocument agent) =>
        (selector.Classes.IsEmpty || selector.Classes.Contains(agent.Class))
        && (selector.Agents.IsEmpty || selector.Agents.Contains(agent.Id))
        && selector.Labels.All(wanted => agent.Labels.Any(has => has.Key == wanted.Key && wanted.Values.Contains(has.Value)));

    private bool DefaultPermits(Try attempt)
    {
        Mode[] overrides = [.. policy.SmartGroups.Values.Where(group => group.Mode is not null && IsMember(group, agents.Agents[attempt.Agent])).Select(group => group.Mode!.Value)];
        Mode mode = overrides.Length == 0 ? policy.Mode : overrides.Min();
        return policy.Default == RuleAction.Permit && mode == Mode.Monitor;
    }

    private IEnumerable<NamePattern> Live(Rule rule) => rule.ToNames.Where(entry => !entry.IsExpired(now)).Select(entry => entry.Pattern);

    private bool States(Rule rule, string name) => Live(rule).Any(pattern => Matches(pattern, name));

    private static bool Matches(NamePattern pattern, string name)
    {
        lock (Patterns)
        {
            if (!Patterns.TryGetValue(pattern.Text, out Regex? regex))
            {
                string text = string.Concat(pattern.Text.Split('.').Select(label => label switch
                {
                    "**" => "([^.]+[.])*",
                    "*" => "[^.]+[.]",
                    _ => label.Replace("*", "[^.]*", StringComparison.Ordinal) + "[.]",
                }));
                Patterns[pattern.Text] = regex = new Regex($"^{text}$", RegexOptions.CultureInvariant);
            }
            return regex.IsMatch(name + ".");
        }
    }
}
