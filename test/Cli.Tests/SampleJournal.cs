using System.Text;
using Exeat.Flows;
using Exeat.Names;
using Exeat.Policy;
using Microsoft.Extensions.Time.Testing;

namespace Exeat.Cli.Tests;

/// <summary>A journal with one of each: a permit that ended, a denial by a rule, one by default, a false claim with a hostile name, a would-be denial, a broken packet.</summary>
public sealed class SampleJournal : IDisposable
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public SampleJournal()
    {
        using Journal journal = Open();
        DomainName[] bound = [DomainName.FromCanonical("api.example.org"u8)];
        Guid permitted = Flow(1);
        Write(journal, new FlowDraft
        {
            Flow = permitted,
            Kind = FlowEventKind.Decision,
            AgentId = "coding-1",
            AgentClass = "coding",
            Source = Address.V4(0xc0000202),
            SourcePort = 40000,
            Destination = Address.V4(0xcb007105),
            Protocol = 6,
            Port = 443,
            ClaimedName = "api.example.org"u8,
            ClaimSource = NameSource.Sni,
            Bound = bound,
            Stage = Stage.Hello,
            Proof = Proof.DnsSni,
            RuleName = "allow-core",
            Reason = Reason.PermittedByRule,
            Verdict = Verdict.Permit,
            Enforced = true,
            PolicyVersion = "p1",
        });
        Write(journal, new FlowDraft { Flow = permitted, Kind = FlowEventKind.End, BytesOut = 1234, BytesIn = 5_678_901, PacketsOut = 10, PacketsIn = 20, DurationMs = 30, End = "closed" });
        Write(journal, new FlowDraft
        {
            Flow = Flow(2),
            Kind = FlowEventKind.Decision,
            AgentId = "coding-1",
            AgentClass = "coding",
            ClaimedName = "models.example"u8,
            Stage = Stage.Dns,
            RuleName = "shadow-model-deny",
            Reason = Reason.DeniedByRule,
            Enforced = true,
            Denial = Encoding.ASCII.GetBytes(DenialId.Of(Flow(2))),
        });
        Write(journal, new FlowDraft
        {
            Flow = Flow(3),
            Kind = FlowEventKind.Decision,
            AgentId = "coding-1",
            AgentClass = "coding",
            ClaimedName = "new.example"u8,
            Stage = Stage.Dns,
            RuleName = "default-deny",
            Reason = Reason.DefaultDeny,
            Enforced = true,
            Denial = Encoding.ASCII.GetBytes(DenialId.Of(Flow(3))),
        });
        Write(journal, new FlowDraft
        {
            Flow = Flow(4),
            Kind = FlowEventKind.Decision,
            AgentId = "coding-1",
            AgentClass = "coding",
            Destination = Address.V6((UInt128)0x20010db8 << 96),
            Protocol = 6,
            Port = 8443,
            ClaimedName = "a\u001b[31m'; rm -rf $HOME #"u8,
            ClaimSource = NameSource.Sni,
            Bound = bound,
            Stage = Stage.Hello,
            RuleName = "default-deny",
            Reason = Reason.NameNotBound,
            Enforced = true,
        });
        Write(journal, new FlowDraft
        {
            Flow = Flow(5),
            Kind = FlowEventKind.Decision,
            AgentId = "research-1",
            AgentClass = "research",
            Destination = Address.V4(0xc6336407),
            Protocol = 6,
            Port = 5432,
            Stage = Stage.FirstPacket,
            RuleName = "deny-eastwest",
            Reason = Reason.DeniedByRule,
            Mode = Mode.Monitor,
        });
        Write(journal, new FlowDraft
        {
            Flow = Flow(6),
            Kind = FlowEventKind.Counted,
            AgentId = "research-1",
            AgentClass = "research",
            Destination = Address.V4(0xc6336407),
            Protocol = 132,
            Stage = Stage.FirstPacket,
            RuleName = "default-deny",
            Reason = Reason.ProtocolNotSupported,
            Enforced = true,
            Count = 17,
        });
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("exeat-cli-").FullName;

    public static Guid Flow(int number) => Guid.Parse($"0195529a-0000-7000-800{number}-0123456789a{number}");

    public Journal Open() => Journal.Open(new JournalOptions { Dir = Folder, Gateway = "gw-1" }, _time);

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private void Write(Journal journal, in FlowDraft draft)
    {
        if (!journal.AppendDurably(draft)) throw new InvalidOperationException(journal.LastError);
        _time.Advance(TimeSpan.FromSeconds(1));
    }
}
