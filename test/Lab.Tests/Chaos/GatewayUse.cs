using System.Globalization;

namespace Exeat.Lab.Tests.Chaos;

/// <summary>Memory and file descriptors of a process: all that is resident, and of that what is nobody's file: heaps, stacks, buffers.</summary>
internal readonly record struct GatewayUse(int Descriptors, long RssKiB, long AnonKiB)
{
    public static GatewayUse Of(int process)
    {
        string[] status = File.ReadAllLines($"/proc/{process}/status");
        return new(Directory.GetFileSystemEntries($"/proc/{process}/fd").Length, KiB("VmRSS:"), KiB("RssAnon:"));

        long KiB(string what) => long.Parse(status.First(l => l.StartsWith(what, StringComparison.Ordinal)).Split(' ', '\t').Where(w => w.Length > 0).ElementAt(1), CultureInfo.InvariantCulture);
    }

    /// <summary>Whether it is back to where it was: descriptors but for a question or two that are under way, memory but for what a managed heap without a limit keeps for later (<see cref="MemoryTests"/> has one with a limit).</summary>
    public bool IsBackTo(GatewayUse before) => Descriptors <= before.Descriptors + 4 && RssKiB <= before.RssKiB * 3 / 2 + 32 * 1024;
}
