using Exeat.Linux;

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

    /// <summary>Packages that bring what is missing; empty when all is there.</summary>
    public static IReadOnlyList<string> MissingPackages() => [.. Needed.Where(need => !ToolPath.Exists(need.Tool)).Select(need => need.Package).Distinct()];

    /// <summary>Adds the folders of superuser tools to the path of everything started from here, and leaves out what lies in the working folder: the lab starts its programs by name.</summary>
    public static void CompletePath() => Environment.SetEnvironmentVariable("PATH", ToolPath.Trusted(Environment.GetEnvironmentVariable("PATH") ?? ""));
}
