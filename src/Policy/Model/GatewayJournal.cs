namespace Exeat.Policy;

/// <summary>Where flow records go and how much room they may take.</summary>
public sealed record GatewayJournal
{
    /// <summary>The least budget.</summary>
    public const long LeastBytes = 1L << 20;

    /// <summary>The folder.</summary>
    public required string Dir { get; init; }

    /// <summary>The whole folder's budget. 1 GiB holds about two million records of 500 bytes: days of a busy gateway while nobody collects them.</summary>
    public long MaxBytes { get; init; } = 1L << 30;
}
