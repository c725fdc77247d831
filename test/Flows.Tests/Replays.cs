using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Flows.Tests;

/// <summary>Short ways to record attempts and to judge them with a policy written in a test.</summary>
internal static class Replays
{
    public const string Head = """
        apiVersion: exeat/v1
        kind: Policy
        mode: enforce
        default: deny
        smartGroups: {coders: {class: coding}, private: {cidrs: [10.0.0.0/8, fd00::/8]}}
        webGroups: {good: {names: [www.x.example, "**.deep.example"]}, bad: {names: [api.models.example]}}
        rules:

        """;

    private const string Agents = """
        apiVersion: exeat/v1
        kind: Agents
        agents:
        - {id: coding-1, class: coding, addresses: [192.0.2.2]}
        - {id: research-1, class: research, addresses: [192.0.2.3]}
        """;

    public static CompiledPolicy Compile(string text, AgentsDocument? agents = null)
    {
        string folder = Directory.CreateTempSubdirectory("exeat-replays-").FullName;
        try
        {
            string rules = Path.Combine(folder, "policy.yaml"), declared = Path.Combine(folder, "agents.yaml");
            File.WriteAllText(rules, text);
            File.WriteAllText(declared, Agents);
            LoadResult policy = PolicyLoader.Load(rules);
            Assert.True(policy.Policy is not null, string.Join('\n', policy.Problems));
            return CompiledPolicy.Compile(policy.Policy, agents ?? AgentsLoader.Load(declared).Agents!, TempJournal.Start);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A hello of coding-1 for www.x.example, permitted by <c>allow</c>.</summary>
    public static FlowDraft Hello(Guid flow, Verdict verdict = Verdict.Permit, string rule = "allow", Reason reason = Reason.PermittedByRule) => new()
    {
        Flow = flow,
        Kind = FlowEventKind.Decision,
        AgentId = "coding-1",
        AgentClass = "coding",
        Source = Address.V4(0xC0000202),
        Destination = Address.V4(0xCB007105),
        Protocol = 6,
        Port = 443,
        ClaimedName = "www.x.example"u8,
        ClaimSource = NameSource.Sni,
        Bound = Www,
        Stage = Stage.Hello,
        Proof = Proof.DnsSni,
        RuleName = rule,
        Reason = reason,
        Verdict = verdict,
        Enforced = true,
    };

    public static readonly DomainName[] Www = [TempJournal.Name("www.x.example")];

    public static FlowDraft FirstPacket(Guid flow, Verdict verdict, string rule, Reason reason, DomainName[]? bound = null) => new()
    {
        Flow = flow,
        Kind = FlowEventKind.Decision,
        AgentId = "coding-1",
        AgentClass = "coding",
        Source = Address.V4(0xC0000202),
        Destination = Address.V4(0xCB007105),
        Protocol = 6,
        Port = 443,
        Bound = bound ?? Www,
        Stage = Stage.FirstPacket,
        RuleName = rule,
        Reason = reason,
        Verdict = verdict,
        Enforced = true,
    };

    public static Guid Flow(TempJournal journal) => Guid.CreateVersion7(journal.Time.GetUtcNow());

    public static WhatIf Ask(TempJournal journal, CompiledPolicy candidate, out RecordedAttempts attempts, AttemptScope? scope = null, int maxRows = WhatIf.MaxRows)
    {
        var whatIf = new WhatIf(candidate, maxRows);
        attempts = new RecordedAttempts(scope ?? new AttemptScope());
        foreach (RecordedAttempt attempt in attempts.Of(new JournalReader(journal.Options.Dir).Read())) whatIf.Add(attempt);
        Assert.Equal(attempts.Count, whatIf.Compared + whatIf.UnknownAgents.Values.Sum());
        return whatIf;
    }
}
