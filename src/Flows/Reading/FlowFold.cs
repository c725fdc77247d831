namespace Exeat.Flows;

/// <summary>Folds events into flows. Events without a flow stay alone.</summary>
public static class FlowFold
{
    /// <summary>Folds all events, in the order in which flows began.</summary>
    public static IReadOnlyList<FlowSummary> Fold(IEnumerable<FlowEvent> events)
    {
        List<List<FlowEvent>> flows = [];
        Dictionary<string, List<FlowEvent>> byFlow = [];
        foreach (FlowEvent read in events)
        {
            List<FlowEvent>? flow = null;
            if (read.Flow is null || !byFlow.TryGetValue(read.Flow, out flow))
            {
                flows.Add(flow = []);
                if (read.Flow is not null) byFlow[read.Flow] = flow;
            }
            flow.Add(read);
        }
        return [.. flows.Select(Summary)];
    }

    private static FlowSummary Summary(List<FlowEvent> events) => new()
    {
        // Pending is only a step on the way to a decision.
        Decision = events.LastOrDefault(e => e.Event == "decision" && e.Verdict != "pending") ?? events.LastOrDefault(e => e.Verdict is not null) ?? events[^1],
        First = events.Min(e => e.Time),
        Counts = events.LastOrDefault(e => e.Event is "update" or "end"),
        Names = events.Count == 1 ? events[0].Names : [.. events.SelectMany(e => e.Names).Distinct()],
        Events = events,
    };
}
