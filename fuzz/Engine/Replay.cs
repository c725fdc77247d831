using System.Collections.Immutable;

namespace Exeat.Fuzz.Engine;

/// <summary>Runs every input of every corpus, and a bounded number of mutations of them: the same ones each time.</summary>
internal static class Replay
{
    public const int DefaultSeed = 1;
    public const int DefaultMutations = 2000;

    /// <summary>All targets.</summary>
    /// <param name="seed">Of the mutations.</param>
    /// <param name="mutations">For each target; null: as many as the target says.</param>
    public static int Run(int seed, int? mutations)
    {
        (int passed, int failed) = (0, 0);
        foreach (IFuzzTarget target in AllTargets.List)
        {
            ImmutableArray<(string File, byte[] Bytes)> corpus = new Corpus(target, Corpus.Built).Load();
            int before = failed;
            foreach ((string file, byte[] bytes) in corpus) Count(target, bytes, $"corpus/{target.Name}/{file}", ref passed, ref failed);
            var mutator = new Mutator(seed, target);
            for (int i = 0; i < (mutations ?? target.ReplayMutations) && !corpus.IsEmpty; i++)
            {
                byte[] input = mutator.Change(corpus[mutator.Pick(corpus.Length)].Bytes, corpus[mutator.Pick(corpus.Length)].Bytes);
                Count(target, input, $"mutation {i} of seed {seed}", ref passed, ref failed);
            }
            // A target without a corpus tests next to nothing: say so rather than pass.
            if (corpus.IsEmpty) failed++;
            Console.WriteLine($"{target.Name}: {(corpus.IsEmpty ? "no corpus" : $"{corpus.Length} inputs")}, {failed - before} failed");
        }
        Console.WriteLine($"{passed} passed, {failed} failed");
        return failed == 0 ? 0 : 1;
    }

    /// <summary>These inputs, and what became of each.</summary>
    public static int Files(IFuzzTarget target, IReadOnlyList<string> files)
    {
        (int passed, int failed) = (0, 0);
        foreach (string file in files) Count(target, File.ReadAllBytes(file), file, ref passed, ref failed);
        Console.WriteLine($"{passed} passed, {failed} failed");
        return failed == 0 ? 0 : 1;
    }

    private static void Count(IFuzzTarget target, byte[] input, string what, ref int passed, ref int failed)
    {
        Failure? problem = OneRun.Try(target, input);
        if (problem is null)
        {
            passed++;
            return;
        }
        failed++;
        Console.WriteLine($"{target.Name}: {what}: {problem.Text}");
        // Long inputs are kept whole by a guided run; here the beginning shows which kind it is.
        Console.WriteLine($"  input: {Convert.ToHexString(input.AsSpan(0, Math.Min(input.Length, 512)))}");
    }
}
