using System.Collections.Immutable;
using System.Diagnostics;
using Exeat.Linux.Native;

namespace Exeat.Linux;

/// <summary>Where the programs lie that are ours to choose (unshare, ip, nsenter …). Everything that we start outside a box is started by the path that this gives.</summary>
/// <remarks>
/// The working folder is an agent's to write, in this run or in one before. The platform looks for a bare name in it, and so does every program that starts another along a PATH with an
/// entry that is relative or lies in there (.venv/bin, node_modules/.bin): such entries are left out.
/// </remarks>
public static class ToolPath
{
    // Of the system on every distribution, and no working folder of a run; superuser tools lie where an ordinary user's path does not look.
    private static readonly ImmutableArray<string> Always = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    /// <summary>A tool's absolute path. One that is not there has the path where it would be, so that starting it fails.</summary>
    public static string Of(string tool) => Path.IsPathRooted(tool) ? tool : Find(tool) ?? Path.Combine(Always[1], tool);

    /// <summary>As <see cref="Of"/>, of the system's folders first: for a tool that is started where not everything is shown.</summary>
    public static string OfSystem(string tool) => Find(tool, string.Join(':', Always), Environment.CurrentDirectory) ?? Of(tool);

    /// <summary>Whether there is such a tool.</summary>
    public static bool Exists(string tool) => Find(tool) is not null;

    /// <summary>How a tool is started.</summary>
    public static ProcessStartInfo Start(string tool, IEnumerable<string> arguments) => new(Of(tool), arguments);

    /// <summary>A PATH without what lies in the working folder, with the folders of superuser tools: for programs of ours that start others by name.</summary>
    public static string Trusted(string path) => string.Join(':', Folders(path, Environment.CurrentDirectory));

    internal static string? Find(string tool, string path, string workingFolder)
    {
        if (tool.Length == 0 || tool.Contains('/', StringComparison.Ordinal)) throw new ArgumentException($"'{tool}' is neither a name nor an absolute path", nameof(tool));
        foreach (string folder in Folders(path, workingFolder))
        {
            string candidate = Path.Combine(folder, tool);
            if (!File.Exists(candidate) || Libc.Access(candidate, Libc.X_OK) != 0) continue;
            if (Always.Contains(folder) || !IsWithin(candidate, workingFolder)) return candidate;
        }
        return null;
    }

    private static string? Find(string tool) => Find(tool, Environment.GetEnvironmentVariable("PATH") ?? "", Environment.CurrentDirectory);

    private static IEnumerable<string> Folders(string path, string workingFolder) =>
        path.Split(':').Where(folder => Path.IsPathRooted(folder) && (Always.Contains(folder) || !IsWithin(folder, workingFolder))).Concat(Always).Distinct();

    // Where it leads to as well as where it is written. Nobody works in the root folder, and everything is within it.
    private static bool IsWithin(string path, string workingFolder) =>
        workingFolder != "/" && (IsBelow(Path.GetFullPath(path), workingFolder) || (RealPath.TryOf(path) is { } real && IsBelow(real, workingFolder)));

    private static bool IsBelow(string path, string folder) => path.TrimEnd('/') == folder || path.StartsWith(folder + '/', StringComparison.Ordinal);
}
