namespace Exeat.Control.Alerts;

/// <summary>Something that a person should know. Text of agents' choosing is escaped before it comes in here.</summary>
internal sealed record Alert
{
    /// <summary>What happened.</summary>
    public required AlertEvent Event { get; init; }

    /// <summary>What makes it the same again: within the window of deduplication one key is one alert.</summary>
    public required string Key { get; init; }

    /// <summary>One line.</summary>
    public required string Title { get; init; }

    /// <summary>What is known, in a sentence or two.</summary>
    public string Text { get; init; } = "";

    /// <summary>The gateway it is about.</summary>
    public string? Gateway { get; init; }

    /// <summary>The agent it is about.</summary>
    public string? Agent { get; init; }

    /// <summary>The flow or event that shows it, for <c>exeat why</c>.</summary>
    public string? Record { get; init; }
}
