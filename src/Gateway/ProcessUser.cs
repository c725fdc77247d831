using System.Globalization;

namespace Exeat.Gateway;

/// <summary>Who this process runs as, in the numbers that nft's <c>skuid</c> compares.</summary>
internal static class ProcessUser
{
    /// <summary>The effective user id (proc(5), status: Uid).</summary>
    public static uint Id { get; } = Read();

    private static uint Read()
    {
        string line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("Uid:", StringComparison.Ordinal));
        return uint.Parse(line.Split('\t')[2], CultureInfo.InvariantCulture);
    }
}
