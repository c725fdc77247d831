using System.Net;
using Exeat.Flows;
using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Run.Network;

/// <summary>The record of connections to published ports. They pass by no gateway: the person at the machine asked for them, so they have a journal of their own beside the gateway's.</summary>
internal sealed class PublishedPorts(string folder, RunPlan plan) : IDisposable
{
    /// <summary>The journal's folder within the run's.</summary>
    public const string JournalFolder = "published";

    private const byte Tcp = 6;
    private readonly Journal _journal = Journal.Open(new JournalOptions { Dir = Path.Combine(folder, JournalFolder), Gateway = "published", MaxBytes = 16L << 20 }, TimeProvider.System);

    /// <summary>Writes the record of one connection; false: it could not be written, and the connection must not be.</summary>
    public bool Opened(int port, IPEndPoint from) => _journal.AppendDurably(new FlowDraft
    {
        Flow = Guid.CreateVersion7(),
        Kind = FlowEventKind.Decision,
        AgentId = plan.Agent,
        AgentClass = plan.Class,
        Source = Address.From(from.Address),
        SourcePort = (ushort)from.Port,
        Destination = Address.From(from.Address),
        Port = (ushort)port,
        Protocol = Tcp,
        RuleName = $"publish-{port}",
        Stage = Stage.FirstPacket,
        Reason = Reason.PermittedByRule,
        Verdict = Verdict.Permit,
        Mode = Mode.Enforce,
        Enforced = true,
    });

    public void Dispose() => _journal.Dispose();
}
