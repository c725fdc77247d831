using System.Collections.Immutable;

namespace Exeat.Api.Control;

/// <summary>How a link and its gateway are, sent every few seconds and when something changes. Fields are only added.</summary>
public sealed record LinkReport
{
    /// <summary>The link's release.</summary>
    public required string Product { get; init; }

    /// <summary>The link's clock.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The revision that lies where the gateway reads it; null: none came yet.</summary>
    public string? Delivered { get; init; }

    /// <summary>Why the desired state was not delivered or is not in force, each in a sentence. Empty: it is.</summary>
    public ImmutableArray<string> Problems { get; init; } = [];

    /// <summary>The gateway's own status; null: it does not answer.</summary>
    public GatewayStatus? Gateway { get; init; }

    /// <summary>Bytes of the journal that are not acknowledged yet.</summary>
    public long LagBytes { get; init; }

    /// <summary>For how long the oldest record that is not acknowledged has been waiting, in seconds; 0: none waits.</summary>
    public double LagSeconds { get; init; }

    /// <summary>Records acknowledged since the link started.</summary>
    public long Shipped { get; init; }

    /// <summary>Records that the journal gave up for want of room before they were acknowledged, ever.</summary>
    public long Lost { get; init; }

    /// <summary>When the link's certificate ends.</summary>
    public DateTimeOffset? CertificateEnds { get; init; }
}
