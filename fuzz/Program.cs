using Exeat.Fuzz.Engine;

namespace Exeat.Fuzz;

/// <summary>The command line of the fuzz targets.</summary>
internal static class Program
{
    public static int Main(string[] args)
    {
        var coverage = new Coverage();
        if (FuzzArguments.Read(args.Length == 0 ? ["--help"] : args, out string problem) is not { } asked)
        {
            Console.Error.WriteLine($"fuzz: {problem}\n{FuzzArguments.Usage}");
            return 2;
        }
        try
        {
            return asked.Verb switch
            {
                "--help" => Print(FuzzArguments.Usage) + List(),
                "--list" => List(),
                "--replay" => Replay.Run(asked.Seed ?? Replay.DefaultSeed, asked.Mutations),
                "--self-check" => SelfCheck.SelfCheck.Run(),
                "--instrument" => Print($"{Coverage.Instrument(asked.Files[0])} types count their branches in {asked.Files[0]}"),
                "--minimize" => Minimize(asked.Target!, asked, coverage),
                _ => asked.Files.Length > 0 ? Replay.Files(asked.Target!, asked.Files) : Run(asked.Target!, asked, coverage),
            };
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"fuzz: {refused.Message}");
            return 2;
        }
    }

    private static int Run(IFuzzTarget target, FuzzArguments asked, Coverage coverage)
    {
        int seed = asked.Seed ?? Random.Shared.Next();
        Corpus corpus = new(target, asked.Corpus), found = new(target, Path.Combine(asked.Work, "found"));
        using var running = new RunningInput(Path.Combine(asked.Work, "running", target.Name), target.MaxBytes);
        if (running.LeftOver is { } left)
        {
            string file = new Corpus(target, Path.Combine(asked.Work, "left")).Keep(left);
            Console.WriteLine($"{target.Name}: the run before did not end by itself; it was at {file} (again: ./dev fuzz {target.Name} {file})");
        }
        Console.WriteLine($"{target.Name}: seed {seed}, {corpus.Load().Length} inputs in {corpus.Folder}, {found.Load().Length} in {found.Folder}");
        int status = new WatchedRun(target, new GuidedRun(target, corpus, found, coverage, running, seed)).Run(asked.Time, asked.Inputs);
        if (coverage.Edges == 0) Console.Error.WriteLine("fuzz: no branch was counted: this is not the copy that ./dev fuzz makes, so nothing guided the run");
        return status;
    }

    private static int Minimize(IFuzzTarget target, FuzzArguments asked, Coverage coverage)
    {
        Corpus corpus = new(target, asked.Corpus), found = new(target, Path.Combine(asked.Work, "found"));
        if (asked.Files.Length > 0) return Choice.Minimize(target, corpus, asked.Files[0]);
        return Choice.Make(target, corpus, found, coverage);
    }

    private static int List()
    {
        Console.WriteLine("targets:");
        foreach (IFuzzTarget target in AllTargets.List) Console.WriteLine($"  {target.Name}");
        return 0;
    }

    private static int Print(string text)
    {
        Console.WriteLine(text);
        return 0;
    }
}
