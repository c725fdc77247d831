using CsCheck;
using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Flows.Tests;

/// <summary>The record is complete: from it alone policy can be asked again, and answers alike.</summary>
public sealed class ReplayedPolicyTests : IDisposable
{
    private const string Agents = """
        apiVersion: exeat/v1
        kind: Agents
        agents:
        - {id: coding-1, class: coding, addresses: [192.0.2.2]}
        - {id: research-1, class: research, addresses: [192.0.2.3], quarantined: true}
        """;

    private const string Rules = """
        apiVersion: exeat/v1
        kind: Policy
        mode: enforce
        default: deny
        smartGroups: {coders: {class: coding}, private: {cidrs: [10.0.0.0/8, fd00::/8]}}
        webGroups: {bad: {names: ["**.models.example"]}, good: {names: [www.x.example, "**.deep.example"]}, ssh: {names: [git.example]}, inside: {names: [db.example]}}
        rules:
        - {name: trial, priority: 5, mode: monitor, from: [coders], to: {names: [good]}, protocol: tcp, ports: [443], action: deny}
        - {name: shadow, priority: 10, from: [coders], to: {names: [bad]}, action: deny}
        - {name: allow, priority: 20, from: [coders], to: {names: [good]}, protocol: tcp, ports: [443], action: permit}
        - {name: allow-ssh, priority: 30, from: [coders], to: {names: [ssh]}, protocol: tcp, ports: [22], action: permit, proof: dns, owner: sec, why: git}
        - {name: allow-inside, priority: 40, from: [coders], to: {names: [inside], groups: [private]}, protocol: tcp, ports: [5432, 443], action: permit}
        - {name: eastwest, priority: 50, from: [coders], to: {groups: [private]}, action: deny}
        """;

    private static readonly DomainName[] Names =
        [.. new[] { "www.x.example", "x.example", "a.deep.example", "api.models.example", "git.example", "db.example", "other.example" }.Select(TempJournal.Name)];

    private static readonly Address[] Addresses =
        [Address.V4(0x0a000001), Address.V4(0xcb007105), Address.V6((UInt128)0xfd00 << 112), Address.V6(((UInt128)0x20010db8 << 96) | 1)];

    private readonly TempJournal _temp = new();
    private readonly CompiledPolicy _policy;

    public ReplayedPolicyTests()
    {
        string rules = Path.Combine(_temp.Options.Dir, "policy.yaml"), agents = Path.Combine(_temp.Options.Dir, "agents.yaml");
        File.WriteAllText(rules, Rules);
        File.WriteAllText(agents, Agents);
        LoadResult policy = PolicyLoader.Load(rules, new LoadOptions { TimeProvider = _temp.Time });
        AgentsResult declared = AgentsLoader.Load(agents);
        Assert.True(policy.Policy is not null && declared.Agents is not null, string.Join('\n', policy.Problems.Concat(declared.Problems)));
        _policy = CompiledPolicy.Compile(policy.Policy, declared.Agents, _temp.Time.GetUtcNow());
    }

    [Fact]
    public void Every_recorded_attempt_gets_the_same_decision_again()
    {
        var gen = Gen.Select(
            Gen.Int[0, 1], Gen.Enum<Stage>(), Gen.Int[0, Addresses.Length - 1], Gen.OneOf(Gen.Const((byte)6), Gen.Const((byte)17), Gen.Const((byte)1)),
            Gen.OneOf(Gen.Const(22), Gen.Const(443), Gen.Const(5432), Gen.Const(0)), Gen.Int[0, Names.Length - 1], Gen.Bool, Gen.Int[0, Names.Length - 1].HashSet[0, 3]);
        using Journal journal = _temp.Open();
        var reader = new JournalReader(_temp.Options.Dir);
        HashSet<Reason> met = [];
        gen.Sample((agent, stage, address, protocol, port, name, claims, bound) =>
        {
            DomainName[] names = stage == Stage.Dns ? [] : [.. bound.Select(i => Names[i])];
            bool claimed = stage == Stage.Dns || (claims && stage != Stage.FirstPacket);
            NameSource source = stage switch { Stage.Dns => NameSource.Question, Stage.Request => NameSource.Host, _ => NameSource.Sni };
            Decision decision = _policy.Decide(new Attempt
            {
                Agent = agent,
                Stage = stage,
                Destination = Addresses[address],
                Protocol = protocol,
                Port = (ushort)port,
                Bound = names,
                Claim = claimed ? Claim.Name : stage == Stage.FirstPacket ? Claim.NotSeen : Claim.Nothing,
                ClaimedName = claimed ? Names[name].Bytes : default,
                ClaimProof = source == NameSource.Host ? Proof.DnsHost : protocol == 17 ? Proof.DnsQuic : Proof.DnsSni,
            });
            met.Add(decision.Reason);
            Assert.True(journal.AppendDurably(new FlowDraft
            {
                Flow = Guid.CreateVersion7(_temp.Time.GetUtcNow()),
                Kind = FlowEventKind.Decision,
                AgentId = _policy.Agents[agent].Id,
                Destination = Addresses[address],
                Protocol = protocol,
                Port = (ushort)port,
                ClaimedName = claimed ? Names[name].Bytes : default,
                ClaimSource = source,
                Bound = names,
                Stage = stage,
                Proof = decision.Proof,
                RuleName = _policy.RuleName(decision),
                Reason = decision.Reason,
                Verdict = decision.Verdict,
                Enforced = true,
            }));
            FlowEvent read = Assert.Single(reader.Read());
            FlowReplay? replay = FlowReplay.From(read);
            Assert.NotNull(replay);
            Decision again = _policy.Decide(replay.Attempt(_policy.FindAgent(read.Agent!)));
            Assert.Equal(decision, again);
            Assert.True(replay.Agrees(again, _policy.RuleName(again)));
        }, threads: 1, iter: 5000);
        // The attempts were not all of one kind.
        Reason[] kinds =
        [
            Reason.DefaultDeny, Reason.PermittedByRule, Reason.DeniedByRule, Reason.Quarantined, Reason.AwaitsHello, Reason.NameNotBound, Reason.NoNameProven, Reason.EmptyNonTerminal,
        ];
        Assert.Empty(kinds.Except(met));
        // And what-if under the policy that decided finds no difference.
        WhatIf whatIf = Replays.Ask(_temp, _policy, out RecordedAttempts attempts);
        Assert.Equal(5000, whatIf.Compared);
        Assert.Equal(whatIf.Compared, whatIf.Total(WhatIfChange.Unchanged));
        Assert.Empty(attempts.LeftOut);
    }

    public void Dispose() => _temp.Dispose();
}
