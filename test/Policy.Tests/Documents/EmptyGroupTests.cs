namespace Exeat.Policy.Tests.Documents;

/// <summary>Groups that are written and empty match nothing; they are never "any".</summary>
public class EmptyGroupTests
{
    private const string Agents = "- {id: coder, class: coding, addresses: [192.0.2.10, \"2001:db8::10\"]}\n";

    private const string Groups = """
        mode: enforce
        smartGroups:
          coders: {class: coding}
          nowhere: {cidrs: []}
          nobody: {class: coding, cidrs: []}
          either: [{cidrs: []}, {cidrs: [203.0.113.0/24, "2001:db8::/32"]}]
        webGroups: {none: {names: []}, some: {names: [x.example.com]}, other: {names: [other.example.com]}}

        """;

    [Theory]
    [InlineData("to: {groups: [nowhere], names: [some]}")]
    [InlineData("to: {groups: [nowhere]}, resolve: [x.example.com]")]
    [InlineData("to: {groups: [nobody], names: [some]}")]
    [InlineData("to: {groups: [nowhere]}")]
    [InlineData("to: {names: [none]}")]
    [InlineData("to: {names: [none], groups: [either]}")]
    [InlineData("from: [nowhere], to: {names: [some]}")]
    [InlineData("from: [nobody], to: {names: [some]}")]
    public void A_permit_with_an_empty_group_permits_nothing_and_makes_nothing_resolvable(string ends)
    {
        string other = "- {name: other, priority: 90, from: [coders], to: {names: [other]}, action: permit}\n";
        LoadResult loaded = Loading.Policy(Groups + "rules:\n- {name: empty, priority: 10, action: permit, " + ends + "}\n" + other);
        Assert.Equal([], loaded.Problems.Where(p => p.Severity == Severity.Error).Select(p => p.ToString()));
        foreach (string to in new[] { "dns://x.example.com", "https://x.example.com", "https://203.0.113.7", "https://[2001:db8::7]", "tcp://192.0.2.10:22", "udp://[2001:db8::10]:5000", "icmp://203.0.113.7" })
            Assert.Equal((to, RuleAction.Deny, "default-deny"), Try(loaded.Policy!, to));
        // Control: the same rule without its empty group permits.
        Assert.Equal(("https://other.example.com", RuleAction.Permit, "other"), Try(loaded.Policy!, "https://other.example.com"));
    }

    [Theory]
    [InlineData("to: {names: [none]}")]
    [InlineData("to: {groups: [nowhere]}")]
    [InlineData("from: [nobody]")]
    public void A_deny_with_an_empty_group_denies_nothing(string ends)
    {
        Policy policy = Loading.Policy(Groups + "rules:\n- {name: empty, priority: 10, action: deny, " + ends + "}\n- {name: some, priority: 20, to: {names: [some]}, action: permit}\n").Policy!;
        Assert.Equal(("https://x.example.com", RuleAction.Permit, "some"), Try(policy, "https://x.example.com"));
    }

    [Fact]
    public void A_group_with_one_empty_alternative_has_the_other()
    {
        Policy policy = Loading.Policy(Groups + "rules:\n- {name: either, priority: 10, to: {groups: [either]}, action: permit}\n").Policy!;
        Assert.Single(policy.SmartGroups["either"].AnyOf);
        Assert.Equal(("https://203.0.113.7", RuleAction.Permit, "either"), Try(policy, "https://203.0.113.7"));
        Assert.Equal(("https://198.51.100.7", RuleAction.Deny, "default-deny"), Try(policy, "https://198.51.100.7"));
    }

    [Fact]
    public void Enforcing_with_permits_that_match_nothing_is_permitting_nothing()
    {
        const string Rules = "rules:\n- {name: a, priority: 10, to: {names: [none]}, action: permit}\n- {name: b, priority: 20, from: [nowhere], action: permit}\n";
        Assert.Contains("permits nothing", Loading.Policy(Groups + Rules).Problems.OnlyError().What, StringComparison.Ordinal);
        Assert.NotNull(Loading.Policy(Groups + Rules + "- {name: c, priority: 30, to: {names: [some]}, action: permit}\n").Policy);
    }

    // Expiry is not emptiness: time alone must not turn a policy that loaded into one that does not.
    [Fact]
    public void A_permit_whose_names_have_expired_still_counts() =>
        Assert.NotNull(Loading.Policy("mode: enforce\nwebGroups: {old: {names: [{name: x.example.com, expires: 2020-01-01}]}}\nrules:\n- {name: a, priority: 10, to: {names: [old]}, action: permit}\n").Policy);

    [Fact]
    public void An_inert_rule_shadows_nothing_and_is_not_shadowed()
    {
        const string Rules = """
            rules:
            - {name: empty, priority: 10, to: {names: [none]}, action: deny}
            - {name: nobodys, priority: 11, from: [nobody], action: deny}
            - {name: some, priority: 20, to: {names: [some]}, action: permit}
            - {name: empty-too, priority: 30, to: {names: [none]}, action: permit}
            - {name: nowhere, priority: 40, to: {groups: [nowhere], names: [some]}, action: permit}

            """;
        Assert.NotNull(Loading.Policy(Groups + Rules).Policy);
        // Control: with somebody in the group, the deny shadows the permit.
        Assert.Null(Loading.Policy((Groups + Rules).Replace("nobody: {class: coding, cidrs: []}", "nobody: {cidrs: [0.0.0.0/0]}", StringComparison.Ordinal).Replace("from: [nobody]", "to: {names: [some]}", StringComparison.Ordinal)).Policy);
    }

    [Theory]
    [InlineData("smartGroups: {a: {class: []}}")]
    [InlineData("smartGroups: {a: {agents: []}}")]
    [InlineData("smartGroups: {a: {labels: {}}}")]
    [InlineData("smartGroups: {a: {labels: {team: []}}}")]
    [InlineData("smartGroups: {a: {anyOf: []}}")]
    [InlineData("smartGroups: {a: []}")]
    [InlineData("rules: [{name: a, priority: 1, from: [], action: permit}]")]
    [InlineData("rules: [{name: a, priority: 1, to: {names: []}, action: permit}]")]
    [InlineData("rules: [{name: a, priority: 1, to: {groups: []}, action: permit}]")]
    [InlineData("rules: [{name: a, priority: 1, ports: [], action: permit}]")]
    [InlineData("rules: [{name: a, priority: 1, resolve: [], action: permit}]")]
    public void Other_empty_lists_are_mistakes(string body) => Assert.Contains(Loading.Policy("mode: monitor\n" + body + "\n").Problems, p => p.Severity == Severity.Error);

    private static (string, RuleAction, string) Try(Policy policy, string to)
    {
        CompiledPolicy compiled = CompiledPolicy.Compile(policy, Loading.Agents(Agents).Agents!, Loading.Today);
        Assert.True(DestinationText.TryParse(to, null, null, out Destination? destination, out _));
        WalkStep outcome = PolicyWalk.Take(compiled, 0, destination).Outcome;
        return (to, outcome.Decision.Verdict == Verdict.Permit ? RuleAction.Permit : RuleAction.Deny, outcome.Rule);
    }
}
