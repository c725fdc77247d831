namespace Exeat.Fuzz;

/// <summary>One reader of hostile bytes. Whatever the bytes are, running it must not throw, hang, or allocate without bound.</summary>
internal interface IFuzzTarget
{
    /// <summary>The name on the command line and of the folder under corpus/.</summary>
    string Name { get; }

    /// <summary>What this reader compares with: mutations put them in.</summary>
    IReadOnlyList<byte[]> Words => [];

    /// <summary>Not 0: an input is a list of steps of so many bytes each, and mutations move, repeat and drop whole steps too.</summary>
    int StepBytes => 0;

    /// <summary>Longer inputs are not made.</summary>
    int MaxBytes => 1 << 16;

    /// <summary>Far above what the largest document needs, far below what an attacker-sized allocation takes.</summary>
    long MaxAllocatedBytes => 64 << 20;

    /// <summary>Mutations in each test run; fewer for a target that takes milliseconds.</summary>
    int ReplayMutations => Engine.Replay.DefaultMutations;

    /// <summary>Reads the bytes, and throws when the reader breaks a promise of its own.</summary>
    void Run(ReadOnlySpan<byte> input);
}
