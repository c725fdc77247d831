using Exeat.Api;

namespace Exeat.Cli;

/// <summary>The one command to type next. The gravest matter decides.</summary>
internal static class StatusAdvice
{
    public static string Of(GatewayStatus status)
    {
        string exeat = CommandPath.Program, journal = $"--journal {status.Journal.Dir}";
        if (!status.Journal.Writable) return $"df -h {status.Journal.Dir}";
        if (status.Locks is not { Hold: true, DataTable: true, ChecksumRules: true }) return $"{exeat} preflight";
        if (status.LastReload is { Applied: false }) return $"{exeat} policy check {status.PolicyPath}";
        if (status.Queue.Overruns > 0) return $"{exeat} preflight";
        if (!status.Enforcing) return $"{exeat} flows query {journal} --verdict deny";
        if (status.LastDenial?.Id is { } id) return $"{exeat} why {id} {journal}";
        return $"{exeat} flows tail --follow {journal}";
    }

    public static string WhenAbsent(string socket, string why, KernelLocks locks)
    {
        if (why.Contains("Permission denied", StringComparison.Ordinal)) return $"ask as root, or as a member of the socket's group (ls -l {socket})";
        bool installed = Directory.Exists("/run/systemd/system") && File.Exists("/etc/systemd/system/exeat-gateway.service");
        string start = installed ? "systemctl status exeat-gateway" : "exeat-gateway --config FILE";
        return locks.Word is "open" or "partly" ? $"close the locks (exeat-gateway --close-locks --config FILE), then {start}" : start;
    }
}
