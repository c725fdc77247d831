using System.Collections.Frozen;
using Exeat.Policy.Tests.Compile;

namespace Exeat.Policy.Tests.Compare;

public sealed class PolicyDiffTests
{
    private static readonly Rule Core = Policies.Permit("core", "a.example", "**.b.example").Tcp(443), Models = Policies.Deny("models", "m.b.example");

    private static PolicyComparison Compare(Rule[] first, Rule[] second, AgentsDocument? agents = null) =>
        PolicyDiff.Compare(Policies.Checked(Mode.Enforce, first), Policies.Checked(Mode.Enforce, second), agents ?? Policies.Agents(), Policies.Now);

    private static (string, RuleChangeKind)[] Changes(PolicyComparison comparison) => [.. comparison.Rules.Select(change => (change.Rule, change.Kind))];

    [Fact]
    public void A_name_that_is_added_is_shown_with_its_pattern_and_widens_its_rule()
    {
        PolicyComparison comparison = Compare([Core], [Core with { ToNames = [.. Core.ToNames, Policies.Entry("*.c.example")] }]);
        PolicyDifference difference = comparison.Differences.Single(one => one.IsPlain);
        Assert.True(difference.IsPermittedInSecond && difference.IsPlain);
        Assert.Equal(("default-deny", "core"), (difference.FirstRule, difference.SecondRule));
        Assert.Equal(["coding-1", "support-1"], difference.Agents);
        Assert.Equal([Stage.Dns, Stage.Hello], difference.Examples.Select(one => one.Probe.Stage));
        DifferenceExample example = difference.Examples[1];
        Assert.Equal(["*.c.example"], example.Patterns);
        Assert.Equal(((byte)6, (ushort)443), (example.Probe.Protocol, example.Probe.Port));
        Assert.All(example.Names, name => Assert.EndsWith(".c.example", name));
        Assert.Equal([("core", RuleChangeKind.Widened)], Changes(comparison));
    }

