using System.Globalization;
using SharpFuzz;

namespace Exeat.Fuzz;

/// <summary>The command line of the fuzz targets.</summary>
internal static class Program
{
    private const string Usage = """
        usage: Exeat.Fuzz --replay [--seed N] [--mutations N]    all corpora and their mutations; the last line counts
               Exeat.Fuzz TARGET [--time 30s] [--seed N]         mutations of one target in this process
               Exeat.Fuzz TARGET --afl                           one target under afl-fuzz (see README.md)
        """;

    public static int Main(string[] args)
    {
        var options = new Dictionary<string, string>();
        var words = new List<string>();
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i] is "--time" or "--seed" or "--mutations" && i + 1 < args.Length) options[args[i]] = args[++i];
            else words.Add(args[i]);
        }
        if (!TryNumber(options.GetValueOrDefault("--seed"), Replay.DefaultSeed, out int seed)
            || !TryNumber(options.GetValueOrDefault("--mutations"), Replay.DefaultMutations, out int mutations)
            || !TryTime(options.GetValueOrDefault("--time"), out TimeSpan time))
        {
            return Wrong("a number or a time such as 30s or 5m is expected");
        }
        switch (words)
        {
            case []: return List();
            case ["--replay"]: return Replay.Run(seed, mutations);
            case [string name] when AllTargets.Find(name) is IFuzzTarget target: return TimedRun.Run(target, time, seed);
            case [string name, "--afl"] when AllTargets.Find(name) is IFuzzTarget target: return Afl(target);
            case ["--afl", string name] when AllTargets.Find(name) is IFuzzTarget target: return Afl(target);
            default: return Wrong($"not understood: {string.Join(' ', words)}");
        }
    }

    private static int List()
    {
        Console.WriteLine(Usage);
        Console.WriteLine("targets:");
        foreach (IFuzzTarget target in AllTargets.List) Console.WriteLine($"  {target.Name}");
        return 0;
    }

    private static int Afl(IFuzzTarget target)
    {
        Fuzzer.OutOfProcess.Run(stream =>
        {
            using var input = new MemoryStream();
            stream.CopyTo(input);
            target.Run(input.GetBuffer().AsSpan(0, (int)input.Length));
        });
        return 0;
    }

    private static bool TryNumber(string? text, int otherwise, out int number)
    {
        number = otherwise;
        return text is null || int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    private static bool TryTime(string? text, out TimeSpan time)
    {
        time = TimeSpan.FromSeconds(30);
        if (text is null) return true;
        int unit = text.EndsWith('m') ? 60 : 1;
        if (!TryNumber(text.TrimEnd('s', 'm'), 0, out int number)) return false;
        time = TimeSpan.FromSeconds((double)number * unit);
        return true;
    }

    private static int Wrong(string what)
    {
        Console.Error.WriteLine(what);
        Console.Error.WriteLine(Usage);
        return 2;
    }
}
