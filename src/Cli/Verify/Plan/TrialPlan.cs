using System.Collections.Immutable;
using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Cli.Verify;

/// <summary>The acceptance checks that begin with a name (docs/verify.md, 1 to 5 and 7), made of the policy's own rules and tests.</summary>
internal static class TrialPlan
{
    private const ushort Https = 443, Http = 80;

    /// <summary>For each rule that permits by name: does one of its names answer, by that rule? These are the controls of all refusals.</summary>
    public static IEnumerable<Trial> Permits(VerifyGround ground) =>
        from rule in ground.Rules
        where rule.Action == RuleAction.Permit && !rule.ToNames.IsEmpty && Opening(rule) is not null
        let opening = Opening(rule)!.Value
        let names = NameSamples.Of(rule, ground.Policy, ground.Now).Take(ground.NamesPerRule).ToImmutableArray()
        where !names.IsEmpty
        from family in ground.Families
        select new Trial
        {
            Id = $"permit/{rule.Name}/{family}",
            Title = $"a name of {rule.Name}",
            Family = family,
            Kind = opening.Kind,
            Port = opening.Port,
            Names = names,
            Rule = rule.Name,
        };

    /// <summary>Rules that permit by name and cannot be tried so: those of datagrams, whose servers need not answer.</summary>
    public static IEnumerable<Rule> Untried(VerifyGround ground) =>
        ground.Rules.Where(rule => rule.Action == RuleAction.Permit && (!rule.ToNames.IsEmpty ? Opening(rule) is null : !IsResolver(rule)));

    /// <summary>For each rule that denies by name: some of its names, each refused by what the evaluator says.</summary>
    public static IEnumerable<Trial> Denials(VerifyGround ground) =>
        from rule in ground.Rules
        where rule.Action == RuleAction.Deny && !rule.ToNames.IsEmpty && rule.ToGroups.IsEmpty
        from name in NameSamples.Of(rule, ground.Policy, ground.Now).Take(ground.NamesPerRule)
        from family in ground.Families
        select Single($"deny/{rule.Name}/{name}/{family}", $"a name that {rule.Name} denies", family, Opening(rule) ?? (ProbeKind.Tls, Https), name);

    /// <summary>Names that nobody has declared: one that does not exist anywhere, and one that does.</summary>
    public static IEnumerable<Trial> Unknown(VerifyGround ground) =>
        from name in (DomainName?[])[NameSamples.Read($"{ground.Tokens.Next()}.exeat-verify.example"), NameSamples.Read("example.com")]
        where name is not null && !ground.Foresight.Resolves(name)
        from family in ground.Families
        select Single($"unknown/{(name.Text == "example.com" ? name.Text : "made-up")}/{family}", "a name that nobody declared", family, (ProbeKind.Tls, Https), name);

    /// <summary>The policy's own tests of this agent that begin with a name.</summary>
    public static IEnumerable<Trial> Tests(VerifyGround ground) =>
        from test in ground.Policy.Tests
        where test.Agent == ground.AgentEntry.Id && test.To.Name is not null && test.To.Sni is null && Kind(test.To.Scheme) is not null
        from family in ground.Families
        select Single($"test/{test.To}/{family}", $"the policy's test, {test.Where.File}:{test.Where.Line}", family, (Kind(test.To.Scheme)!.Value, test.To.Port), test.To.Name!);

    /// <summary>How one begins to speak where a rule permits or denies; null: only the protocol's own client could tell.</summary>
    private static (ProbeKind Kind, ushort Port)? Opening(Rule rule)
    {
        if (!rule.Protocol.Matches(6)) return null;
        if (rule.Ports.IsEmpty || rule.Ports.Any(p => p.Contains(Https))) return (ProbeKind.Tls, Https);
        if (rule.Ports.Any(p => p.Contains(Http))) return (ProbeKind.Http, Http);
        return (rule.Proof == Proof.Dns ? ProbeKind.Tcp : ProbeKind.Tls, rule.Ports[0].First);
    }

    private static ProbeKind? Kind(DestinationScheme scheme) => scheme switch
    {
        DestinationScheme.Https => ProbeKind.Tls,
        DestinationScheme.Http => ProbeKind.Http,
        DestinationScheme.Tcp => ProbeKind.Tcp,
        DestinationScheme.Dns => ProbeKind.Question,
        _ => null,
    };

    private static bool IsResolver(Rule rule) => !rule.Ports.IsEmpty && rule.Ports.All(p => p is { First: 53, Last: 53 });

    private static Trial Single(string id, string title, int family, (ProbeKind Kind, ushort Port) opening, DomainName name) =>
        new() { Id = id, Title = title, Family = family, Kind = opening.Kind, Port = opening.Kind == ProbeKind.Question ? (ushort)0 : opening.Port, Names = [name] };
}
