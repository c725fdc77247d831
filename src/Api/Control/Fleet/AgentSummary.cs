using System.Collections.Immutable;

namespace Exeat.Api.Control;

/// <summary>One agent of one gateway.</summary>
public sealed record AgentSummary
{
    /// <summary>The gateway that it is behind.</summary>
    public required string Gateway { get; init; }

    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>Its class; empty: none.</summary>
    public required string Class { get; init; }

    /// <summary>The gateway's interface towards it.</summary>
    public required string Interface { get; init; }

    /// <summary>Its addresses.</summary>
    public ImmutableArray<string> Addresses { get; init; } = [];

    /// <summary>Its labels.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Whether everything that it tries is to be denied.</summary>
    public required bool Quarantined { get; init; }

    /// <summary>Whether the document itself says so, so that only another version of it releases the agent.</summary>
    public bool QuarantinedByDocument { get; init; }

    /// <summary>Since when, by control.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Who quarantined it.</summary>
    public string? By { get; init; }

    /// <summary>Why.</summary>
    public string? Reason { get; init; }

    /// <summary>Whether the gateway runs the agents document that says all this.</summary>
    public required bool Applied { get; init; }
}
