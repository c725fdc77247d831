using System.Collections.Frozen;
using System.Text;
using CsCheck;
using Exeat.Names;
using static Exeat.Policy.Tests.Compile.RandomPolicies;

namespace Exeat.Policy.Tests.Compile;

public sealed class EvaluatorProperties
{
    private const int Many = 20_000;

    private static readonly Gen<(Policy, AgentsDocument, Try)> Cases = Gen.Select(AnyPolicy, Agents, Attempts);

    [Fact]
    public void The_compiled_policy_decides_as_the_naive_evaluator() =>
        Cases.Sample((policy, agents, attempt) =>
            Assert.Equal(new NaiveEvaluator(policy, agents, Now).Decide(attempt), attempt.Decide(Compile(policy, agents))), iter: Many, print: Print);

    [Fact]
    public void Adding_a_deny_rule_never_permits_more() =>
        Gen.Select(AnyPolicy, Agents, Attempts, Gen.Select(AnyRule, Gen.Int[0, 7])).Sample((policy, agents, attempt, added) =>
        {
            Rule deny = added.Item1 with { Action = RuleAction.Deny, Proof = null, Resolve = [] };
            Verdict before = attempt.Decide(Compile(policy, agents)).Verdict, after = attempt.Decide(Compile(With(policy, added.Item2, deny), agents)).Verdict;
            // A deny may turn a clear permit into one that waits for the hello, and any verdict into a denial; never a denial into something better.
            Assert.True(after == before || after == Verdict.Deny || (before, after) == (Verdict.Permit, Verdict.Pending), $"{before} became {after}");
        }, iter: Many);

    [Fact]
    public void Knowing_more_never_turns_a_final_decision() =>
        Cases.Sample((policy, agents, attempt) =>
        {
            CompiledPolicy compiled = Compile(policy, agents);
            Verdict early = (attempt with { Stage = Stage.FirstPacket }).Decide(compiled).Verdict;
            if (early == Verdict.Pending) return;
            foreach (string? claim in new NaiveEvaluator(policy, agents, Now).Claims(attempt).Append(attempt.Name))
                Assert.Equal(early, (attempt with { Stage = Stage.Hello, Name = claim }).Decide(compiled).Verdict);
        }, iter: Many, print: Print);

    [Fact]
    public void The_hello_is_always_final() =>
        Cases.Sample((policy, agents, attempt) =>
            Assert.NotEqual(Verdict.Pending, (attempt with { Stage = Stage.Hello }).Decide(Compile(policy, agents)).Verdict), iter: Many / 4, print: Print);

    [Fact]
    public void A_name_denied_at_the_question_is_never_permitted_later_by_that_name() =>
        Cases.Sample((policy, agents, attempt) =>
        {
            string name = attempt.Name ?? "o.org";
            CompiledPolicy compiled = Compile(policy, agents);
            if ((attempt with { Stage = Stage.Dns, Name = name }).Decide(compiled).Verdict == Verdict.Permit) return;
            Decision later = (attempt with { Stage = Stage.Hello, Name = name, Bound = [name] }).Decide(compiled);
            Assert.True(later.Verdict == Verdict.Deny || compiled.Rules[later.Rule - 1].ToNames.IsEmpty, $"{later}");
        }, iter: Many, print: Print);

    [Fact]
    public void A_name_that_is_not_bound_is_never_permitted_by_name() =>
        Cases.Sample((policy, agents, attempt) =>
        {
            CompiledPolicy compiled = Compile(policy, agents);
            Decision decision = (attempt with { Stage = Stage.Hello, Bound = [] }).Decide(compiled);
            Assert.True(decision.Verdict == Verdict.Deny || decision.Rule == 0 || compiled.Rules[decision.Rule - 1].ToNames.IsEmpty, $"{decision}");
        }, iter: Many / 2, print: Print);

    [Fact]
    public void What_cannot_be_read_is_permitted_only_if_every_claim_would_be() =>
        Cases.Sample((policy, agents, attempt) =>
        {
            CompiledPolicy compiled = Compile(policy, agents);
            Try unreadable = attempt with { Stage = Stage.Hello, Name = null, Unreadable = true };
            if (unreadable.Decide(compiled).Verdict != Verdict.Permit) return;
            Assert.NotEqual(Verdict.Deny, (attempt with { Stage = Stage.FirstPacket }).Decide(compiled).Verdict);
            foreach (string? claim in new NaiveEvaluator(policy, agents, Now).Claims(attempt))
                Assert.Equal(Verdict.Permit, (attempt with { Stage = Stage.Hello, Name = claim }).Decide(compiled).Verdict);
        }, iter: Many, print: Print);

    [Fact]
    public void Monitored_and_inert_rules_change_no_verdict() =>
        Gen.Select(AnyPolicy, Agents, Attempts, Gen.Select(AnyRule, Gen.Int[0, 7], Gen.Bool)).Sample((policy, agents, attempt, added) =>
        {
            Rule idle = added.Item1 with { Mode = added.Item3 ? RuleMode.Monitor : RuleMode.Off };
            Decision before = attempt.Decide(Compile(policy, agents)), after = attempt.Decide(Compile(With(policy, added.Item2, idle), agents));
            Assert.Equal((before.Verdict, before.Reason, before.Proof), (after.Verdict, after.Reason, after.Proof));
        }, iter: Many / 2);

