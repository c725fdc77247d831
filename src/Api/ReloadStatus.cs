using System.Collections.Immutable;

namespace Exeat.Api;

/// <summary>How the last reading of documents ended; problems as they were printed.</summary>
public sealed record ReloadStatus(DateTimeOffset Time, bool Applied, ImmutableArray<string> Problems)
{
    /// <summary>What was wrong, each in a sentence; empty when it is not said.</summary>
    public ImmutableArray<string> Problems { get; init; } = Problems.IsDefault ? [] : Problems;
}
