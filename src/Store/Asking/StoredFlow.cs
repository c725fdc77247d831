using Exeat.Flows;

namespace Exeat.Store;

/// <summary>One flow as the store has it.</summary>
public sealed record StoredFlow
{
    /// <summary>The gateway that delivered it, by its own identity.</summary>
    public required string Gateway { get; init; }

    /// <summary>The fold. In lists its events are only those that decided and counted, made of columns, without <see cref="FlowEvent.Raw"/>; <c>FlowStore.FindAsync</c> gives all, as they were sent.</summary>
    public required FlowSummary Summary { get; init; }

    /// <summary>Time of its last event so far.</summary>
    public required DateTimeOffset Last { get; init; }
}
