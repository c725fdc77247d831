using System.Text;
using Exeat.Names;
using static Exeat.Policy.Tests.Compile.Policies;

namespace Exeat.Policy.Tests.Compile;

public sealed class DecideTests
{
    [Fact]
    public void An_empty_policy_denies_everything_at_every_stage()
    {
        CompiledPolicy policy = Of();
        foreach (Stage stage in Enum.GetValues<Stage>())
            AssertDecision(policy, new Try { Stage = stage, To = Public, Name = "a.o.org" }, Verdict.Deny, "default-deny", Reason.DefaultDeny);
    }

    [Fact]
    public void A_name_permit_needs_the_name_on_the_wire_and_bound()
    {
        CompiledPolicy policy = Of(Permit("allow-core", "openclaw.ai").Tcp(443));
        var attempt = new Try { To = Public, Name = "openclaw.ai", Bound = ["openclaw.ai"] };
        Decision decision = AssertDecision(policy, attempt, Verdict.Permit, "allow-core", Reason.PermittedByRule);
        Assert.Equal(Proof.DnsSni, decision.Proof);
        AssertDecision(policy, attempt with { Bound = ["other.o.org"] }, Verdict.Deny, "default-deny", Reason.NameNotBound);
        AssertDecision(policy, attempt with { Name = null }, Verdict.Deny, "default-deny", Reason.NoNameProven);
        AssertDecision(policy, attempt with { Name = "evil.o.org" }, Verdict.Deny, "default-deny", Reason.DefaultDeny);
        AssertDecision(policy, attempt with { Port = 8443 }, Verdict.Deny, "default-deny", Reason.DefaultDeny);
        AssertDecision(policy, attempt with { Stage = Stage.FirstPacket }, Verdict.Pending, "default-deny", Reason.AwaitsHello);
        AssertDecision(policy, attempt with { Stage = Stage.FirstPacket, Bound = [] }, Verdict.Deny, "default-deny", Reason.DefaultDeny);
    }

    [Fact]
    public void An_address_permit_is_clear_at_the_first_packet_in_both_families()
    {
        CompiledPolicy policy = Of(Permit("allow-private").To("private").Tcp(5432));
        foreach (Address address in (Address[])[Private, PrivateV6])
            AssertDecision(policy, new Try { Stage = Stage.FirstPacket, To = address, Port = 5432 }, Verdict.Permit, "allow-private", Reason.PermittedByRule);
        foreach (Address address in (Address[])[Public, PublicV6, default])
            AssertDecision(policy, new Try { Stage = Stage.FirstPacket, To = address, Port = 5432 }, Verdict.Deny, "default-deny", Reason.DefaultDeny);
    }

    [Fact]
    public void An_address_permit_below_a_name_deny_waits_for_the_hello()
    {
        CompiledPolicy policy = Of(Deny("shadow-model-deny", "api.openai.com"), Permit("allow-public").To("public").Tcp(443));
        var attempt = new Try { To = Public, Bound = ["cdn.o.org"] };
        AssertDecision(policy, attempt with { Stage = Stage.FirstPacket }, Verdict.Pending, "default-deny", Reason.AwaitsHello);
        AssertDecision(policy, attempt with { Name = "api.openai.com" }, Verdict.Deny, "shadow-model-deny", Reason.DeniedByRule);
        AssertDecision(policy, attempt with { Name = "cdn.o.org" }, Verdict.Permit, "allow-public", Reason.PermittedByRule);
        AssertDecision(policy, attempt, Verdict.Permit, "allow-public", Reason.PermittedByRule);
        AssertDecision(policy, attempt with { Bound = ["api.openai.com"] }, Verdict.Deny, "shadow-model-deny", Reason.DeniedByRule);
    }

