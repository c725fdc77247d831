using Microsoft.Extensions.Logging;

namespace Exeat.Gateway.Management;

/// <summary>What the management side says to its operator.</summary>
internal static partial class ManagementLog
{
    [LoggerMessage(201, LogLevel.Information, "management: served at {Where}")]
    public static partial void Served(this ILogger log, string where);

    [LoggerMessage(202, LogLevel.Error, "management is not served, trying again in {Seconds} s: {Error}; the data path is not touched by this")]
    public static partial void NotServed(this ILogger log, int seconds, string error);

    [LoggerMessage(203, LogLevel.Error, "management: an answer failed: {Error}")]
    public static partial void AnswerFailed(this ILogger log, string error);

    [LoggerMessage(204, LogLevel.Critical, "ALARM: {Alarm}")]
    public static partial void Alarm(this ILogger log, string alarm);

    [LoggerMessage(205, LogLevel.Information, "all is as declared again")]
    public static partial void AlarmOver(this ILogger log);
}
