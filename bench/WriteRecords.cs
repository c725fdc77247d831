using BenchmarkDotNet.Attributes;
using Exeat.Flows;
using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Bench;

/// <summary>How many records does one core write? Committed one by one, as the resolver does, and in groups, as the verdict thread does after a batch of the queue. The time is that of one record.</summary>
[MemoryDiagnoser]
public class WriteRecords
{
    private const int Group = 64;
    private readonly DomainName[] _bound = [BigPolicy.Bind("www.example.org")];
    private string _dir = "";
    private Journal? _journal;

    [GlobalSetup]
    public void Open()
    {
        _dir = Directory.CreateTempSubdirectory("exeat-bench").FullName;
        _journal = Journal.Open(new JournalOptions { Dir = _dir, Gateway = "bench", MaxBytes = 256 << 20 }, TimeProvider.System);
    }

    [GlobalCleanup]
    public void Close()
    {
        _journal!.Dispose();
        Directory.Delete(_dir, recursive: true);
    }

    [Benchmark(Description = "one record, committed")]
    public bool Single() => _journal!.AppendDurably(Permit());

    [Benchmark(Description = "one record of a group of 64", OperationsPerInvoke = Group)]
    public bool InGroups()
    {
        for (int i = 0; i < Group; i++) _journal!.Append(Permit());
        return _journal!.Commit();
    }

    private FlowDraft Permit() => new()
    {
        Flow = Guid.CreateVersion7(),
        Kind = FlowEventKind.Decision,
        AgentId = "coding-1",
        AgentClass = "coding",
        Source = Address.V4(0xC0000202),
        SourcePort = 40_000,
        Destination = Address.V4(0xCB007105),
        Port = 443,
        Protocol = 6,
        ClaimedName = "www.example.org"u8,
        ClaimSource = NameSource.Sni,
        Bound = _bound,
        RuleName = "allow-core",
        Proof = Proof.DnsSni,
        Stage = Stage.Hello,
        Reason = Reason.PermittedByRule,
        Verdict = Verdict.Permit,
        Enforced = true,
        PolicyVersion = "9f2c6a1b9f2c6a1b9f2c6a1b9f2c6a1b9f2c6a1b9f2c6a1b9f2c6a1b9f2c6a1b",
        AgentsHash = "51aa6a1b9f2c6a1b9f2c6a1b9f2c6a1b9f2c6a1b9f2c6a1b9f2c6a1b9f2c6a1b",
        Generation = 3,
    };
}
