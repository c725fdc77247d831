using System.Globalization;

namespace Exeat.Lab.Tests.Chaos;

/// <summary>Memory and file descriptors of a process.</summary>
internal readonly record struct GatewayUse(int Descriptors, long RssKiB)
{
    public static GatewayUse Of(int process)
    {
        string rss = File.ReadLines($"/proc/{process}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return new(Directory.GetFileSystemEntries($"/proc/{process}/fd").Length, long.Parse(rss.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture));
    }

    /// <summary>Whether it is back to where it was: descriptors but for a question or two that are under way, memory but for what a managed heap keeps for later.</summary>
    public bool IsBackTo(GatewayUse before) => Descriptors <= before.Descriptors + 4 && RssKiB <= before.RssKiB * 3 / 2 + 32 * 1024;
}
