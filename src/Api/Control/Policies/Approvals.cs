using System.Collections.Immutable;

namespace Exeat.Api.Control;

/// <summary>A change that somebody asked for, whole: what is approved is exactly this.</summary>
public sealed record PolicyChange
{
    /// <summary><c>assign</c>, <c>rollback</c>, <c>clear</c>, <c>monitor</c>, <c>break-glass</c>, <c>agents</c> or <c>second-person-off</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>For whom, of the first three; the gateway whose agents change.</summary>
    public AssignmentTarget? On { get; init; }

    /// <summary>The policy that is assigned.</summary>
    public string? Policy { get; init; }

    /// <summary>The version that is assigned.</summary>
    public string? Version { get; init; }

    /// <summary>The assignment, or the version of the agents document, that it replaces; 0: none.</summary>
    public long Replaces { get; init; }

    /// <summary>The assignment that a rollback returns to; 0: it is none.</summary>
    public long ReturnsTo { get; init; }

    /// <summary>The window that is opened.</summary>
    public PolicyWindowRequest? Window { get; init; }

    /// <summary>The id that it will have.</summary>
    public string? WindowId { get; init; }

    /// <summary>SHA-256 of the agents document.</summary>
    public string? Agents { get; init; }

    /// <summary>The class whose setting changes.</summary>
    public string? Class { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }
}

/// <summary>A change that waits for a second person, or waited.</summary>
public sealed record ApprovalEntry
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary><c>waiting</c>, <c>approved</c>, <c>rejected</c> or <c>expired</c>.</summary>
    public required string State { get; init; }

    /// <summary>The change.</summary>
    public required PolicyChange Change { get; init; }

    /// <summary>SHA-256 of the change and of its effect as shown; who approves states it.</summary>
    public required string Hash { get; init; }

    /// <summary>What it does, as it was shown when it was asked for.</summary>
    public required ChangeEffect Effect { get; init; }

    /// <summary>The agents document that waits, where one approval is shown; null: it is no such change, or decided.</summary>
    public string? Agents { get; init; }

    /// <summary>The classes for which a second person is needed.</summary>
    public ImmutableArray<string> Classes { get; init; } = [];

    /// <summary>Who asked.</summary>
    public required string RequestedBy { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset Requested { get; init; }

    /// <summary>Until when it can be approved.</summary>
    public required DateTimeOffset Expires { get; init; }

    /// <summary>Who decided.</summary>
    public string? DecidedBy { get; init; }

    /// <summary>When.</summary>
    public DateTimeOffset? Decided { get; init; }

    /// <summary>Why.</summary>
    public string? DecisionReason { get; init; }
}

/// <summary>What <c>POST /api/v1/approvals/{id}/approve</c> takes: the hash of what was looked at.</summary>
public sealed record ApprovalDecision(string Hash, string Reason);
