using Exeat.Flows;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;
using Exeat.Policy;

namespace Exeat.Lab.Tests.Course;

/// <summary>What a real gateway recorded, asked again of the evaluator: the same decision, by the same rule (I2).</summary>
public sealed class ReplayTests(EnforcedLab enforced, MonitoredLab monitored) : IClassFixture<EnforcedLab>, IClassFixture<MonitoredLab>
{
    [Fact]
    public async Task Every_recorded_decision_in_enforce_is_the_evaluators() => await AssertReplaysAsync(enforced);

    [Fact]
    public async Task Every_recorded_decision_in_monitor_is_the_evaluators() => await AssertReplaysAsync(monitored);

    [Fact]
    public async Task What_if_finds_no_change_under_the_same_policy_and_what_a_narrower_one_would_deny()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        foreach (int family in (int[])[4, 6]) await enforced.TryAsync("https", "openclaw.ai", family);
        string policy = Path.Combine(enforced.State.Documents, "policy.yaml"), narrower = Path.GetTempFileName();
        Finished same = await WhatIfAsync(policy);
        Assert.True(same.Succeeded, same.Output + same.Errors);
        Assert.Contains("0 newly denied, 0 newly permitted, 0 passed in monitor only, 0 by another rule, ", same.Output, StringComparison.Ordinal);

        await File.WriteAllTextAsync(narrower, (await File.ReadAllTextAsync(policy)).Replace("names: [openclaw.ai, ", "names: [", StringComparison.Ordinal));
        Finished other = await WhatIfAsync(narrower);
        Assert.Equal(1, other.Status);
        Assert.Matches(@"\d+ +coding-1 +tcp/443 +openclaw\.ai +dns\+sni +allow-core +default-deny", other.Output);
        Assert.Matches(@"\d+ +coding-1 +dns +openclaw\.ai +allow-core +default-deny", other.Output);
        File.Delete(narrower);
    }

    private Task<Finished> WhatIfAsync(string policy) => Subprocess.RunAsync(
        [.. LabPrograms.Exeat, "policy", "what-if", "--policy", policy, "--agents", Path.Combine(enforced.State.Documents, "agents.yaml"), "--journal", enforced.State.Journal, "--limit-newly-denied", "0", "--quiet"],
        TimeSpan.FromSeconds(60));

    private static async Task AssertReplaysAsync(GatewayLab lab)
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        foreach (int family in (int[])[4, 6])
        {
            await lab.TryAsync("https", "openclaw.ai", family);
            await lab.TryAsync("https", "api.openai.com", family);
            await lab.TryAsync("spoofed-sni", "openclaw.ai@attacker", family);
            // Another port: the same again would be refused from the kernel's memory, and counted.
            await lab.TryAsync("https-address", "@attacker", family, port: 8443);
        }
        CompiledPolicy policy = Compile(lab.State.Documents);
        int replayed = 0;
        foreach (FlowEvent read in new JournalReader(lab.State.Journal).Read())
        {
            if (FlowReplay.From(read) is not { } replay) continue;
            Decision decision = policy.Decide(replay.Attempt(policy.FindAgent(read.Agent!)));
            Assert.True(replay.Agrees(decision, policy.RuleName(decision)), $"{read.Id}: recorded {read.Verdict} by {read.Rule} ({read.Reason}), asked again {decision}");
            replayed++;
        }
        Assert.True(replayed >= 12, $"only {replayed} decisions could be asked again");
    }

    private static CompiledPolicy Compile(string documents)
    {
        LoadResult policy = PolicyLoader.Load(Path.Combine(documents, "policy.yaml"));
        AgentsResult agents = AgentsLoader.Load(Path.Combine(documents, "agents.yaml"));
        Assert.True(policy.Policy is not null && agents.Agents is not null, string.Join('\n', policy.Problems));
        return CompiledPolicy.Compile(policy.Policy, agents.Agents, TimeProvider.System.GetUtcNow());
    }
}
