using System.Collections.Immutable;

namespace Exeat.Fuzz;

/// <summary>Runs every input of every corpus, and a bounded number of mutations of them: the same ones each time.</summary>
internal static class Replay
{
    public const int DefaultSeed = 1;
    public const int DefaultMutations = 3000;

    public static int Run(int seed, int mutations)
    {
        (int passed, int failed) = (0, 0);
        Console.WriteLine($"seed {seed}, {mutations} mutations a target");
        foreach (IFuzzTarget target in AllTargets.List)
        {
            ImmutableArray<(string File, byte[] Bytes)> corpus = Corpus.Load(target);
            (int before, bool isEmpty) = (failed, corpus.IsEmpty);
            foreach ((string file, byte[] bytes) in corpus) Count(target, bytes, $"corpus/{target.Name}/{file}", ref passed, ref failed);
            var mutator = new Mutator(seed, corpus);
            for (int i = 0; i < mutations; i++)
            {
                byte[] input = mutator.Next();
                Count(target, input, $"mutation {i}", ref passed, ref failed);
            }
            // A target without a corpus tests next to nothing: say so rather than pass.
            if (isEmpty) failed++;
            Console.WriteLine($"{target.Name}: {(isEmpty ? "no corpus" : $"{corpus.Length} inputs")}, {failed - before} failed");
        }
        Console.WriteLine($"{passed} passed, {failed} failed");
        return failed == 0 ? 0 : 1;
    }

    private static void Count(IFuzzTarget target, byte[] input, string what, ref int passed, ref int failed)
    {
        string? problem = OneRun.Try(target, input);
        if (problem is null)
        {
            passed++;
            return;
        }
        failed++;
        Console.WriteLine($"{target.Name}: {what}: {problem}");
        // Long inputs are kept whole by a timed run; here the beginning shows which kind it is.
        Console.WriteLine($"  input: {Convert.ToHexString(input.AsSpan(0, Math.Min(input.Length, 512)))}");
    }
}
