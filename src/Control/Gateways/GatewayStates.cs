namespace Exeat.Control.Gateways;

/// <summary>Which state a gateway is in.</summary>
internal static class GatewayStates
{
    public static GatewayState Of(GatewayRow row, DateTimeOffset now)
    {
        if (row.Revoked is not null) return GatewayState.Revoked;
        if (row.LastSeen is not { } seen) return row.Enrolled is { } enrolled && now - enrolled > GatewayThresholds.DownAfter ? GatewayState.Down : GatewayState.Announced;
        if (now - seen > GatewayThresholds.DownAfter) return GatewayState.Down;
        if (row.Report?.Gateway is null) return GatewayState.Silent;
        return row.Report.LagSeconds > GatewayThresholds.LaggingAfter.TotalSeconds ? GatewayState.Lagging : GatewayState.Up;
    }

    /// <summary>The word that people read.</summary>
    public static string Word(GatewayState state) => state.ToString().ToLowerInvariant();
}
