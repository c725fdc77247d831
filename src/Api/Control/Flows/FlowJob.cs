namespace Exeat.Api.Control;

/// <summary>A long question.</summary>
public sealed record FlowJob
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary><c>running</c>, <c>done</c>, <c>cancelled</c> or <c>failed</c>.</summary>
    public required string State { get; init; }

    /// <summary>0 to 100; an estimate.</summary>
    public required double Percent { get; init; }

    /// <summary>Rows read so far.</summary>
    public required long Rows { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>When it is forgotten, once it is over.</summary>
    public DateTimeOffset? KeptUntil { get; init; }

    /// <summary>The answer, when it is done.</summary>
    public FlowGroups? Result { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Error { get; init; }
}
