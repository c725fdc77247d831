namespace Exeat.Control;

/// <summary>Everything control says to its operator. Ids are never reused, and 1 to 99 are these; other areas have their own hundred.</summary>
internal static partial class ControlLog
{
    [LoggerMessage(1, LogLevel.Information, "ready: people at {People}, gateways at {Gateways}, key fingerprint SHA-256 {Fingerprint}")]
    public static partial void Ready(this ILogger log, string people, string gateways, string fingerprint);

    [LoggerMessage(2, LogLevel.Information, "stopped")]
    public static partial void Stopped(this ILogger log);

    [LoggerMessage(3, LogLevel.Warning, "first start: the account {User} has a one-time password, which is in {File}; log in and set your own")]
    public static partial void FirstAccount(this ILogger log, string user, string file);

    [LoggerMessage(4, LogLevel.Error, "{Method} {Endpoint} failed")]
    public static partial void Failed(this ILogger log, string method, string endpoint, Exception error);

    [LoggerMessage(5, LogLevel.Information, "made a certificate of its own for {Names}, ends {Ends}")]
    public static partial void MadeCertificate(this ILogger log, string names, DateTimeOffset ends);

    [LoggerMessage(6, LogLevel.Warning, "{Problem}")]
    public static partial void Warned(this ILogger log, string problem);

    [LoggerMessage(7, LogLevel.Information, "certificate {File} taken, ends {Ends}, key fingerprint SHA-256 {Fingerprint}")]
    public static partial void TookCertificate(this ILogger log, string file, DateTimeOffset ends, string fingerprint);

    [LoggerMessage(8, LogLevel.Error, "the question {Job} failed")]
    public static partial void JobFailed(this ILogger log, string job, Exception error);
}
