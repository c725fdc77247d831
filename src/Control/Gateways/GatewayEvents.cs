namespace Exeat.Control.Gateways;

/// <summary>One thread of what happens to gateways. Whoever listens must not block: it is raised from requests.</summary>
internal sealed class GatewayEvents(TimeProvider time, ILogger<GatewayEvents> log)
{
    public event Action<GatewayEvent>? Happened;

    public void Raise(GatewayEventKind kind, string gateway, string detail, string? agent = null)
    {
        log.Happened(kind.ToString(), gateway, detail);
        Happened?.Invoke(new GatewayEvent(kind, gateway, detail, time.GetUtcNow(), agent));
    }
}
