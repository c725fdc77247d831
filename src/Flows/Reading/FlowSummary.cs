namespace Exeat.Flows;

/// <summary>One flow folded from its events: the last decision, every name, the last counts.</summary>
public sealed record FlowSummary
{
    /// <summary>The event that decided: the last decision, or the only event.</summary>
    public required FlowEvent Decision { get; init; }

    /// <summary>When the flow was first seen.</summary>
    public required DateTimeOffset First { get; init; }

    /// <summary>The last event with counts; null while there was none.</summary>
    public FlowEvent? Counts { get; init; }

    /// <summary>All names of all events, each name and source once.</summary>
    public required IReadOnlyList<FlowName> Names { get; init; }

    /// <summary>All events, in the order of reading.</summary>
    public required IReadOnlyList<FlowEvent> Events { get; init; }

    /// <summary>The flow's UUID; null for the journal's notes about itself.</summary>
    public string? Flow => Decision.Flow;

    /// <summary>How many attempts this stands for: the one that was decided, and those that were counted.</summary>
    public long Attempts => (Events.Any(e => e.Event != "counted") ? 1 : 0) + Events.Where(e => e.Event == "counted").Sum(e => e.Count);

    /// <summary>The name to show: what the client claimed, else what it asked, else a bound one; null when only the address is known.</summary>
    public string? Name => Named("sni") ?? Named("host") ?? Named("question") ?? Named("binding") ?? (Names.Count > 0 ? Names[0].Name : null);

    /// <summary>The decision in the words of a table: <c>permit</c>, <c>deny</c>, <c>would deny</c>, <c>note</c>.</summary>
    public string Outcome => Decision.WouldDeny ? "would deny" : Decision.Verdict ?? "note";

    /// <summary>The denial id of any event.</summary>
    public string? Denial => Events.LastOrDefault(e => e.Denial is not null)?.Denial;

    private string? Named(string source) => Names.FirstOrDefault(name => name.Source == source)?.Name;
}
