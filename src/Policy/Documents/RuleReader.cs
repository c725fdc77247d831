using System.Collections.Immutable;
using System.Globalization;

namespace Exeat.Policy;

/// <summary>Reads one rule. Names of groups are noted as uses and resolved once all documents are read.</summary>
internal sealed class RuleReader(List<NameUse> uses, ProblemList problems)
{
    /// <summary>Room for any numbering.</summary>
    public const int MaxPriority = 1_000_000;

    private static readonly PortRange[] WebPorts = [new(80, 80), new(443, 443)];

    public Rule? Read(YamlNode node)
    {
        if (MapReader.Open(node, Shapes.Rule, problems) is not { } map) return null;
        MapReader? to = map.Open("to", Shapes.To);
        if (to is { Map.Entries.IsEmpty: true }) problems.Error(to.Where, "to is empty", "write groups or names, or take to out for every destination");
        var rule = new Rule
        {
            Name = map.Identifier("name") ?? "",
            Priority = map.Integer("priority", 1, MaxPriority) ?? 0,
            Action = map.Word("action", Words.Action) ?? RuleAction.Deny,
            From = Groups(map, "from", NameUseKind.SmartGroup),
            ToGroups = to is null ? [] : Groups(to, "groups", NameUseKind.SmartGroup),
            ToWebGroups = to is null ? [] : Groups(to, "names", NameUseKind.WebGroup),
            Resolve = map.Distinct("resolve", map.List("resolve"), (item, key) => item.Pattern(key, problems)),
            Protocol = Protocol(map),
            Ports = map.List("ports").ReadDistinct("ports", problems, Ports),
            Log = map.Word("log", Words.Log) ?? RuleLog.Each,
            Proof = map.Word("proof", Words.Proof),
            Mode = map.Word("mode", Words.RuleMode) ?? RuleMode.Enforce,
            Owner = map.FreeText("owner"),
            Why = map.FreeText("why"),
            Expires = map.Moment("expires"),
            Where = node.Where,
        };
        Check(rule, map);
        return rule.Name.Length > 0 && rule.Priority > 0 ? rule : null;
    }

    private void Check(Rule rule, MapReader map)
    {
        if (ReservedRuleNames.All.Contains(rule.Name)) problems.Error(map.WhereOf("name"), $"the rule name {rule.Name} is built in", "choose another name");
        if (map.Flag("decrypt")) problems.Error(map.WhereOf("decrypt"), "decrypt: true is not supported yet", "take it out; the rule then goes by names, addresses and ports");
        if (!rule.Ports.IsEmpty && !rule.Protocol.IsAny && !rule.Protocol.HasPorts)
            problems.Error(map.WhereOf("ports"), $"protocol {rule.Protocol} has no ports", "take ports out, or write protocol: tcp or udp");
        if (!rule.Resolve.IsEmpty && rule.Action == RuleAction.Deny)
            problems.Error(map.WhereOf("resolve"), "resolve makes names resolvable, but the rule denies", "take resolve out, or put it into a permit rule");
        if (rule.Proof is not null) CheckProof(rule, map);
    }

    // Where a name is on the wire, it must be looked at; elsewhere somebody has to answer for trusting DNS alone (invariant I3).
    private void CheckProof(Rule rule, MapReader map)
    {
        SourceLocation where = map.WhereOf("proof");
        if (rule.Action == RuleAction.Deny || rule.ToWebGroups.IsEmpty)
            problems.Error(where, "proof: dns is for permit rules with names", "take proof out, or write to: {names: [GROUP]}");
        if (rule.Owner is null || rule.Why is null)
            problems.Error(where, "proof: dns needs owner and why", "write owner: WHO and why: REASON");
        bool hasWebPort = rule.Ports.IsEmpty ? rule.Protocol.IsAny || rule.Protocol.HasPorts : rule.Ports.Any(range => WebPorts.Any(range.Overlaps));
        if (hasWebPort)
            problems.Error(where, "proof: dns is refused for ports 80 and 443, where the name is on the wire", "write ports: [ … ] without 80 and 443, or take proof out");
    }

    private ImmutableArray<string> Groups(MapReader map, string key, NameUseKind kind)
    {
        ImmutableArray<YamlNode> items = map.List(key);
        return map.Distinct(key, items, (item, name) =>
        {
            if (item.ScalarText(name, problems) is not { } text) return null;
            // An address or a domain name in place of a group's name deserves its own advice.
            if (item.IsScalar && kind == NameUseKind.SmartGroup && Names.Prefix.TryParse(text, out _))
            {
                problems.Error(item.Where, $"{name} has the address {text}", $"declare a smartGroup with cidrs: [{text}] and write its name here");
                return null;
            }
            if (item.Identifier(name, problems) is not { } group) return null;
            uses.Add(new NameUse(kind, group, item.Where));
            return group;
        });
    }

    private RuleProtocol Protocol(MapReader map)
    {
        switch (map.Scalar("protocol"))
        {
            case null or "any": return RuleProtocol.Any;
            case "tcp": return RuleProtocol.Tcp;
            case "udp": return RuleProtocol.Udp;
            case "icmp": return RuleProtocol.Icmp;
            case { } text when byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out byte number): return RuleProtocol.Of(number);
            case { } text:
                string remedy = text is "icmpv6" or "icmp6" ? "write icmp, which means both families, or 58" : "write any, tcp, udp, icmp or a number from 0 to 255";
                problems.Error(map.WhereOf("protocol"), $"protocol is {Excerpt.Of(text)}", remedy);
                return RuleProtocol.Any;
        }
    }

    private PortRange? Ports(YamlNode node)
    {
        if (node.ScalarText("ports", problems) is not { } text) return null;
        int hyphen = text.IndexOf('-');
        ReadOnlySpan<char> first = hyphen < 0 ? text : text.AsSpan(0, hyphen), last = hyphen < 0 ? text : text.AsSpan(hyphen + 1);
        if (ushort.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out ushort low)
            && ushort.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out ushort high) && low > 0 && low <= high)
        {
            return new PortRange(low, high);
        }
        problems.Error(node.Where, $"ports has {node.Kind}", "write a port from 1 to 65535, or a range such as \"1000-2000\"");
        return null;
    }
}
