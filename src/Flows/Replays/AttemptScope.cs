namespace Exeat.Flows;

/// <summary>Which recorded attempts are meant.</summary>
public sealed record AttemptScope
{
    /// <summary>Not before.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>Not after; null: to the end.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Only these agents' ids; empty: all.</summary>
    public IReadOnlySet<string> Agents { get; init; } = new HashSet<string>();

    /// <summary>Whether the event is meant.</summary>
    public bool Holds(FlowEvent read) => read.Time >= Since && !(read.Time > Until) && (Agents.Count == 0 || (read.Agent is { } agent && Agents.Contains(agent)));
}
