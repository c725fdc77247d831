using Exeat.Linux;

namespace Exeat.Run.Network;

/// <summary>The way out without rights: pasta or slirp4netns carries packets between a device in the way's namespace and ordinary sockets in the person's network.</summary>
/// <remarks>Nothing is mapped to the host and nothing is forwarded: both programs do by default (K18). Both can hang where the device of /dev/net/tun may not be opened: hence the deadline.</remarks>
internal static class UserSpaceWay
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15), LookAgain = TimeSpan.FromMilliseconds(20);

    public static async Task<KeptProcess> StartAsync(WayOut way, RunSpaces spaces, string folder, CancellationToken stop)
    {
        string[] command = way == WayOut.Pasta ? Pasta(spaces.Way) : Slirp(spaces.Way);
        var process = new KeptProcess(command, Path.Combine(folder, "way-out.log"));
        long start = TimeProvider.System.GetTimestamp();
        while (!NamespaceThread.Run(spaces.Way, HasRoute))
        {
            bool ended = process.FirstEnd.IsCompleted;
            if (ended || TimeProvider.System.GetElapsedTime(start) > Patience || stop.IsCancellationRequested)
            {
                string words = process.LastWords(3);
                await process.DisposeAsync().ConfigureAwait(false);
                stop.ThrowIfCancellationRequested();
                throw new RunException(RunException.EnvironmentLacks, $"{(way == WayOut.Pasta ? "pasta" : "slirp4netns")} {(ended ? "ended at once" : $"made no way out within {Patience.TotalSeconds:0} s")}"
                    + $"{(words.Length > 0 ? $"; it said:\n{words}\n" : "; ")}try --network {(way == WayOut.Pasta ? "slirp4netns" : "pasta")}, and see that this machine has a default route");
            }
            await Task.Delay(LookAgain, TimeProvider.System, CancellationToken.None).ConfigureAwait(false);
        }
        return process;
    }

    // It takes a broken pipe that is ignored already, as children of this program have it, for a failure.
    private static string[] Pasta(string space) =>
    [
        "env", "--default-signal=PIPE", ToolPath.Of("pasta"), "--config-net", "--no-map-gw", "-t", "none", "-u", "none", "-T", "none", "-U", "none", "--ns-ifname", RunAddresses.OutLink, "--quiet", "--foreground", "--netns", space,
    ];

    private static string[] Slirp(string space) =>
    [
        "slirp4netns", "--configure", "--mtu=1500", "--disable-host-loopback", "--disable-dns", "--enable-ipv6", "--netns-type=path", space, RunAddresses.OutLink,
    ];

    // /proc/thread-self: the namespace is the thread's, not the process's.
    private static bool HasRoute() =>
        File.ReadLines("/proc/thread-self/net/route").Any(line => line.StartsWith($"{RunAddresses.OutLink}\t00000000\t", StringComparison.Ordinal))
        || File.ReadLines("/proc/thread-self/net/ipv6_route").Any(line => line.StartsWith(new string('0', 32) + " 00 ", StringComparison.Ordinal) && line.EndsWith(RunAddresses.OutLink, StringComparison.Ordinal));
}
