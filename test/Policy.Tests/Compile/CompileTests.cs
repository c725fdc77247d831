using System.Collections.Frozen;
using static Exeat.Policy.Tests.Compile.Policies;

namespace Exeat.Policy.Tests.Compile;

public sealed class CompileTests
{
    private static readonly Try ToCore = new() { To = Public, Name = "openclaw.ai", Bound = ["openclaw.ai"] };

    [Fact]
    public void An_expired_rule_is_inert()
    {
        Rule rule = Permit("allow-core", "openclaw.ai");
        Assert.Equal(Verdict.Permit, ToCore.Decide(Of(rule with { Expires = Now.AddSeconds(1) })).Verdict);
        Assert.Equal(Verdict.Deny, ToCore.Decide(Of(rule with { Expires = Now })).Verdict);
    }

    [Fact]
    public void A_rule_whose_names_have_all_expired_matches_nothing_rather_than_everything()
    {
        Rule rule = Permit("allow-core") with { ToNames = [Entry("openclaw.ai", Now)] };
        Assert.Equal(Verdict.Deny, ToCore.Decide(Of(rule)).Verdict);
        Assert.Equal(Verdict.Deny, (ToCore with { Stage = Stage.FirstPacket }).Decide(Of(rule)).Verdict);
        Assert.Equal(Finding.Expired, ToCore.Explain(Of(rule)).Findings[0].Finding);
    }

    [Fact]
    public void The_next_expiry_is_the_earliest_of_rules_and_names_that_take_part()
    {
        CompiledPolicy policy = Of(
            Permit("past", "a.o.org") with { Expires = Now },
            Permit("off", "b.o.org") with { Expires = Now.AddHours(1), Mode = RuleMode.Off },
            Permit("rule", "c.o.org") with { Expires = Now.AddHours(3) },
            Permit("name") with { ToNames = [Entry("d.o.org", Now.AddHours(2)), Entry("e.o.org")] });
        Assert.Equal(Now.AddHours(2), policy.NextExpiry);
        Assert.Null(Of(Permit("rule", "c.o.org")).NextExpiry);
    }

    [Fact]
    public void Of_two_mode_overrides_on_one_agent_enforce_wins()
    {
        Assert.Equal(Mode.Enforce, ModeOf(Mode.Monitor, Mode.Monitor, Mode.Enforce));
        Assert.Equal(Mode.Monitor, ModeOf(Mode.Enforce, Mode.Monitor, null));
        Assert.Equal(Mode.Enforce, ModeOf(Mode.Monitor, Mode.Enforce, null));
        Assert.Equal(Mode.Monitor, ModeOf(Mode.Monitor, null, null));

        static Mode ModeOf(Mode policy, Mode? first, Mode? second)
        {
            Policy made = Checked(policy) with
            {
                SmartGroups = new SmartGroup[]
                {
                    new() { Name = "a", Mode = first, AnyOf = [new GroupSelector { Classes = ["coding"] }] },
                    new() { Name = "b", Mode = second, AnyOf = [new GroupSelector { Agents = ["coding-1"] }] },
                }.ToFrozenDictionary(group => group.Name),
            };
            return CompiledPolicy.Compile(made, Agents(), Now).Agents[0].EffectiveMode;
        }
    }

    [Fact]
    public void A_default_that_permits_holds_only_for_agents_in_monitor()
    {
        Policy made = Checked(Mode.Monitor) with { Default = RuleAction.Permit };
        CompiledPolicy policy = CompiledPolicy.Compile(made, Agents(), Now);
        Assert.Equal(("default-permit", Reason.DefaultPermit), (policy.RuleName(ToCore.Decide(policy)), ToCore.Decide(policy).Reason));
        CompiledPolicy enforced = CompiledPolicy.Compile(made with { Mode = Mode.Enforce }, Agents(), Now);
        Assert.Equal(("default-deny", Verdict.Deny), (enforced.RuleName(ToCore.Decide(enforced)), ToCore.Decide(enforced).Verdict));
    }

    [Fact]
    public void A_group_of_agents_as_destination_means_their_addresses()
    {
        CompiledPolicy policy = Of(Permit("allow-peers").To("coders"));
        Assert.Equal(Verdict.Permit, new Try { Agent = 1, To = Parse("10.64.1.2") }.Decide(policy).Verdict);
        Assert.Equal(Verdict.Permit, new Try { Agent = 1, To = Parse("fd64:1::2") }.Decide(policy).Verdict);
        Assert.Equal(Verdict.Deny, new Try { Agent = 1, To = Parse("10.64.1.3") }.Decide(policy).Verdict);
        Assert.Equal(Verdict.Deny, new Try { Agent = 1, To = Parse("10.64.2.2") }.Decide(policy).Verdict);
    }

    [Fact]
    public void Agents_are_entered_in_order_with_their_labels_sorted()
    {
        CompiledPolicy policy = Of();
        Assert.Equal(["coding-1", "support-1"], policy.Agents.Select(agent => agent.Id));
        Assert.Equal("env=dev,team=a", policy.Agents[0].Labels);
        Assert.Equal((1, -1), (policy.FindAgent("support-1"), policy.FindAgent("nobody")));
    }

    [Fact]
    public void An_explanation_says_of_every_rule_which_condition_failed_first()
    {
        CompiledPolicy policy = Of(
            Deny("off", "openclaw.ai") with { Mode = RuleMode.Off },
            Deny("expired", "openclaw.ai") with { Expires = Now },
            Deny("empty", "openclaw.ai") with { From = ["private-none"] },
            Deny("others", "openclaw.ai") with { From = ["public"] },
            Deny("udp", "openclaw.ai") with { Protocol = RuleProtocol.Udp },
            Deny("port", "openclaw.ai").Tcp(80),
            Deny("address", "openclaw.ai").To("private"),
            Deny("name", "other.o.org"),
            Permit("allow-core", "openclaw.ai").Tcp(443),
            Deny("after"));
        Assert.Equal(
            [Finding.Off, Finding.Expired, Finding.EmptyGroups, Finding.OtherAgent, Finding.OtherProtocol, Finding.OtherPort, Finding.OtherAddress, Finding.OtherName, Finding.Matches, Finding.Matches],
            ToCore.Explain(policy).Findings.Select(finding => finding.Finding));
        Assert.Equal("allow-core", Assert.Single(ToCore.Explain(policy).Findings, finding => finding.Decides).Name);
        Assert.Equal(Finding.NameNotBound, (ToCore with { Bound = [] }).Explain(policy).Findings[8].Finding);
        Assert.Equal(Finding.NoNameProven, (ToCore with { Name = null }).Explain(policy).Findings[8].Finding);
        Assert.Equal(Finding.NeedsAddress, (ToCore with { Stage = Stage.Dns }).Explain(policy).Findings[6].Finding);
    }
}
