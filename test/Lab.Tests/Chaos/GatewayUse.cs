using System.Globalization;

namespace Exeat.Lab.Tests.Chaos;

/// <summary>
/// Memory and file descriptors of a process: all that is resident, and of that what is nobody's file: heaps, stacks, buffers. Of the program's own files, which a runtime opens when
/// something in them is wanted for the first time and keeps, only those descriptors count that are more than it takes.
/// </summary>
internal readonly record struct GatewayUse(int Descriptors, long RssKiB, long AnonKiB)
{
    // A library is held by two, one to read and one to map; symbols by one.
    private const int MostPerProgramFile = 2;

    public static GatewayUse Of(int process)
    {
        string[] status = File.ReadAllLines($"/proc/{process}/status");
        return new(Count(Open(process)), KiB("VmRSS:"), KiB("RssAnon:"));

        long KiB(string what) => long.Parse(status.First(l => l.StartsWith(what, StringComparison.Ordinal)).Split(' ', '\t').Where(w => w.Length > 0).ElementAt(1), CultureInfo.InvariantCulture);
    }

    /// <summary>What the descriptors of a process lead to, each as often as it is open.</summary>
    public static IReadOnlyList<string> Open(int process) => [.. Directory.GetFileSystemEntries($"/proc/{process}/fd").Select(d => new FileInfo(d).LinkTarget).OfType<string>()];

    /// <summary>How many of these are there again each time when something is opened and not closed.</summary>
    public static int Count(IEnumerable<string> open) => open.GroupBy(o => o, StringComparer.Ordinal).Sum(same => IsOfProgram(same.Key) ? Math.Max(0, same.Count() - MostPerProgramFile) : same.Count());

    /// <summary>What is open now and was not, for a message.</summary>
    public static string Since(IEnumerable<string> before, IEnumerable<string> now)
    {
        ILookup<string, string> old = before.ToLookup(o => o, StringComparer.Ordinal);
        return string.Join(", ", now.GroupBy(o => o, StringComparer.Ordinal).Where(same => same.Count() > old[same.Key].Count()).Select(same => $"{same.Key} ({same.Count() - old[same.Key].Count()})"));
    }

    /// <summary>
    /// Heaps of the C library beside its first: one for each thread that ever took memory, up to eight for each processor, unless threads share them. Each begins where a multiple of 64 MiB does, and has the
    /// rest of that reserved behind it (glibc, malloc/arena.c, HEAP_MAX_SIZE).
    /// </summary>
    public static int Heaps(int process)
    {
        const ulong Step = 64 << 20;
        string[][] maps = [.. File.ReadLines($"/proc/{process}/maps").Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        return maps.Zip(maps.Skip(1)).Count(pair => pair.First is [_, "rw-p", ..] && pair.First.Length == 5 && pair.Second is [_, "---p", ..] && From(pair.First) % Step == 0 && From(pair.Second) == Until(pair.First) && Until(pair.Second) - From(pair.First) <= Step);

        static ulong From(string[] map) => ulong.Parse(map[0].Split('-')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        static ulong Until(string[] map) => ulong.Parse(map[0].Split('-')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    /// <summary>Whether it is back to where it was: descriptors but for a question or two that are under way, memory but for what a managed heap without a limit keeps for later (<see cref="MemoryTests"/> has one with a limit).</summary>
    public bool IsBackTo(GatewayUse before) => Descriptors <= before.Descriptors + 4 && RssKiB <= before.RssKiB * 3 / 2 + 32 * 1024;

    private static bool IsOfProgram(string file) => Path.GetExtension(file) is ".dll" or ".pdb" or ".so";
}
