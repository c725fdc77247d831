using System.Collections.Immutable;
using Exeat.Names;

namespace Exeat.Policy;

/// <summary>One agent as declared.</summary>
public sealed record AgentDocument
{
    /// <summary>Its id, unique.</summary>
    public required string Id { get; init; }

    /// <summary>Its class; empty when none is declared.</summary>
    public string Class { get; init; } = "";

    /// <summary>The gateway's interface it is attached to; empty in documents that only serve policy tests.</summary>
    public string Interface { get; init; } = "";

    /// <summary>Its addresses, of both families.</summary>
    public ImmutableArray<Address> Addresses { get; init; } = [];

    /// <summary>Its hardware address on a shared segment, as aa:bb:cc:dd:ee:ff in lower case; null when not pinned.</summary>
    public string? Mac { get; init; }

    /// <summary>Its labels, sorted by key.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Labels { get; init; } = [];

    /// <summary>Whether everything it tries is denied by the built-in rule <c>quarantine</c>.</summary>
    public bool Quarantined { get; init; }

    /// <summary>Where it is written.</summary>
    public SourceLocation Where { get; init; }
}
