using System.Globalization;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;
using Exeat.Lab.World;

namespace Exeat.Lab.Tests.Runs;

/// <summary>A lab in which one agent's place stands for a person's machine: <c>exeat run</c> is typed there, and the world counts what comes out of it.</summary>
/// <remarks>
/// <code>
///   exeat run: agent ── gateway ── way out ── (pasta, slirp4netns or veth) ── "host" 192.0.2.10, 2001:db8:a:2::2 ── plain forwarding ── world
/// </code>
/// </remarks>
public sealed class RunLab : LabFixture
{
    internal const string Host = "coding-1", Host4 = "192.0.2.10", Host6 = "2001:db8:a:2::2";

    // A run is two programs and a gateway: seconds, and many more on a busy machine.
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    /// <summary>The ways out that this machine and this user can make.</summary>
    public static string[] Ways { get; } = ["veth", "slirp4netns", "pasta"];

    internal string Home => Path.Combine(State.Folder, "home");

    internal string Work => Path.Combine(State.Folder, "work");

    /// <summary>Where this lab's runs keep their records.</summary>
    internal string Runs => Path.Combine(Home, ".local/state/exeat/runs");

    /// <summary>Why a way out cannot be tried here; null: it can.</summary>
    internal static string? Obstacle(string way)
    {
        if (way == "veth") return null;
        try
        {
            using FileStream tun = File.Open("/dev/net/tun", FileMode.Open, FileAccess.ReadWrite);
            return null;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return $"{way} needs /dev/net/tun: {refused.Message}";
        }
    }

    /// <summary>The command line of a run, to be started on the host.</summary>
    internal IReadOnlyList<string> Command(IEnumerable<string> options, params IEnumerable<string> command) => Network.Inside(Host,
        ["env", "-C", Work, $"HOME={Home}", "XDG_STATE_HOME=", $"CURL_CA_BUNDLE={State.Authority}", $"SSL_CERT_FILE={State.Authority}", $"NODE_EXTRA_CA_CERTS={State.Authority}", .. LabPrograms.Exeat, "run", .. options, "--", .. command]);

    /// <summary>Runs a script of the shell, contained.</summary>
    internal Task<Finished> ContainAsync(IEnumerable<string> options, string script) => Subprocess.RunAsync(Command(options, "sh", "-c", script), Deadline);

    /// <summary>The same script on the host itself: the control.</summary>
    internal Task<Finished> OpenAsync(string script) =>
        Subprocess.RunAsync(Network.Inside(Host, "env", "-C", Work, $"CURL_CA_BUNDLE={State.Authority}", "sh", "-c", script), TimeSpan.FromSeconds(60));

    /// <summary>What came out of the host so far.</summary>
    internal async Task<WorldSnapshot> ArrivedAsync()
    {
        await World.DrainAsync(Host6, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5));
        return await World.DrainAsync(Host4, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5));
    }

    /// <summary>Journals of all runs, newest last.</summary>
    internal IReadOnlyList<string> Journals() => Directory.Exists(Runs) ? [.. Directory.EnumerateDirectories(Runs).Order(StringComparer.Ordinal).Select(run => Path.Combine(run, "journal"))] : [];

    /// <summary>Processes whose command line names this lab's runs: the one inside, and the gateway.</summary>
    internal List<(int Id, string Line)> OfRuns()
    {
        List<(int, string)> found = [];
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int id)) continue;
            try
            {
                string line = File.ReadAllText(Path.Combine(folder, "cmdline")).Replace('\0', ' ');
                if (line.Contains(Runs, StringComparison.Ordinal)) found.Add((id, line));
            }
            catch (IOException)
            {
                // It ended while we looked.
            }
        }
        return found;
    }

    protected override async Task FillMiddleAsync()
    {
        Directory.CreateDirectory(Home);
        Directory.CreateDirectory(Work);
        await Spaces.Network.ForwardPlainlyAsync();
        // A host that forwards already, as one with containers does.
        Finished set = await RunAsync(Host, "sh", "-euc", "echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding");
        Assert.True(set.Succeeded, set.Errors);
    }
}
