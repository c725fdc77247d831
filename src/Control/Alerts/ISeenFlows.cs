using Exeat.Flows;

namespace Exeat.Control.Alerts;

/// <summary>What was recorded before: the flow store, or a list in tests.</summary>
internal interface ISeenFlows
{
    /// <summary>Whether the agent's class (without one: the agent) got through to this name or address before this record.</summary>
    Task<bool> SeenBeforeAsync(FlowEvent read, string where, CancellationToken cancel);

    /// <summary>The flow of the last permit of this name or address and port to the class (or agent) since a moment; null: there was none.</summary>
    Task<string?> PermittedAsync(FlowEvent read, string where, DateTimeOffset since, CancellationToken cancel);
}
