namespace Exeat.Cli;

/// <summary>The programs that the lab needs, and the packages of Debian and Ubuntu that bring them.</summary>
internal static class LabTools
{
    private static readonly (string Tool, string Package)[] Needed =
    [
        ("unshare", "util-linux"), ("nsenter", "util-linux"), ("setsid", "util-linux"), ("mount", "mount"), ("ip", "iproute2"), ("kill", "procps"),
        ("curl", "curl"), ("dig", "bind9-dnsutils"), ("openssl", "openssl"), ("node", "nodejs"), ("python3", "python3"), ("git", "git"),
        ("gtlsclient", "ngtcp2-client"), ("gtlsserver", "ngtcp2-server"),
    ];

    // Superuser tools lie where an ordinary user's path does not look.
    private static readonly string[] MoreFolders = ["/usr/sbin", "/sbin"];

    /// <summary>Packages that bring what is missing; empty when all is there.</summary>
    public static IReadOnlyList<string> MissingPackages() =>
        [.. Needed.Where(n => !Exists(n.Tool)).Select(n => n.Package).Distinct()];

    /// <summary>Adds the folders of superuser tools to the path of everything started from here.</summary>
    public static void CompletePath() => Environment.SetEnvironmentVariable(
        "PATH", string.Join(':', (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(MoreFolders).Distinct().Where(p => p.Length > 0)));

    private static bool Exists(string tool) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(MoreFolders)
        .Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, tool)));
}