    [Fact]
    public void It_ends_at_the_number_that_it_is_given_and_when_it_is_called_off()
    {
        Policy first = Policies.Checked(Mode.Enforce, Core), second = Policies.Checked(Mode.Enforce, Models, Core);
        long all = Compare([Core], [Models, Core]).Compared;
        PolicyComparison some = PolicyDiff.Compare(first, second, Policies.Agents(), Policies.Now, 5, CancellationToken.None);
        Assert.True(some.Compared < all, $"{some.Compared} of {all}");
        Assert.Contains(some.NotCompared, note => note.StartsWith("more than 5 classes of attempts", StringComparison.Ordinal));
        Assert.Throws<OperationCanceledException>(() => PolicyDiff.Compare(first, second, Policies.Agents(), Policies.Now, PolicyDiff.MaxCompared, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void A_deny_that_comes_to_stand_behind_a_permit_has_shrunk()
    {
        PolicyComparison comparison = Compare([Models, Core], [Core, Models]);
        Assert.All(comparison.Differences, difference => Assert.True(difference.IsPermittedInSecond));
        Assert.Contains(comparison.Differences, difference => difference.Examples.Any(example => example.Names.SequenceEqual(["m.b.example"])));
        Assert.Equal([("core", RuleChangeKind.Widened), ("models", RuleChangeKind.Narrowed)], Changes(comparison));
    }

    [Fact]
    public void A_rule_that_only_takes_what_another_one_left_has_not_changed()
    {
        Rule everything = Policies.Deny("everything").Tcp(443);
        Assert.Equal([("core", RuleChangeKind.Narrowed)], Changes(Compare([Core, everything], [Core with { ToNames = [Policies.Entry("a.example")] }, everything])));
    }

    [Fact]
    public void What_only_dishonest_clients_meet_is_a_difference_too()
    {
        // Whoever resolves a.example and names it is permitted by the first rule; the second one meets those who do not.
        Rule core = Policies.Permit("core", "a.example").Tcp(443), deny = Policies.Deny("deny", "a.example").Tcp(443), all = Policies.Permit("all").Tcp(443);
        PolicyComparison comparison = Compare([core, deny, all], [core, all]);
        PolicyDifference difference = Assert.Single(comparison.Differences);
        Assert.Equal(("deny", "all", true, false), (difference.FirstRule, difference.SecondRule, difference.IsPermittedInSecond, difference.IsPlain));
        Assert.Equal(
            [(Claim.Nothing, 1), (Claim.Name, 0), (Claim.Unreadable, 0)],
            difference.Examples.Select(example => (example.Probe.Claim, example.Probe.Bound.Length)).Distinct().Order());
    }

    [Fact]
    public void A_name_that_is_only_resolved_matters_where_that_is_proof_enough()
    {
        // git.example is permitted once it is resolved, whatever the client names: also a.example, which the other policy denies first.
        Rule ssh = Policies.Permit("ssh", "git.example").Tcp(22) with { Proof = Proof.Dns }, deny = Policies.Deny("deny", "a.example").Tcp(22);
        PolicyDifference difference = Compare([ssh], [deny, ssh]).Differences.Single();
        Assert.Contains(difference.Examples, example => example.Probe.Claimed?.Text == "a.example" && example.Probe.Bound.Any(name => name.Text == "git.example"));
    }

    [Fact]
    public void Rules_in_another_order_that_share_nothing_are_the_same()
    {
        Rule other = Policies.Permit("other", "o.example").Tcp(8443);
        PolicyComparison comparison = Compare([Core, other], [other, Core]);
        Assert.True(comparison.IsSame);
        Assert.Empty(comparison.Rules);
    }

    [Fact]
    public void A_rule_is_added_or_removed_by_what_it_decides_and_idle_ones_are_named()
    {
        Rule extra = Policies.Permit("extra", "e.example").Tcp(443), shadowed = Policies.Permit("shadowed", "x.b.example").Tcp(443);
        Assert.Equal([("extra", RuleChangeKind.Added)], Changes(Compare([Core], [Core, extra])));
        Assert.Equal([("extra", RuleChangeKind.Removed)], Changes(Compare([Core, extra], [Core])));
        PolicyComparison idle = Compare([Core], [Core, shadowed]);
        Assert.True(idle.IsSame);
        Assert.Equal([("shadowed", RuleChangeKind.WithoutEffect)], Changes(idle));
    }

    [Fact]
    public void A_port_that_is_added_is_shown_and_nothing_else()
    {
        PolicyComparison comparison = Compare([Core], [Core.Tcp(443, 8443)]);
        Assert.Equal([(ushort)8443], comparison.Differences.Where(one => one.IsPlain).SelectMany(one => one.Examples).Where(example => example.Probe.Stage == Stage.Hello).Select(example => example.Probe.Port).Distinct());
    }

    [Theory]
    [InlineData("192.0.2.64/26", "192.0.2.65")]
    [InlineData("2001:db8:7::/48", "2001:db8:7::1")]
    public void A_prefix_of_either_family_that_is_added_is_found(string prefix, string instance)
    {
        Assert.True(Names.Prefix.TryParse(prefix, out Names.Prefix cidr));
        Policy before = Policies.Checked(Mode.Enforce, Policies.Permit("inside").To("private").Tcp(5432));
        SmartGroup group = before.SmartGroups["private"];
        group = group with { AnyOf = [.. group.AnyOf, new GroupSelector { Cidrs = [cidr] }] };
        Policy after = before with { SmartGroups = before.SmartGroups.Values.Select(one => one.Name == "private" ? group : one).ToFrozenDictionary(one => one.Name) };
        Probe[] probes = [.. PolicyDiff.Compare(before, after, Policies.Agents(), Policies.Now).Differences.SelectMany(difference => difference.Examples).Select(example => example.Probe)];
        Assert.NotEmpty(probes);
        Assert.All(probes, probe => Assert.Equal((instance, (ushort)5432), (probe.Destination.ToString(), probe.Port)));
    }

    [Fact]
    public void A_private_answer_that_is_released_in_one_only_is_a_difference()
    {
        // The second rule never decides, since the first takes all; but it lets the resolver answer private addresses.
        Rule all = Policies.Permit("all", "**.b.example").Tcp(443), inside = Policies.Permit("inside", "db.b.example").To("private").Tcp(443);
        PolicyComparison comparison = Compare([all], [all, inside]);
        Assert.All(comparison.Differences, difference => Assert.True(difference.IsAnswer && difference.IsPermittedInSecond));
        Assert.Contains(comparison.Differences, difference => difference.Examples.Any(example => example.Names.Contains("db.b.example")));
    }

    [Fact]
    public void What_expires_in_one_only_differs_from_that_moment_on()
    {
        DateTimeOffset end = Policies.Now.AddDays(30);
        PolicyComparison comparison = Compare([Core], [Core with { ToNames = [Policies.Entry("a.example", end), Policies.Entry("**.b.example")] }]);
        Assert.NotEmpty(comparison.Differences);
        Assert.All(comparison.Differences, difference => Assert.Equal((end, false), (difference.From!.Value, difference.IsPermittedInSecond)));
        Assert.All(comparison.Differences.SelectMany(difference => difference.Examples), example => Assert.Equal(["a.example"], example.Names));
    }

    [Fact]
    public void Another_mode_is_a_difference()
    {
        PolicyComparison comparison = PolicyDiff.Compare(Policies.Checked(Mode.Monitor, Core), Policies.Checked(Mode.Enforce, Core), Policies.Agents(), Policies.Now);
        Assert.False(comparison.IsSame);
        Assert.Equal([("coding-1", Mode.Monitor, Mode.Enforce, null), ("support-1", Mode.Monitor, Mode.Enforce, null)], comparison.Modes);
        Assert.Empty(comparison.Differences);
    }

    [Fact]
    public void A_monitor_that_ends_later_or_never_is_a_difference_from_the_earlier_end_on()
    {
        DateTimeOffset end = Policies.Now.AddDays(5);
        Policy first = Policies.Checked(Mode.Monitor, Core) with { MonitorUntil = end };
        foreach (DateTimeOffset? later in (DateTimeOffset?[])[end.AddDays(700), null])
        {
            PolicyComparison comparison = PolicyDiff.Compare(first, first with { MonitorUntil = later }, Policies.Agents(), Policies.Now);
            Assert.False(comparison.IsSame);
            Assert.Equal([("coding-1", Mode.Enforce, Mode.Monitor, end), ("support-1", Mode.Enforce, Mode.Monitor, end)], comparison.Modes);
        }
        Assert.True(PolicyDiff.Compare(first, first with { }, Policies.Agents(), Policies.Now).IsSame);
    }

    [Fact]
    public void Without_agents_there_is_one_for_each_selector()
    {
        Policy policy = Policies.Checked(Mode.Enforce, Core with { From = ["coders"] }, Policies.Permit("inside").To("private") with { From = ["public"] });
        Assert.Equal(["any-other", "at=2001:db8::", "at=203.0.113.0", "class=coding"], ImaginedAgents.Of(policy).Agents.Select(agent => agent.Id));
    }
}