    // An empty group must never become "any": such a rule takes part in nothing, whatever it does.
    [Fact]
    public void A_rule_with_an_empty_group_in_place_of_a_field_changes_no_decision() =>
        Gen.Select(AnyPolicy, Agents, Attempts, Gen.Select(AnyRule, Gen.Int[0, 7], Gen.Int[0, 2])).Sample((policy, agents, attempt, added) =>
        {
            Policy known = policy with { SmartGroups = policy.SmartGroups.Append(new("nobody", new SmartGroup { Name = "nobody", AnyOf = [] })).ToFrozenDictionary() };
            Rule empty = added.Item3 switch
            {
                0 => added.Item1 with { From = ["nobody"] },
                1 => added.Item1 with { ToGroups = ["nobody"] },
                _ => added.Item1 with { ToNames = [], ToWebGroups = ["none"] },
            };
            Policy with = With(known, added.Item2, empty);
            CompiledPolicy before = Compile(policy, agents), after = Compile(with, agents);
            foreach (Stage stage in Enum.GetValues<Stage>())
            {
                Try tried = attempt with { Stage = stage };
                Decision one = tried.Decide(before), two = tried.Decide(after);
                Assert.Equal((one.Verdict, one.Reason, one.Proof, one.Would == 0), (two.Verdict, two.Reason, two.Proof, two.Would == 0));
                Assert.False(with.CanMatch(with.Rules[added.Item2 % (policy.Rules.Length + 1)]));
                Explanation explained = tried.Explain(after);
                if (explained.Decision.Rule >= 0 && one.Reason != Reason.UnknownAgent && empty.Mode != RuleMode.Off)
                    Assert.Equal(Finding.EmptyGroups, explained.Findings[added.Item2 % (policy.Rules.Length + 1)].Finding);
            }
        }, iter: Many / 2);

    // Random policies are small, and their rules fit one word of a row. Padding moves them over several.
    [Fact]
    public void A_policy_of_several_words_decides_as_the_same_rules_in_one() =>
        Gen.Select(AnyPolicy, Agents, Attempts, Gen.Int[0, 90].Array[8]).Sample((policy, agents, attempt, pads) =>
        {
            CompiledPolicy small = Compile(policy, agents);
            Rule off = new() { Name = "off", Priority = 0, Action = RuleAction.Permit, Mode = RuleMode.Off };
            Rule[] rules = [.. pads.SelectMany((pad, i) => Enumerable.Repeat(off, pad).Concat(policy.Rules.Skip(i).Take(1)))];
            CompiledPolicy big = Compile(policy with { Rules = [.. rules.Select((rule, i) => rule with { Name = rule.Name == "off" ? $"off-{i}" : rule.Name, Priority = i + 1 })] }, agents);
            foreach (Stage stage in Enum.GetValues<Stage>())
            {
                Try tried = attempt with { Stage = stage };
                Decision one = tried.Decide(small), several = tried.Decide(big);
                Assert.Equal((one.Verdict, one.Reason, one.Proof, small.RuleName(one), small.RuleName(one.Would)), (several.Verdict, several.Reason, several.Proof, big.RuleName(several), big.RuleName(several.Would)));
                Assert.Equal(several, tried.Explain(big).Decision);
            }
        }, iter: Many / 10);

    [Fact]
    public void The_explanation_agrees_with_the_decision() =>
        Cases.Sample((policy, agents, attempt) =>
        {
            CompiledPolicy compiled = Compile(policy, agents);
            Explanation explained = attempt.Explain(compiled);
            Assert.Equal(attempt.Decide(compiled), explained.Decision);
            RuleFinding[] deciding = [.. explained.Findings.Where(finding => finding.Decides)];
            if (explained.Decision.Verdict == Verdict.Pending) Assert.Empty(deciding);
            else Assert.Equal(explained.RuleName, Assert.Single(deciding).Name);
            if (attempt.Stage is not (Stage.Hello or Stage.Request) || explained.Decision.Rule < 0 || explained.Decision.Reason == Reason.UnknownAgent) return;
            Assert.Equal(deciding[0], explained.Findings.First(finding => finding.Finding == Finding.Matches && finding.Mode == RuleMode.Enforce));
        }, iter: Many, print: Print);

    [Fact]
    public void A_private_address_may_be_bound_only_where_a_permit_states_name_and_address() =>
        Cases.Sample((policy, agents, attempt) =>
        {
            CompiledPolicy compiled = Compile(policy, agents);
            string name = attempt.Name ?? "o.org";
            byte[] bytes = Encoding.ASCII.GetBytes(name);
            if (attempt.Agent < 0 || attempt.Agent >= agents.Agents.Length) Assert.False(compiled.AllowsBinding(attempt.Agent, bytes, attempt.To));
            else
            {
                bool expected = !agents.Agents[attempt.Agent].Quarantined && policy.Rules.Any(rule => rule.Action == RuleAction.Permit && !rule.ToGroups.IsEmpty
                    && new NaiveEvaluator(policy, agents, Now).States(rule, attempt.Agent, name, attempt.To));
                Assert.Equal(expected, compiled.AllowsBinding(attempt.Agent, bytes, attempt.To));
            }
        }, iter: Many / 2, print: Print);

    private static CompiledPolicy Compile(Policy policy, AgentsDocument agents) => CompiledPolicy.Compile(policy, agents, Now);

    private static string Print((Policy, AgentsDocument, Try) c) => RandomPolicies.Print(c.Item1, c.Item2, c.Item3);
}
