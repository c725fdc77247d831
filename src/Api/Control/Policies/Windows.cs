using System.Collections.Immutable;

namespace Exeat.Api.Control;

/// <summary>What <c>POST /api/v1/monitor-windows</c> and <c>POST /api/v1/break-glass</c> take.</summary>
public sealed record PolicyWindowRequest
{
    /// <summary>The classes of agents it is for.</summary>
    public ImmutableArray<string> Classes { get; init; } = [];

    /// <summary>The agents it is for, besides.</summary>
    public ImmutableArray<string> Agents { get; init; } = [];

    /// <summary>Only on these gateways; empty: on all.</summary>
    public ImmutableArray<string> Gateways { get; init; } = [];

    /// <summary>Break-glass: names or patterns that are permitted.</summary>
    public ImmutableArray<string> Names { get; init; } = [];

    /// <summary>Break-glass: prefixes that are permitted; with names, both are needed.</summary>
    public ImmutableArray<string> Cidrs { get; init; } = [];

    /// <summary>Break-glass: <c>tcp</c> or <c>udp</c>.</summary>
    public string Protocol { get; init; } = "tcp";

    /// <summary>Break-glass: destination ports.</summary>
    public ImmutableArray<int> Ports { get; init; } = [];

    /// <summary>How long, in minutes, from the moment it begins.</summary>
    public required int Minutes { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }
}

/// <summary>A stated time in which something is looser than the policy says: monitor, or a break-glass permit.</summary>
public sealed record PolicyWindowEntry
{
    /// <summary>Its id; the break-glass rule is named <c>break-glass-ID</c>.</summary>
    public required string Id { get; init; }

    /// <summary><c>monitor</c> or <c>break-glass</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>What was asked for.</summary>
    public required PolicyWindowRequest Request { get; init; }

    /// <summary>Who asked.</summary>
    public required string Actor { get; init; }

    /// <summary>The approval by which it came about; null: none was needed.</summary>
    public string? Approval { get; init; }

    /// <summary>From when.</summary>
    public required DateTimeOffset Starts { get; init; }

    /// <summary>Until when, whoever is away.</summary>
    public required DateTimeOffset Ends { get; init; }

    /// <summary>When a person ended it earlier.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>Who ended it.</summary>
    public string? EndedBy { get; init; }

    /// <summary>Whether it holds now.</summary>
    public required bool Active { get; init; }
}

/// <summary>A published version with windows, as a gateway runs it and its records name it.</summary>
public sealed record PolicyCompositionEntry
{
    /// <summary>Its own version.</summary>
    public required string Version { get; init; }

    /// <summary>The published version that it is made of.</summary>
    public required string BaseVersion { get; init; }

    /// <summary>The policies that have that version.</summary>
    public ImmutableArray<string> Policies { get; init; } = [];

    /// <summary>The windows in it.</summary>
    public ImmutableArray<PolicyWindowEntry> Windows { get; init; } = [];

    /// <summary>When a gateway was first to run it.</summary>
    public required DateTimeOffset First { get; init; }

    /// <summary>The document that control adds; null: this release would write another.</summary>
    public string? Document { get; init; }
}

/// <summary>Why something is ended, rejected or approved.</summary>
public sealed record ReasonRequest(string Reason);
