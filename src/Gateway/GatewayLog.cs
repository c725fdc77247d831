using Microsoft.Extensions.Logging;

namespace Exeat.Gateway;

/// <summary>Everything the gateway says to its operator. Ids are never reused; nothing here is per packet.</summary>
internal static partial class GatewayLog
{
    [LoggerMessage(1, LogLevel.Information, "locks closed: base table and {Rules} routing rules; nothing of an agent's passes")]
    public static partial void LocksClosed(this ILogger log, int rules);

    [LoggerMessage(2, LogLevel.Information, "queue {Queue} by {Kind}")]
    public static partial void QueueBound(this ILogger log, int queue, string kind);

    [LoggerMessage(3, LogLevel.Information, "ready: policy {Policy} ({Mode}), generation {Generation}, {Agents} agents")]
    public static partial void Ready(this ILogger log, string policy, string mode, int generation, int agents);

    [LoggerMessage(4, LogLevel.Information, "policy {Policy} ({Mode}) in force, generation {Generation}; {Ended} flows ended")]
    public static partial void Applied(this ILogger log, string policy, string mode, int generation, int ended);

    [LoggerMessage(5, LogLevel.Error, "policy not changed, the one in force stays: {Problem}")]
    public static partial void Refused(this ILogger log, string problem);

    [LoggerMessage(43, LogLevel.Error, "the gateway document waits, the one before stays in force: {Problem}")]
    public static partial void DocumentWaits(this ILogger log, string problem);

    [LoggerMessage(6, LogLevel.Warning, "{Problem}")]
    public static partial void Warned(this ILogger log, string problem);

    [LoggerMessage(7, LogLevel.Warning, "somebody changed our {What} in the kernel; loaded again")]
    public static partial void Repaired(this ILogger log, string what);

    [LoggerMessage(8, LogLevel.Warning, "of the connections of an earlier run {Joined} live on; {Unproven} had no proof, each ends at its next packet")]
    public static partial void Joined(this ILogger log, int joined, int unproven);

    [LoggerMessage(9, LogLevel.Information, "stopped; nothing new passes, and what was permitted goes on in the kernel until a gateway starts again (exeat-gateway --end-flows ends it). Both locks stay")]
    public static partial void Stopped(this ILogger log);

    [LoggerMessage(10, LogLevel.Critical, "{Part} failed: {Error}; failing closed")]
    public static partial void Failed(this ILogger log, string part, string error);

    [LoggerMessage(11, LogLevel.Warning, "policy is in MONITOR mode: denials are recorded, not applied")]
    public static partial void Monitoring(this ILogger log);

    [LoggerMessage(12, LogLevel.Error, "repair failed, trying again: {Error}")]
    public static partial void RepairFailed(this ILogger log, string error);

    [LoggerMessage(42, LogLevel.Warning, "{Link} is in inside and not there: its agents have no way out until it is; the others go on")]
    public static partial void LinkMissing(this ILogger log, string link);

    [LoggerMessage(30, LogLevel.Warning, "{Folder} cannot be watched ({Error}); changes of its documents are noticed by comparing every few seconds")]
    public static partial void WatchFailed(this ILogger log, string folder, string error);

    [LoggerMessage(31, LogLevel.Error, "policy or agents cannot be used; starting with the last good ones: policy {Policy}, kept at {Kept}. Mend the documents: nothing of them is in force")]
    public static partial void StartedWithLastGood(this ILogger log, string policy, DateTimeOffset kept);

    [LoggerMessage(32, LogLevel.Error, "the last good policy cannot be kept in the state folder: {Error}; a start with a broken policy would be refused")]
    public static partial void LastGoodNotKept(this ILogger log, string error);

    [LoggerMessage(36, LogLevel.Warning, "bindings of an earlier run are lost in part, and agents ask again: {Path}: {Problem}")]
    public static partial void BindingsUnreadable(this ILogger log, string path, string problem);

    [LoggerMessage(37, LogLevel.Warning, "bindings are not kept on disk: {Error}; after a restart agents have to ask again")]
    public static partial void BindingsNotKept(this ILogger log, string error);

    [LoggerMessage(38, LogLevel.Information, "{Restored} bindings of an earlier run live on")]
    public static partial void BindingsRestored(this ILogger log, int restored);

    [LoggerMessage(33, LogLevel.Warning, "the wall clock differs from the policy's clock by {Seconds} s; expiry goes by the policy's until the difference has lasted {Minutes} minutes")]
    public static partial void ClockStepped(this ILogger log, long seconds, int minutes);

    [LoggerMessage(34, LogLevel.Warning, "the policy's clock now follows the wall clock: it went forward by {Seconds} s")]
    public static partial void ClockFollowed(this ILogger log, long seconds);

    [LoggerMessage(35, LogLevel.Warning, "the wall clock is before a time that this gateway has seen, {Known}: expiry goes by that one")]
    public static partial void ClockBehind(this ILogger log, DateTimeOffset known);

    [LoggerMessage(13, LogLevel.Error, "{Problem}")]
    public static partial void Wrong(this ILogger log, string problem);

    [LoggerMessage(41, LogLevel.Warning, "net.netfilter.nf_conntrack_tcp_timeout_time_wait is above 30 and cannot be set: closed connections count among an agent's connections for so many seconds")]
    public static partial void LingersLong(this ILogger log);

    [LoggerMessage(40, LogLevel.Error, "the {Part} does not answer; the supervisor gets no sign of life, and restarts this process after {Milliseconds} ms of silence")]
    public static partial void NotAnswering(this ILogger log, string part, long milliseconds);
}
