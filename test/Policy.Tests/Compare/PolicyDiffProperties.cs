using System.Text;
using CsCheck;
using Exeat.Names;
using Exeat.Policy.Tests.Compile;
using static Exeat.Policy.Tests.Compile.RandomPolicies;

namespace Exeat.Policy.Tests.Compare;

public sealed class PolicyDiffProperties
{
    // Half of the pairs differ in one rule only, so that small differences have to be found.
    private static readonly Gen<(Policy First, Policy Second)> Pairs = Gen.Select(AnyPolicy, AnyPolicy, AnyRule, Gen.Int[0, 7], Gen.Int[0, 3], (first, other, rule, place, kind) => (first, kind switch
    {
        0 => other with { SmartGroups = first.SmartGroups },
        1 when first.Rules.Length > 0 => first with { Rules = first.Rules.RemoveAt(place % first.Rules.Length) },
        2 when first.Rules.Length > 0 => With(first with { Rules = first.Rules.RemoveAt(place % first.Rules.Length) }, place, rule),
        _ => With(first, place, rule),
    }));

    [Fact]
    public void A_decision_that_differs_is_reported() =>
        Gen.Select(Pairs, Agents, Attempts.Array[80], Gen.Int[0, 5]).Sample((pair, agents, attempts, unreadable) =>
        {
            PolicyComparison comparison = PolicyDiff.Compare(pair.First, pair.Second, agents, Now);
            Assert.Empty(comparison.NotCompared);
            CompiledPolicy first = CompiledPolicy.Compile(pair.First, agents, Now), second = CompiledPolicy.Compile(pair.Second, agents, Now);
            DateTimeOffset later = Now.AddDays(1);
            CompiledPolicy firstLater = CompiledPolicy.Compile(pair.First, agents, later), secondLater = CompiledPolicy.Compile(pair.Second, agents, later);
            foreach (Try attempt in attempts.Select((attempt, i) => i % 6 == unreadable && attempt.Stage != Stage.Dns ? attempt with { Name = null, Unreadable = true } : attempt))
            {
                Decision inFirst = attempt.Decide(first), inSecond = attempt.Decide(second);
                Verdict a = inFirst.Verdict, b = inSecond.Verdict;
                if (a == b)
                {
                    // Only what expires between can make it differ later.
                    if (attempt.Decide(firstLater).Verdict != attempt.Decide(secondLater).Verdict) Assert.Contains(comparison.Differences, difference => difference.Agents.Contains(agents.Agents[attempt.Agent].Id));
                    continue;
                }
                string agent = agents.Agents[attempt.Agent].Id;
                // The same two rules decide some attempt that is reported. At the first packet the client has not said all, and rules may still change.
                bool isFinal = attempt.Stage != Stage.FirstPacket;
                Assert.Contains(comparison.Differences, difference => difference.From is null && !difference.IsAnswer && difference.Agents.Contains(agent)
                    && (!isFinal || (difference.IsPermittedInSecond, difference.FirstRule, difference.SecondRule) == (b == Verdict.Permit, first.RuleName(inFirst), second.RuleName(inSecond))));
            }
        }, iter: 800, print: Print);

    [Fact]
    public void What_is_reported_really_differs() =>
        Gen.Select(Pairs, Agents).Sample((pair, agents) =>
        {
            foreach (PolicyDifference difference in PolicyDiff.Compare(pair.First, pair.Second, agents, Now).Differences)
            {
                DateTimeOffset moment = difference.From ?? Now;
                CompiledPolicy first = CompiledPolicy.Compile(pair.First, agents, moment), second = CompiledPolicy.Compile(pair.Second, agents, moment);
                Assert.NotEmpty(difference.Examples);
                if (difference.IsAnswer)
                {
                    Assert.All(difference.Examples.SelectMany(Alike), answer => Assert.Equal((!difference.IsPermittedInSecond, difference.IsPermittedInSecond), (Answers(first, answer), Answers(second, answer))));
                    continue;
                }
                foreach (Probe probe in difference.Examples.SelectMany(Alike))
                {
                    Verdict a = probe.Decide(first).Verdict, b = probe.Decide(second).Verdict;
                    Assert.Equal((Verdict.Deny, Verdict.Permit), difference.IsPermittedInSecond ? (a, b) : (b, a));
                    Assert.Contains(first.Agents[probe.Agent].Id, difference.Agents);
                }
                if (difference.From is not null)
                {
                    CompiledPolicy firstNow = CompiledPolicy.Compile(pair.First, agents, Now), secondNow = CompiledPolicy.Compile(pair.Second, agents, Now);
                    Assert.All(difference.Examples, example => Assert.Equal(example.Probe.Decide(firstNow).Verdict, example.Probe.Decide(secondNow).Verdict));
                }
                Probe shown = difference.Examples[0].Probe;
                Assert.Equal((difference.FirstRule, difference.SecondRule), (first.RuleName(shown.Decide(first)), second.RuleName(shown.Decide(second))));
            }
        }, iter: 400);

    [Fact]
    public void Other_names_and_numbers_of_rules_are_no_difference() =>
        Gen.Select(AnyPolicy, Agents).Sample((policy, agents) =>
        {
            Policy renamed = policy with { Version = "other", Rules = [.. policy.Rules.Select((rule, i) => rule with { Name = $"called-{i}", Priority = 7 * (i + 3) })] };
            PolicyComparison comparison = PolicyDiff.Compare(policy, renamed, agents, Now);
            Assert.True(comparison.IsSame);
            Assert.All(comparison.Rules, change => Assert.Equal(RuleChangeKind.WithoutEffect, change.Kind));
            Assert.Equal(2 * policy.Rules.Length, comparison.Rules.Length);
        }, iter: 200);

    [Fact]
    public void Rules_that_can_decide_are_those_that_some_attempt_is_decided_by() =>
        Gen.Select(AnyPolicy, Agents, Attempts.Array[40]).Sample((policy, agents, attempts) =>
        {
            CompiledPolicy compiled = CompiledPolicy.Compile(policy, agents, Now);
            IReadOnlySet<int> deciding = DecidingRules.Of(compiled, out bool isExact);
            Assert.True(isExact);
            foreach (Try attempt in attempts.Where(attempt => attempt.Stage != Stage.FirstPacket))
            {
                Decision decision = attempt.Decide(compiled);
                if (decision.Rule > 0 && !(attempt.Stage == Stage.Dns && decision.Verdict == Verdict.Deny)) Assert.Contains(decision.Rule - 1, deciding);
            }
        }, iter: 300);

    private static bool Answers(CompiledPolicy policy, Probe answer) => policy.MayAnswer(answer.Agent, answer.Claimed!.Bytes, answer.Destination);

    // The attempt shown, and the same with every other name that it is said to stand for.
    private static IEnumerable<Probe> Alike(DifferenceExample example)
    {
        yield return example.Probe;
        if (!example.Probe.IsPlain) yield break;
        foreach (string text in example.Names)
        {
            DomainName name = DomainName.FromCanonical(Encoding.ASCII.GetBytes(text));
            yield return example.Probe with { Claimed = name, Bound = example.Probe.Stage == Stage.Dns ? [] : [name] };
        }
    }

    private static string Print(((Policy First, Policy Second) Pair, AgentsDocument Agents, Try[] Attempts, int) c) =>
        RandomPolicies.Print(c.Pair.First, c.Agents, c.Attempts[0]) + "\n----\n" + RandomPolicies.Print(c.Pair.Second, c.Agents, c.Attempts[0]) + "\n" + string.Join('\n', c.Attempts.Select(attempt => attempt.ToString()));
}
