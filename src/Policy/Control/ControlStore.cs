namespace Exeat.Policy;

/// <summary>How much of the machine the flow store may use.</summary>
public sealed record ControlStore
{
    /// <summary>The least budget on disk.</summary>
    public const long LeastBytes = 64L << 20;

    /// <summary>Budget on disk; the oldest records go first. 20 GiB: about a hundred million flows with their roll-ups.</summary>
    public long MaxBytes { get; init; } = 20L << 30;

    /// <summary>Days that a record is kept at most.</summary>
    public int MaxAgeDays { get; init; } = 90;

    /// <summary>Memory of queries. 512 MiB: control stays small beside a gateway on the same machine.</summary>
    public long Memory { get; init; } = 512L << 20;
}
