using Microsoft.Extensions.Logging;

namespace Exeat.Link;

/// <summary>Everything the link says to its operator. Ids are never reused; what repeats is said when it begins and when it is over.</summary>
internal static partial class LinkLog
{
    [LoggerMessage(1, LogLevel.Information, "ready: gateway {Gateway}, control {Control}, certificate until {Ends}")]
    public static partial void Ready(this ILogger log, string gateway, string control, DateTimeOffset ends);

    [LoggerMessage(2, LogLevel.Information, "delivered: revision {Revision}, policy {Policy}, agents {Agents}")]
    public static partial void Delivered(this ILogger log, string revision, string policy, string agents);

    [LoggerMessage(3, LogLevel.Error, "not delivered, the gateway keeps what it has: {Problem}")]
    public static partial void NotDelivered(this ILogger log, string problem);

    [LoggerMessage(4, LogLevel.Warning, "{Work} does not reach control: {Problem}; the gateway goes on, and this is tried again")]
    public static partial void Unreachable(this ILogger log, string work, string problem);

    [LoggerMessage(5, LogLevel.Information, "{Work} reaches control again")]
    public static partial void Reached(this ILogger log, string work);

    [LoggerMessage(6, LogLevel.Warning, "{Events} records were deleted for want of room in the journal before control had them")]
    public static partial void Lost(this ILogger log, long events);

    [LoggerMessage(7, LogLevel.Warning, "control has another flow store than before: the whole journal is sent again")]
    public static partial void AnotherStore(this ILogger log);

    [LoggerMessage(8, LogLevel.Information, "certificate renewed; it ends {Ends}")]
    public static partial void Renewed(this ILogger log, DateTimeOffset ends);

    [LoggerMessage(9, LogLevel.Warning, "this machine's clock differs from control's by {Seconds} s: certificates and expiry go by it; set it right")]
    public static partial void ClockDiffers(this ILogger log, long seconds);

    [LoggerMessage(10, LogLevel.Warning, "the gateway beside does not answer at {Socket}: {Problem}")]
    public static partial void GatewaySilent(this ILogger log, string socket, string problem);

    [LoggerMessage(11, LogLevel.Warning, "the gateway document reads {What} from {Path}, not from {Current}: what control sends does not reach the gateway. Write {What}: {Current}")]
    public static partial void NotReadFromHere(this ILogger log, string what, string path, string current);

    [LoggerMessage(12, LogLevel.Warning, "control refused {Refused} lines of the journal as no records, and {Foreign} as another gateway's")]
    public static partial void LinesRefused(this ILogger log, long refused, long foreign);

    [LoggerMessage(13, LogLevel.Information, "stopped; the gateway goes on with what it has")]
    public static partial void Stopped(this ILogger log);

    [LoggerMessage(14, LogLevel.Critical, "{Part} failed: {Error}")]
    public static partial void Failed(this ILogger log, string part, string error);
}
