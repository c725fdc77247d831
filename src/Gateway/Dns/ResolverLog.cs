using Microsoft.Extensions.Logging;

namespace Exeat.Gateway.Dns;

/// <summary>What the resolver says to its operator: sums of a second at most, never a name.</summary>
internal static partial class ResolverLog
{
    [LoggerMessage(101, LogLevel.Information, "questions to {Intercept} are answered on port {Port}")]
    public static partial void Listening(this ILogger log, string intercept, int port);

    [LoggerMessage(102, LogLevel.Warning, "{Count} questions found no upstream resolver that answered")]
    public static partial void UpstreamsFailed(this ILogger log, long count);

    [LoggerMessage(103, LogLevel.Warning, "{Count} packets from an upstream's address answered nothing that was asked: late, or forged")]
    public static partial void PacketsIgnored(this ILogger log, long count);

    [LoggerMessage(104, LogLevel.Critical, "the resolver failed: {Error}; nothing new is bound any more")]
    public static partial void ResolverFailed(this ILogger log, string error);
}