    [Fact]
    public void A_first_packet_that_no_claim_could_save_is_denied_at_once_and_names_the_deny_of_its_name()
    {
        CompiledPolicy policy = Of(Deny("shadow-model-deny", "**.openai.com").Tcp(443), Permit("allow-models", "**.openai.com", "api.o.org").Tcp(443), Deny("deny-eastwest").To("private"));
        var attempt = new Try { Stage = Stage.FirstPacket, To = Public, Bound = ["api.openai.com"] };
        AssertDecision(policy, attempt, Verdict.Deny, "shadow-model-deny", Reason.DeniedByRule);
        AssertDecision(policy, attempt with { Bound = ["api.openai.com", "api.o.org"] }, Verdict.Pending, "default-deny", Reason.AwaitsHello);
        AssertDecision(policy, attempt with { To = Private, Bound = [] }, Verdict.Deny, "deny-eastwest", Reason.DeniedByRule);
    }

    [Fact]
    public void Proof_dns_permits_with_a_binding_alone()
    {
        CompiledPolicy policy = Of(Permit("allow-ssh", "git.o.org").Tcp(22) with { Proof = Proof.Dns });
        var attempt = new Try { Stage = Stage.FirstPacket, To = Public, Port = 22, Bound = ["git.o.org"] };
        Assert.Equal(Proof.Dns, AssertDecision(policy, attempt, Verdict.Permit, "allow-ssh", Reason.PermittedByRule).Proof);
        AssertDecision(policy, attempt with { Stage = Stage.Hello }, Verdict.Permit, "allow-ssh", Reason.PermittedByRule);
        AssertDecision(policy, attempt with { Bound = [] }, Verdict.Deny, "default-deny", Reason.DefaultDeny);
    }

    [Fact]
    public void A_rule_with_names_and_addresses_needs_both()
    {
        CompiledPolicy policy = Of(Permit("allow-endpoint", "vault.o.org").To("private").Tcp(443));
        var attempt = new Try { To = Private, Name = "vault.o.org", Bound = ["vault.o.org"] };
        AssertDecision(policy, attempt, Verdict.Permit, "allow-endpoint", Reason.PermittedByRule);
        AssertDecision(policy, attempt with { To = Public }, Verdict.Deny, "default-deny", Reason.AddressNotAllowed);
        AssertDecision(policy, attempt with { To = Public, Stage = Stage.FirstPacket }, Verdict.Deny, "default-deny", Reason.AddressNotAllowed);
        Assert.True(policy.AllowsBinding(0, "vault.o.org"u8, Private));
        Assert.False(policy.AllowsBinding(0, "vault.o.org"u8, Public));
        Assert.False(policy.AllowsBinding(0, "other.o.org"u8, Private));
        Assert.False(policy.AllowsBinding(-1, "vault.o.org"u8, Private));
    }

    [Fact]
    public void An_address_rule_lets_a_name_be_resolved_and_bound_only_by_its_resolve_list()
    {
        Rule rule = Permit("allow-db").To("private").Tcp(5432);
        var question = new Try { Stage = Stage.Dns, Name = "db.o.org" };
        AssertDecision(Of(rule), question, Verdict.Deny, "default-deny", Reason.DefaultDeny);
        CompiledPolicy resolving = Of(rule with { Resolve = [RandomPolicies.Read("db.o.org")] });
        AssertDecision(resolving, question, Verdict.Permit, "allow-db", Reason.PermittedByRule);
        Assert.True(resolving.AllowsBinding(0, "db.o.org"u8, Private));
        AssertDecision(resolving, new Try { To = Public, Port = 5432, Name = "db.o.org", Bound = ["db.o.org"] }, Verdict.Deny, "default-deny", Reason.DefaultDeny);
    }

