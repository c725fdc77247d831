using System.Collections.Immutable;

namespace Exeat.Lab.Scenario;

/// <summary>What of the scenario is run, and with what.</summary>
public sealed record LabRunOptions
{
    /// <summary>The command line that starts the CLI, for the tools inside the namespaces.</summary>
    public required IReadOnlyList<string> Exeat { get; init; }

    /// <summary>Only monitor or only enforce; null for both.</summary>
    public string? Phase { get; init; }

    /// <summary>Only these agents; empty for all.</summary>
    public ImmutableArray<string> Agents { get; init; } = [];
}
