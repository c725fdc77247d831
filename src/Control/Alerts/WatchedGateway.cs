namespace Exeat.Control.Alerts;

/// <summary>What alerts need to know of a gateway; null is "it never said".</summary>
internal sealed record WatchedGateway
{
    public required string Id { get; init; }

    /// <summary>When it was heard of last.</summary>
    public DateTimeOffset? LastSeen { get; init; }

    /// <summary>How long its oldest record that control does not have has waited.</summary>
    public TimeSpan? Lag { get; init; }

    public string? DeclaredMode { get; init; }

    public string? EffectiveMode { get; init; }

    /// <summary>Alarms of its own status, each a sentence.</summary>
    public IReadOnlyList<string> Alarms { get; init; } = [];

    /// <summary>Records that it lost, as it counts them.</summary>
    public long Lost { get; init; }

    public long JournalBytes { get; init; }

    public long JournalMaxBytes { get; init; }

    public DateTimeOffset? CertificateEnds { get; init; }

    /// <summary>Its clock minus control's.</summary>
    public TimeSpan? Skew { get; init; }
}
