using Exeat.Api.Control;

namespace Exeat.Control.Policies;

/// <summary>One row of the assignments.</summary>
internal sealed record Assignment
{
    public required long Id { get; init; }

    public required AssignmentTarget On { get; init; }

    public required string Kind { get; init; }

    /// <summary>Null: cleared.</summary>
    public string? Policy { get; init; }

    public string? Version { get; init; }

    /// <summary>The assignment that a rollback goes to; 0: none.</summary>
    public long ReturnsTo { get; init; }

    public required string Actor { get; init; }

    public required string Reason { get; init; }

    public required DateTimeOffset Time { get; init; }

    public string? Approval { get; init; }
}
