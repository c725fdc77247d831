namespace Exeat.Api;

/// <summary>Whether a gateway does its work, as <c>GET /v1/health</c> answers: the queue is bound, records can be written, and all is as declared.</summary>
public sealed record GatewayHealth(int V, bool Ready, bool Enforcing, bool JournalWritable, bool QueueBound)
{
    /// <summary>The health that a status shows. The verdict thread ends with the whole process: while this is asked, the queue is bound.</summary>
    public static GatewayHealth Of(GatewayStatus status) =>
        new(GatewayStatus.CurrentVersion, status.Alarms.IsEmpty && status.Journal.Writable, status.Enforcing, status.Journal.Writable, QueueBound: true);
}
