namespace Exeat.Policy;

/// <summary>How people and tools on the management side reach the gateway; neither is reachable by agents.</summary>
public sealed record GatewayManagement
{
    /// <summary>Path of the Unix socket for live commands; null: none.</summary>
    public string? Socket { get; init; }

    /// <summary>Where metrics are served; null: nowhere.</summary>
    public AddressAndPort? Metrics { get; init; }
}