    [Fact]
    public void A_question_is_denied_only_when_denies_of_the_name_leave_no_port_of_the_permit()
    {
        Rule permit = Permit("allow-api", "api.o.org").Tcp(443, 8443);
        var question = new Try { Stage = Stage.Dns, Name = "api.o.org" };
        AssertDecision(Of(Deny("deny-443", "api.o.org").Tcp(443), permit), question, Verdict.Permit, "allow-api", Reason.PermittedByRule);
        AssertDecision(Of(Deny("deny-443", "api.o.org").Tcp(443), Deny("deny-8443", "**.o.org").Tcp(8443), permit), question, Verdict.Deny, "deny-443", Reason.DeniedByRule);
        AssertDecision(Of(Deny("deny-both", "api.o.org").To("public"), permit), question, Verdict.Permit, "allow-api", Reason.PermittedByRule);
        AssertDecision(Of(Deny("shadow-model-deny", "api.openai.com").Tcp(443)), question with { Name = "api.openai.com" }, Verdict.Deny, "shadow-model-deny", Reason.DeniedByRule);
    }

    [Fact]
    public void A_question_above_a_permitted_name_is_an_empty_non_terminal()
    {
        CompiledPolicy policy = Of(Permit("allow-deep", "a.b.o.org", "*.c.o.org") with { From = ["coders"] });
        foreach (string name in (string[])["b.o.org", "c.o.org", "o.org", "org"])
        {
            AssertDecision(policy, new Try { Stage = Stage.Dns, Name = name }, Verdict.Deny, "default-deny", Reason.EmptyNonTerminal);
            AssertDecision(policy, new Try { Stage = Stage.Dns, Name = name, Agent = 1 }, Verdict.Deny, "default-deny", Reason.DefaultDeny);
            Assert.True(policy.MatchBelow(0, Encoding.ASCII.GetBytes(name)));
        }
        AssertDecision(policy, new Try { Stage = Stage.Dns, Name = "x.b.o.org" }, Verdict.Deny, "default-deny", Reason.DefaultDeny);
    }

    [Fact]
    public void A_quarantined_agent_is_denied_at_every_stage_by_quarantine()
    {
        AgentsDocument agents = Agents();
        agents = agents with { Agents = agents.Agents.SetItem(0, agents.Agents[0] with { Quarantined = true }) };
        CompiledPolicy policy = CompiledPolicy.Compile(Checked(Mode.Enforce, Permit("allow-all")), agents, Now);
        foreach (Stage stage in Enum.GetValues<Stage>())
            AssertDecision(policy, new Try { Stage = stage, To = Public, Name = "a.o.org" }, Verdict.Deny, "quarantine", Reason.Quarantined);
        AssertDecision(policy, new Try { Agent = 1, To = Public }, Verdict.Permit, "allow-all", Reason.PermittedByRule);
        AssertDecision(policy, new Try { Agent = 7, To = Public }, Verdict.Deny, "default-deny", Reason.UnknownAgent);
    }

    [Fact]
    public void A_monitored_deny_is_recorded_and_evaluation_goes_on()
    {
        CompiledPolicy policy = Of(Deny("try-deny", "api.o.org") with { Mode = RuleMode.Monitor }, Permit("allow-o", "**.o.org").Tcp(443));
        var attempt = new Try { To = Public, Name = "api.o.org", Bound = ["api.o.org"] };
        foreach (Try at in (Try[])[attempt, attempt with { Stage = Stage.Dns }])
        {
            Assert.Equal("try-deny", policy.RuleName(AssertDecision(policy, at, Verdict.Permit, "allow-o", Reason.PermittedByRule).Would));
            Try other = at with { Name = "other.o.org", Bound = ["other.o.org"] };
            Assert.Equal(0, AssertDecision(policy, other, Verdict.Permit, "allow-o", Reason.PermittedByRule).Would);
        }
    }

    private static Decision AssertDecision(CompiledPolicy policy, Try attempt, Verdict verdict, string rule, Reason reason)
    {
        Decision decision = attempt.Decide(policy);
        Assert.Equal((verdict, rule, reason), (decision.Verdict, policy.RuleName(decision), decision.Reason));
        return decision;
    }
}
