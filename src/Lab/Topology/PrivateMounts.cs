using Exeat.Lab.World;

namespace Exeat.Lab.Topology;

/// <summary>What every process of the lab sees of the file system that differs from the host: an empty /run, the lab's resolver, no host names.</summary>
/// <remarks>
/// An empty /run also hides the host's resolver and name-cache sockets (systemd-resolved, nscd), which would answer for the agents
/// without a single packet. The caller must be in a mount namespace of its own.
/// </remarks>
public static class PrivateMounts
{
    private const string ResolvConf = "/etc/resolv.conf", Hosts = "/etc/hosts";

    /// <summary>Mounts them.</summary>
    public static async Task MountAsync(LabState state)
    {
        // Where the link leads must be read before /run is covered.
        string resolvConf = RealPath(ResolvConf), hosts = RealPath(Hosts);
        await Subprocess.DemandAsync(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run"]);
        Directory.CreateDirectory("/run/netns");
        await CoverAsync(state, resolvConf, $"nameserver {WorldMap.Resolver.Address4}\nnameserver {WorldMap.Resolver.Address6}\noptions timeout:2 attempts:2\n");
        await CoverAsync(state, hosts, "127.0.0.1 localhost\n::1 localhost\n");
    }

    private static string RealPath(string path) =>
        (File.Exists(path) || new FileInfo(path).LinkTarget is not null ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName : null) ?? path;

    private static async Task CoverAsync(LabState state, string path, string text)
    {
        if (path.StartsWith("/run/", StringComparison.Ordinal))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, text);
            return;
        }
        if (!File.Exists(path)) throw new LabException($"{path} does not exist; create it (it may be empty), so that the lab can cover it for its own processes");
        string file = Path.Combine(state.Folder, Path.GetFileName(path));
        await File.WriteAllTextAsync(file, text);
        await Subprocess.DemandAsync(["mount", "--bind", file, path]);
    }
}
