using Exeat.Api.Control;

namespace Exeat.Cli;

/// <summary>Flows, alerts and forwarding of a control.</summary>
internal sealed class ControlFlows
{
    public ControlFlows(ControlClient client)
    {
        // A tail goes on until somebody ends it.
        client.Http.Timeout = Timeout.InfiniteTimeSpan;
        Api = new FlowsApi(client.Http);
    }

    public FlowsApi Api { get; }
}
