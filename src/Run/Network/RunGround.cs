using System.Diagnostics;
using Exeat.Linux;

namespace Exeat.Run.Network;

/// <summary>What this machine and this user have for a run. Every lack says what is missing, why it is needed and what to do.</summary>
public static class RunGround
{
    private static readonly (string Tool, string Package)[] Needed =
        [("unshare", "util-linux"), ("nsenter", "util-linux"), ("setsid", "util-linux"), ("ip", "iproute2"), ("bwrap", "bubblewrap")];

    // Superuser tools lie where an ordinary user's path does not look.
    private static readonly string[] MoreFolders = ["/usr/sbin", "/sbin"];

    private const string Tun = "/dev/net/tun";

    /// <summary>Whether the caller is root of the machine itself, rather than of a user namespace.</summary>
    public static bool IsRealRoot => IsRootUser && WholeMap(File.ReadAllText("/proc/self/uid_map"));

    /// <summary>Whether the caller is user 0 of its namespace.</summary>
    public static bool IsRootUser { get; } = Status("Uid:") == 0;

    /// <summary>The caller's user and group.</summary>
    public static (uint User, uint Group) Caller => (Status("Uid:"), Status("Gid:"));

    /// <summary>The command's PATH: the person's, with the folders of superuser tools. What we start ourselves is found by <see cref="ToolPath"/>.</summary>
    public static string CompletePath(string path) => string.Join(':', path.Split(':').Concat(MoreFolders).Distinct().Where(folder => folder.Length > 0));

    /// <summary>Throws <see cref="RunException"/> unless all is there.</summary>
    public static void Require()
    {
        if (MissingTools(ToolPath.Exists) is { } missing) throw Lack(missing);
        if (!Nftables.IsInstalled) throw Lack("the library libnftables is missing, by which a gateway writes its tables; install it: sudo apt-get install libnftables1");
        if (TryNamespaces() is { } refused) throw Lack($"this machine refuses a user namespace of its own, without which nothing can be contained: {refused}\n{NamespaceRemedy()}");
    }

    /// <summary>The way out that was asked for, or the first that works; throws <see cref="RunException"/> when none does.</summary>
    public static WayOut Choose(WayOut asked)
    {
        if (asked == WayOut.Veth) return HostWay.Obstacle() is { } obstacle ? throw Lack($"--network veth: {obstacle}") : asked;
        if (asked == WayOut.Pasta && IsRealRoot) throw new RunException(RunException.InputWrong, "--network pasta: pasta does not work for root; use slirp4netns or veth");
        if (asked == WayOut.Auto && HostWay.Obstacle() is null) return WayOut.Veth;
        // pasta gives up root, and then may not enter our namespaces.
        WayOut[] candidates = asked != WayOut.Auto ? [asked] : IsRealRoot ? [WayOut.Slirp4netns] : [WayOut.Pasta, WayOut.Slirp4netns];
        WayOut found = candidates.FirstOrDefault(way => ToolPath.Exists(Program(way)));
        if (found == WayOut.Auto)
        {
            string root = IsRealRoot ? $"\n(root could do without: {HostWay.Obstacle()})" : "";
            throw Lack($"{string.Join(" and ", candidates.Select(Program))} {(candidates.Length > 1 ? "are" : "is")} missing: without rights, one carries the way out; install it: sudo apt-get install {(candidates.Contains(WayOut.Pasta) ? "passt" : "slirp4netns")}{root}");
        }
        RequireTun();
        return found;
    }

    internal static string? MissingTools(Func<string, bool> exists)
    {
        var missing = Needed.Where(need => !exists(need.Tool)).ToArray();
        return missing.Length == 0 ? null
            : $"programs are missing: {string.Join(", ", missing.Select(need => need.Tool))}; install them: sudo apt-get install {string.Join(' ', missing.Select(need => need.Package).Distinct())}";
    }

    private static void RequireTun()
    {
        try
        {
            using FileStream device = File.Open(Tun, FileMode.Open, FileAccess.ReadWrite);
        }
        catch (Exception refused) when (refused is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Lack($"there is no {Tun}, which the way out needs; load it: sudo modprobe tun (in a container: give it the device, --device {Tun})");
        }
        catch (UnauthorizedAccessException)
        {
            throw Lack($"{Tun} may not be opened by this user, and the way out needs it; as distributions have it: sudo chmod 0666 {Tun}");
        }
        catch (IOException refused)
        {
            throw Lack($"{Tun} cannot be opened ({refused.Message}), and the way out needs it; load it: sudo modprobe tun");
        }
    }

    private static string Program(WayOut way) => way == WayOut.Pasta ? "pasta" : "slirp4netns";

    private static string? TryNamespaces()
    {
        ProcessStartInfo start = ToolPath.Start("unshare", ["--user", "--map-root-user", "--net", "--mount", "--pid", "--fork", "--mount-proc", ToolPath.Of("true")]);
        start.RedirectStandardError = true;
        using Process process = Process.Start(start)!;
        string said = process.StandardError.ReadToEnd().Trim();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : said.Length > 0 ? said : $"unshare ended with {process.ExitCode}";
    }

    private static string NamespaceRemedy() =>
        Sysctl.Read("kernel.apparmor_restrict_unprivileged_userns") == "1" ? "AppArmor reserves them to root here: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 (or a profile for unshare and bwrap that says userns)"
        : Sysctl.Read("kernel.unprivileged_userns_clone") == "0" ? "they are reserved to root here: sudo sysctl -w kernel.unprivileged_userns_clone=1"
        : Sysctl.Read("user.max_user_namespaces") == "0" ? "they are switched off here: sudo sysctl -w user.max_user_namespaces=15000"
        : "in a container, the container must be allowed to make user namespaces and to mount /proc in them (docs/run.md)";

    private static bool WholeMap(string map) => map.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is ["0", "0", "4294967295"];

    private static uint Status(string field)
    {
        string line = File.ReadLines("/proc/self/status").First(text => text.StartsWith(field, StringComparison.Ordinal));
        return uint.Parse(line.Split('\t')[2], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static RunException Lack(string message) => new(RunException.EnvironmentLacks, message);
}
