namespace Exeat.Store;

/// <summary>Which events of one stream were taken, as the manifest keeps it.</summary>
internal sealed record SeenStream
{
    public required string Gateway { get; init; }

    public required string Origin { get; init; }

    public required long Epoch { get; init; }

    public required long UncertainThrough { get; init; }

    public required long ForgottenThrough { get; init; }

    /// <summary>First and last number of each run.</summary>
    public required long[] Runs { get; init; }
}
