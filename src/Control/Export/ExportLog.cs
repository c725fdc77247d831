namespace Exeat.Control.Export;

/// <summary>What alerts and forwarding say in control's log: 400 to 499.</summary>
internal static partial class ExportLog
{
    [LoggerMessage(401, LogLevel.Error, "{Name} failed and is tried again")]
    public static partial void RoundFailed(this ILogger log, string name, Exception failed);
}
