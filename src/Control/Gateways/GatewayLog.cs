namespace Exeat.Control.Gateways;

/// <summary>What the area of gateways says to control's operator.</summary>
internal static partial class GatewayLog
{
    [LoggerMessage(301, LogLevel.Information, "gateway {Gateway}: {Kind}: {Detail}")]
    public static partial void Happened(this ILogger log, string kind, string gateway, string detail);

    [LoggerMessage(302, LogLevel.Error, "gateways cannot be looked at: {Problem}; tried again")]
    public static partial void NotLooked(this ILogger log, string problem);
}
