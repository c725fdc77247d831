using Exeat.Flows;
using Exeat.Gateway.Records;
using Exeat.Names;
using Exeat.Policy;
using Microsoft.Extensions.Time.Testing;

namespace Exeat.Gateway.Tests.Records;

/// <summary>Agents' records over a real journal in a folder of its own, with a clock that is moved by hand.</summary>
internal sealed class RecordsRig : IDisposable
{
    private readonly string _dir = Directory.CreateTempSubdirectory("exeat-records").FullName;
    private readonly Journal _journal;

    public RecordsRig(long shareBytes = 1 << 20, int perSecond = 10, int burst = 20, int tallies = 16)
    {
        _journal = Journal.Open(new JournalOptions { Dir = _dir, Gateway = "gw" }, Time);
        Limits = new RecordLimits { ShareBytes = shareBytes, DenialsPerSecond = perSecond, DenialsBurst = burst, Tallies = tallies };
        Records = new AgentRecords(_journal, Limits, Verdicts, Time);
    }

    /// <summary>The journal's folder.</summary>
    public string Dir => _dir;

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 28, 12, 0, 0, TimeSpan.Zero));

    public RecordLimits Limits { get; }

    public VerdictCounters Verdicts { get; } = new();

    public AgentRecords Records { get; }

    public List<FlowEvent> Read()
    {
        _journal.Commit();
        return [.. new JournalReader(_dir).Read()];
    }

    /// <summary>How many attempts the events of an agent stand for.</summary>
    public long Attempts(string agent, Func<FlowEvent, bool>? which = null) =>
        Read().Where(e => e.Agent == agent && (which is null || which(e))).Sum(e => e.Event == "counted" ? e.Count : 1);

    public static FlowDraft Denial(string agent = "ag-1", ushort port = 443, RuleLog log = RuleLog.Each, string name = "", Reason reason = Reason.DefaultDeny) => new()
    {
        Flow = Guid.CreateVersion7(),
        Kind = FlowEventKind.Decision,
        AgentId = agent,
        Source = Address.V4(0xc0000201),
        Destination = Address.V4(0xcb007101),
        Port = port,
        Protocol = 6,
        ClaimedName = System.Text.Encoding.ASCII.GetBytes(name),
        RuleName = "default-deny",
        Stage = Stage.FirstPacket,
        Reason = reason,
        Verdict = Verdict.Deny,
        Enforced = true,
        Log = log,
    };

    public static FlowDraft Permit(string agent = "ag-1") => new()
    {
        Flow = Guid.CreateVersion7(),
        Kind = FlowEventKind.Decision,
        AgentId = agent,
        Source = Address.V4(0xc0000201),
        Destination = Address.V4(0xcb007101),
        Port = 443,
        Protocol = 6,
        RuleName = "allow",
        Stage = Stage.Hello,
        Reason = Reason.PermittedByRule,
        Verdict = Verdict.Permit,
        Enforced = true,
    };

    public void Dispose()
    {
        _journal.Dispose();
        Directory.Delete(_dir, recursive: true);
    }
}
