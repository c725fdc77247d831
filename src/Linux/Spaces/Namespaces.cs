using System.Diagnostics;
using Exeat.Linux.Native;

namespace Exeat.Linux;

/// <summary>Named network namespaces, as <c>ip netns</c> keeps them: files in /run/netns. A name with a slash is the file itself, wherever it lies.</summary>
public static class Namespaces
{
    /// <summary>Where the names live.</summary>
    public const string Directory = "/run/netns";

    private const string RunSource = "exeat-run";

    /// <summary>
    /// Within a user namespace: puts an empty file system over /run of this mount namespace, once, so that names do not meet those of the machine.
    /// Elsewhere it does nothing. Call it before the first <see cref="Create"/>.
    /// </summary>
    public static void PrepareRun()
    {
        string map = File.ReadAllText("/proc/self/uid_map");
        if (map.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is ["0", "0", "4294967295"]) return;
        if (File.ReadLines("/proc/self/mountinfo").Any(line => line.Contains($" {RunSource} ", StringComparison.Ordinal))) return;
        if (Libc.Mount(RunSource, "/run", "tmpfs", 0, "mode=755") != 0) throw new KernelException("mount: tmpfs on", "/run", Libc.LastError);
    }

    /// <summary>Makes a namespace whose loopback is up.</summary>
    public static void Create(string name)
    {
        // ip netns goes back into the namespace that it came from, which a user namespace of its own may not do; and it knows one folder alone.
        if (IsFile(name))
        {
            File.WriteAllBytes(name, []);
            ExternalTool.Run("unshare", [$"--net={name}", ToolPath.Of("true")]);
        }
        else
        {
            ExternalTool.Run("ip", ["netns", "add", name]);
        }
        new IpBatch().Up("lo").Run(name);
    }

    /// <summary>Removes the name; the namespace goes with the last process and socket in it.</summary>
    public static void Delete(string name) => ExternalTool.Run("ip", ["netns", "delete", name]);

    /// <summary>Whether the name is taken.</summary>
    public static bool Exists(string name) => File.Exists(Path(name));

    /// <summary>Starts a program in a namespace. The process is the program itself: what enters replaces itself.</summary>
    public static Process Start(string name, ProcessStartInfo start)
    {
        string program = ToolPath.Of(start.FileName);
        List<string> arguments = IsFile(name) ? [$"--net={name}", "--", program, .. start.ArgumentList] : ["netns", "exec", name, program, .. start.ArgumentList];
        if (start.ArgumentList.Count == 0 && start.Arguments.Length > 0)
        {
            throw new ArgumentException("give arguments as ArgumentList", nameof(start));
        }
        start.FileName = ToolPath.Of(IsFile(name) ? "nsenter" : "ip");
        start.ArgumentList.Clear();
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        return Process.Start(start) ?? throw new KernelException("ip: start in namespace", name, Errno.ENOENT);
    }

    internal static string Path(string name) => IsFile(name) ? name : $"{Directory}/{name}";

    internal static bool IsFile(string name) => name.Contains('/', StringComparison.Ordinal);
}
