using System.Collections.Immutable;

namespace Exeat.Fuzz.Engine;

/// <summary>Chooses, of all that was found, few and short inputs that take the same branches: those lie in the repository.</summary>
internal static class Choice
{
    public const int MostFiles = 200;
    public const int MostBytes = 300_000;

    /// <summary>Makes the choice anew. What a person put there, or what failed once, stays.</summary>
    public static int Make(IFuzzTarget target, Corpus corpus, Corpus found, Coverage coverage)
    {
        ImmutableArray<(string File, byte[] Bytes)> here = corpus.Load();
        var covered = new HashSet<int>();
        (int files, int bytes) = (0, 0);
        foreach ((string file, byte[] input) in here.Where(kept => !Corpus.IsFound(kept.File)))
        {
            if (FeaturesOf(target, input, coverage) is { } features) covered.UnionWith(features);
            (files, bytes) = (files + 1, bytes + input.Length);
        }
        var left = new PriorityQueue<(byte[] Input, ImmutableArray<int> Features), double>();
        foreach (byte[] input in here.Where(kept => Corpus.IsFound(kept.File)).Concat(found.Load()).Select(kept => kept.Bytes).DistinctBy(Corpus.NameOf))
        {
            if (FeaturesOf(target, input, coverage) is { } features) left.Enqueue((input, features), -Worth(input, features.Length));
        }
        var chosen = new HashSet<string>();
        while (left.TryDequeue(out (byte[] Input, ImmutableArray<int> Features) best, out double worth) && files < MostFiles)
        {
            // Others were chosen since its worth was reckoned: it waits again with what it is worth now.
            double now = -Worth(best.Input, best.Features.Count(feature => !covered.Contains(feature)));
            if (now >= 0 || bytes + best.Input.Length > MostBytes) continue;
            if (now > worth)
            {
                left.Enqueue(best, now);
                continue;
            }
            covered.UnionWith(best.Features);
            chosen.Add(Path.GetFileName(corpus.Keep(best.Input)));
            (files, bytes) = (files + 1, bytes + best.Input.Length);
        }
        foreach ((string file, _) in here.Where(kept => Corpus.IsFound(kept.File) && !chosen.Contains(kept.File))) corpus.Remove(file);
        Console.WriteLine($"{target.Name}: {files} files, {bytes} bytes, {covered.Select(feature => feature >> 3).Distinct().Count()} edges, {covered.Count} features, in {corpus.Folder}");
        return 0;
    }

    /// <summary>Makes one failing input smaller and keeps it beside the others.</summary>
    public static int Minimize(IFuzzTarget target, Corpus corpus, string file)
    {
        byte[] input = File.ReadAllBytes(file);
        if (OneRun.Try(target, input) is not { } failure)
        {
            Console.Error.WriteLine($"{file} does not fail; there is nothing to keep while it is made smaller");
            return 1;
        }
        byte[] less = Shrink.Run(input, target.StepBytes, int.MaxValue, other => OneRun.Try(target, other)?.Kind == failure.Kind);
        Console.WriteLine($"{input.Length} bytes, now {less.Length}: {corpus.Keep(less, Corpus.Crash)}");
        return 0;
    }

    private static double Worth(byte[] input, int features) => (double)features / (input.Length + 16);

    private static ImmutableArray<int>? FeaturesOf(IFuzzTarget target, byte[] input, Coverage coverage)
    {
        coverage.Begin();
        return OneRun.Try(target, input) is null ? coverage.Features() : null;
    }
}
