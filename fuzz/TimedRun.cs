using System.Security.Cryptography;

namespace Exeat.Fuzz;

/// <summary>Mutates inputs for one target until the time is over, without other tools. What fails is written to a file.</summary>
internal static class TimedRun
{
    public static int Run(IFuzzTarget target, TimeSpan time, int seed)
    {
        TimeProvider clock = TimeProvider.System;
        long began = clock.GetTimestamp();
        var mutator = new Mutator(seed, Corpus.Load(target));
        (long runs, int failed) = (0, 0);
        for (; clock.GetElapsedTime(began) < time && failed < 10; runs++)
        {
            byte[] input = mutator.Next();
            if (OneRun.Try(target, input) is not string problem) continue;
            failed++;
            string file = $"crash-{target.Name}-{Convert.ToHexStringLower(SHA256.HashData(input))[..12]}.bin";
            File.WriteAllBytes(file, input);
            Console.WriteLine($"{file}: {problem}");
        }
        double seconds = clock.GetElapsedTime(began).TotalSeconds;
        Console.WriteLine($"{target.Name}: seed {seed}, {runs} inputs in {seconds:F1} s, {runs / seconds:F0} a second, {failed} failed");
        return failed == 0 ? 0 : 1;
    }
}
