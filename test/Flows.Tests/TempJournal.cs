using System.Text;
using Exeat.Names;
using Exeat.Policy;
using Microsoft.Extensions.Time.Testing;

namespace Exeat.Flows.Tests;

/// <summary>A journal directory of one test, with a clock that stands until it is moved.</summary>
internal sealed class TempJournal : IDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, 123, 456, TimeSpan.Zero);
    public static readonly Guid SomeFlow = Guid.Parse("0195529a-7b80-7000-8000-0123456789ab");

    public TempJournal(long maxBytes = 1 << 30, long segmentBytes = 16 << 20) => Options = new JournalOptions
    {
        Dir = Directory.CreateTempSubdirectory("exeat-journal-").FullName,
        Gateway = "gw-1",
        MaxBytes = maxBytes,
        SegmentBytes = segmentBytes,
    };

    public JournalOptions Options { get; }

    public FakeTimeProvider Time { get; } = new(Start);

    public Journal Open() => Journal.Open(Options, Time);

    public string[] Segments => [.. Directory.GetFiles(Options.Dir, "*.ndjson").Order(StringComparer.Ordinal)];

    public string[] Lines => [.. Segments.SelectMany(File.ReadAllLines)];

    public List<FlowEvent> Read() => [.. new JournalReader(Options.Dir).Read()];

    /// <summary>A small permitted or refused attempt, distinguishable by its port.</summary>
    public static FlowDraft Draft(int port = 443, Verdict verdict = Verdict.Deny, string agent = "coding-1") => new()
    {
        Flow = Guid.CreateVersion7(Start),
        Kind = FlowEventKind.Decision,
        AgentId = agent,
        AgentClass = "coding",
        Source = Address.V4(0xc0000202),
        Destination = Address.V4(0xcb007105),
        Protocol = 6,
        Port = (ushort)port,
        Stage = Stage.FirstPacket,
        RuleName = verdict == Verdict.Permit ? "allow-core" : "default-deny",
        Reason = verdict == Verdict.Permit ? Reason.PermittedByRule : Reason.DefaultDeny,
        Verdict = verdict,
        Enforced = true,
    };

    public static DomainName Name(string text) => DomainName.FromCanonical(Encoding.ASCII.GetBytes(text));

    public void Dispose() => Directory.Delete(Options.Dir, recursive: true);
}
