namespace Exeat.Fuzz.Engine;

/// <summary>Changes inputs of one target until the time is over. What takes a branch that none took before is kept and changed in turn.</summary>
internal sealed class GuidedRun(IFuzzTarget target, Corpus corpus, Corpus found, Coverage coverage, RunningInput running, int seed)
{
    private const int ChangesOfOne = 64;
    private const int TriesToShrink = 200;
    private const int TriesToShrinkFailure = 2000;

    private readonly Mutator _mutator = new(seed, target);
    private readonly Pool _pool = new();
    private readonly HashSet<string> _kinds = [];
    private long _inputs;
    private volatile bool _stops;
    private volatile byte[] _input = [];

    /// <summary>Inputs that were run.</summary>
    public long Inputs => Volatile.Read(ref _inputs);

    public int Edges => coverage.Edges;

    public int Kept => _pool.Count;

    /// <summary>Failures of different kinds.</summary>
    public int Failures { get; private set; }

    /// <summary>One failure is enough.</summary>
    public bool StopsAtFailure { get; init; }

    /// <summary>What is being run now.</summary>
    public byte[] Current => _input;

    /// <summary>The run ends behind the input that it is at.</summary>
    public void Stop() => _stops = true;

    /// <summary>Runs what is kept already, then changes of it, until it is stopped or has run so many inputs.</summary>
    public void Run(long mostInputs)
    {
        // Twice: what runs once in a process only (static fields) would make the first input special.
        List<byte[]> starts = [.. corpus.Load().Concat(found.Load()).Select(kept => kept.Bytes)];
        foreach (byte[] start in starts.Take(1)) Try(start);
        foreach (byte[] start in starts)
        {
            if (_stops) return;
            if (Try(start) && (coverage.IsNew() || _pool.Count == 0)) _pool.Add(start, coverage.Features());
        }
        // Of nothing, or of failures only, everything is news.
        if (_pool.Count == 0) _pool.Add([], []);
        while (!_stops && Inputs < mostInputs)
        {
            byte[] one = _pool.Pick(_mutator);
            for (int i = 0; i < ChangesOfOne && !_stops && Inputs < mostInputs; i++) Grow(_mutator.Change(one, _pool.Pick(_mutator)));
        }
    }

    private void Grow(byte[] input)
    {
        if (!Try(input) || !coverage.IsNew()) return;
        ulong same = coverage.Signature();
        byte[] less = Shrink.Run(input, target.StepBytes, TriesToShrink, other => !_stops && Runs(other) is null && coverage.Signature() == same);
        if (Runs(less) is not null) return;
        _pool.Add(less, coverage.Features());
        found.Keep(less);
    }

    // False: it failed.
    private bool Try(byte[] input)
    {
        if (Runs(input) is not { } failure) return true;
        if (_kinds.Add(failure.Kind)) Report(input, failure);
        return false;
    }

    private void Report(byte[] input, Failure failure)
    {
        byte[] less = Shrink.Run(input, target.StepBytes, TriesToShrinkFailure, other => !_stops && Runs(other)?.Kind == failure.Kind);
        // The reason of the smaller one is what a person will look at.
        Keep(less, Runs(less)?.Text ?? failure.Text);
    }

    public void Keep(byte[] input, string text)
    {
        Failures++;
        if (StopsAtFailure) Stop();
        string file = corpus.Keep(input, Corpus.Crash);
        Console.WriteLine($"{target.Name}: FAILED: {text}\n  kept: {file}\n  again: ./dev fuzz {target.Name} {file}");
    }

    private Failure? Runs(byte[] input)
    {
        running.Note(input);
        _input = input;
        Volatile.Write(ref _inputs, _inputs + 1);
        coverage.Begin();
        return OneRun.Try(target, input);
    }
}
