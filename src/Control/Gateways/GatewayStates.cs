namespace Exeat.Control.Gateways;

/// <summary>Which state a gateway is in.</summary>
internal static class GatewayStates
{
    /// <summary>Links report every ten seconds: three missed ones, and some air.</summary>
    public static readonly TimeSpan DownAfter = TimeSpan.FromSeconds(40);

    /// <summary>Records are here within two seconds when all is well.</summary>
    public static readonly TimeSpan LaggingAfter = TimeSpan.FromMinutes(2);

    public static GatewayState Of(GatewayRow row, DateTimeOffset now)
    {
        if (row.Revoked is not null) return GatewayState.Revoked;
        if (row.LastSeen is not { } seen) return row.Enrolled is { } enrolled && now - enrolled > DownAfter ? GatewayState.Down : GatewayState.Announced;
        if (now - seen > DownAfter) return GatewayState.Down;
        if (row.Report?.Gateway is null) return GatewayState.Silent;
        return row.Report.LagSeconds > LaggingAfter.TotalSeconds ? GatewayState.Lagging : GatewayState.Up;
    }

    /// <summary>The word that people read.</summary>
    public static string Word(GatewayState state) => state.ToString().ToLowerInvariant();
}
