using Exeat.Flows;

namespace Exeat.Cli.Verify;

/// <summary>What came of one check.</summary>
internal sealed record CheckResult
{
    public required string Id { get; init; }

    public required string Title { get; init; }

    /// <summary>4, 6, or 0 for what has no family.</summary>
    public int Family { get; init; }

    /// <summary>Where to, for people; empty for what is no attempt.</summary>
    public string To { get; init; } = "";

    public string Expected { get; init; } = "";

    public required CheckOutcome Outcome { get; init; }

    /// <summary>Why it came out so.</summary>
    public required string Why { get; init; }

    /// <summary>The record, if there is access to records and one was found.</summary>
    public FlowEvent? Record { get; init; }

    /// <summary>The denial id that the refused side was told, or that the record names.</summary>
    public string? Denial { get; init; }

    /// <summary>What to look for at a far side that could not be asked; empty: nothing.</summary>
    public string Token { get; init; } = "";

    /// <summary>Whether the attempt had to be refused: what a family's enforcement is judged by.</summary>
    public bool WasToBeRefused { get; init; }

    public string Group => Id[..Id.IndexOf('/', StringComparison.Ordinal)];
}
