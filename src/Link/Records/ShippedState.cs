using System.Collections.Immutable;
using Exeat.Flows;

namespace Exeat.Link.Records;

/// <summary>How far the journal is acknowledged, as it is kept on disk.</summary>
internal sealed record ShippedState
{
    public const int CurrentVersion = 1;

    // Retention takes the oldest segments; two notes of it are never far apart. More gaps than this are joined into a count that is only a lower bound.
    private const int MostGaps = 64;

    public int V { get; init; } = CurrentVersion;

    /// <summary>Everything before it is acknowledged, or was gone.</summary>
    public JournalPosition Position { get; init; }

    /// <summary>Which flow store acknowledged; null: none yet.</summary>
    public string? Store { get; init; }

    /// <summary>Segments that went before they were acknowledged, until the journal's own notes said how much was in them.</summary>
    public ImmutableArray<JournalGap> Gaps { get; init; } = [];

    /// <summary>Records that were lost that way.</summary>
    public long Lost { get; init; }

    /// <summary>With one more gap.</summary>
    public ShippedState With(JournalGap gap) => this with { Gaps = [.. Gaps.Skip(Math.Max(0, Gaps.Length - MostGaps + 1)), gap] };
}
