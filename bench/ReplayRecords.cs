using BenchmarkDotNet.Attributes;
using Exeat.Flows;
using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Bench;

/// <summary>How long does what-if take for one recorded attempt, on one core? (Promise: a million in ten seconds.) Half are questions, half connections with their first packet, hello and end: two lines an attempt.</summary>
[MemoryDiagnoser]
public class ReplayRecords
{
    private const int Connections = 50_000, Attempts = 2 * Connections;

    private readonly CompiledPolicy _policy = CompiledPolicy.Compile(BigPolicy.Make(), BigPolicy.Agents(), BigPolicy.Now);
    private readonly DomainName[] _permitted = [.. Enumerable.Range(0, 64).Select(i => BigPolicy.Bind(BigPolicy.NameAt(1 + (15 * i), 3 + (i % 16))))];
    private string _dir = "";

    [GlobalSetup]
    public void Write()
    {
        _dir = Directory.CreateTempSubdirectory("exeat-bench").FullName;
        using Journal journal = Journal.Open(new JournalOptions { Dir = _dir, Gateway = "bench", MaxBytes = 1 << 30 }, TimeProvider.System);
        for (int i = 0; i < Connections; i++)
        {
            DomainName name = _permitted[i & 63];
            var flow = Guid.CreateVersion7();
            journal.Append(Draft(Guid.CreateVersion7(), name, Stage.Dns));
            journal.Append(Draft(flow, name, Stage.FirstPacket));
            journal.Append(Draft(flow, name, Stage.Hello));
            journal.Append(new FlowDraft
            {
                Flow = flow,
                Kind = FlowEventKind.End,
                AgentId = "coding-1",
                AgentClass = "coding",
                Source = Address.V4(0x0A400102),
                SourcePort = 40_000,
                Destination = Address.V4(0xCB007105),
                Port = 443,
                Protocol = 6,
                BytesOut = 1234,
                BytesIn = 56_789,
                PacketsOut = 20,
                PacketsIn = 40,
                DurationMs = 321,
                End = "closed",
            });
            if (i % 64 == 0) journal.Commit();
        }
        if (!journal.Commit()) throw new InvalidOperationException(journal.LastError);
        WhatIf done = Replay();
        if (done.Compared != Attempts || done.Total(WhatIfChange.NewlyDenied) != 0) throw new InvalidOperationException($"{done.Compared} compared, {done.Total(WhatIfChange.NewlyDenied)} newly denied");
    }

    [GlobalCleanup]
    public void Delete() => Directory.Delete(_dir, recursive: true);

    [Benchmark(Description = "what-if, one recorded attempt", OperationsPerInvoke = Attempts)]
    public WhatIf Replay()
    {
        var whatIf = new WhatIf(_policy);
        foreach (RecordedAttempt attempt in new RecordedAttempts(new AttemptScope()).Of(new JournalReader(_dir).Read())) whatIf.Add(attempt);
        return whatIf;
    }

    private FlowDraft Draft(Guid flow, DomainName name, Stage stage) => new()
    {
        Flow = flow,
        Kind = FlowEventKind.Decision,
        AgentId = "coding-1",
        AgentClass = "coding",
        Source = Address.V4(0x0A400102),
        SourcePort = 40_000,
        Destination = stage == Stage.Dns ? Address.V4(0xC6336435) : Address.V4(0xCB007105),
        Port = (ushort)(stage == Stage.Dns ? 53 : 443),
        Protocol = (byte)(stage == Stage.Dns ? 17 : 6),
        ClaimedName = stage == Stage.FirstPacket ? default : name.Bytes,
        ClaimSource = stage == Stage.Dns ? NameSource.Question : NameSource.Sni,
        Bound = stage == Stage.Dns ? default : new DomainName[] { name },
        Stage = stage,
        RuleName = stage == Stage.FirstPacket ? "default-deny" : "rule-1",
        Reason = stage == Stage.FirstPacket ? Reason.AwaitsHello : Reason.PermittedByRule,
        Proof = stage == Stage.Hello ? Proof.DnsSni : Proof.Address,
        Verdict = stage == Stage.FirstPacket ? Verdict.Pending : Verdict.Permit,
        Enforced = true,
        PolicyVersion = "9f2c6a1b9f2c6a1b9f2c6a1b9f2c6a1b9f2c6a1b9f2c6a1b9f2c6a1b9f2c6a1b",
        AgentsHash = "51aa6a1b9f2c6a1b9f2c6a1b9f2c6a1b9f2c6a1b9f2c6a1b9f2c6a1b9f2c6a1b",
        Generation = 3,
    };
}
