namespace Exeat.Control.Gateways;

/// <summary>What the area of gateways says to control's operator.</summary>
internal static partial class GatewayLog
{
    [LoggerMessage(301, LogLevel.Information, "gateway {Gateway}: {Kind}: {Detail}")]
    public static partial void Happened(this ILogger log, string kind, string gateway, string detail);

    [LoggerMessage(302, LogLevel.Error, "gateways cannot be looked at; tried again")]
    public static partial void NotLooked(this ILogger log, Exception problem);

    [LoggerMessage(303, LogLevel.Error, "gateway {Gateway} cannot be looked at; tried again")]
    public static partial void GatewayNotLooked(this ILogger log, string gateway, Exception problem);
}
