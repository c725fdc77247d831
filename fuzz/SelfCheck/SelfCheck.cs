using Exeat.Fuzz.Engine;

namespace Exeat.Fuzz.SelfCheck;

/// <summary>Shows that a guided run finds what it is there to find: each planted fault, its input kept; and that without guidance it does not.</summary>
internal static class SelfCheck
{
    private const long MostInputs = 1_500_000;
    private static readonly TimeSpan MostTime = TimeSpan.FromMinutes(2);

    /// <summary>Whether all went as it must. The control is the same run with a map that nothing counts in.</summary>
    public static int Run()
    {
        string folder = Directory.CreateTempSubdirectory("exeat-fuzz").FullName;
        try
        {
            bool isGuided = true;
            bool isControlled = Says("without guidance nothing is found", !Finds(PlantedFault.Throws, Path.Combine(folder, "control"), isGuided: false));
            // The one that hangs is the last: nothing ends it before the process does.
            foreach (PlantedFault fault in (ReadOnlySpan<PlantedFault>)[PlantedFault.Throws, PlantedFault.Allocates, PlantedFault.Hangs])
                isGuided &= Says($"{fault} is found", Finds(fault, Path.Combine(folder, $"{fault}")));
            return isGuided && isControlled ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static bool Finds(PlantedFault fault, string folder, bool isGuided = true)
    {
        var target = new PlantedTarget(fault);
        Corpus corpus = new(target, Path.Combine(folder, "corpus")), found = new(target, Path.Combine(folder, "found"));
        corpus.Keep(new byte[12]);
        using var running = new RunningInput(folder, ((IFuzzTarget)target).MaxBytes);
        var coverage = new Coverage();
        // The last one made is the one in which branches count.
        if (!isGuided) _ = new Coverage();
        TextWriter console = Console.Out;
        var run = new GuidedRun(target, corpus, found, coverage, running, seed: 1) { StopsAtFailure = true };
        Console.SetOut(TextWriter.Null);
        try
        {
            new WatchedRun(target, run) { MostForOneInput = TimeSpan.FromSeconds(1) }.Run(MostTime, MostInputs, isQuiet: true);
        }
        finally
        {
            Console.SetOut(console);
        }
        bool isKept = corpus.Load().Any(kept => kept.File.StartsWith(Corpus.Crash, StringComparison.Ordinal) && PlantedFaults.Read(kept.Bytes) == fault);
        return run.Failures == 1 && isKept;
    }

    private static bool Says(string what, bool isSo)
    {
        Console.WriteLine($"{(isSo ? "ok    " : "FAILED")} {what}");
        return isSo;
    }
}
