using Exeat.Control.Flows;
using Exeat.Flows;
using Exeat.Names;
using Exeat.Store;

namespace Exeat.Control.Alerts;

/// <summary>The flow store's memory of what was reached before.</summary>
internal sealed class RecordedFlows(IFlowRecords store) : ISeenFlows
{
    public async Task<bool> SeenBeforeAsync(FlowEvent read, string where, CancellationToken cancel)
    {
        if (Filter(read, where) is not { } filter) return true;
        FlowPage page = await store.ListAsync(filter with { Verdicts = ["permit", "would-deny"], Until = read.Time }, null, 2, cancel);
        return page.Flows.Any(flow => flow.Summary.Flow != read.Flow);
    }

    public async Task<string?> PermittedAsync(FlowEvent read, string where, DateTimeOffset since, CancellationToken cancel)
    {
        if (Filter(read, where) is not { } filter) return null;
        if (read.Stage != "dns" && read.Port > 0) filter = filter with { Ports = [read.Port] };
        FlowPage page = await store.ListAsync(filter with { Verdicts = ["permit"], Stages = read.Stage == "dns" ? ["dns"] : ["first-packet", "hello", "request"], Since = since, Until = read.Time }, null, 2, cancel);
        return page.Flows.Select(flow => flow.Summary.Flow).FirstOrDefault(flow => flow is not null && flow != read.Flow);
    }

    // Null: what an agent wrote is no name and no address, or a gateway calls its agent what nobody is called, so nothing can be asked for.
    private static FlowFilter? Filter(FlowEvent read, string where)
    {
        if ((read.Class ?? read.Agent)?.Length > FlowFilter.LongestText) return null;
        var filter = new FlowFilter { Classes = read.Class is null ? [] : [read.Class], Agents = read.Class is null && read.Agent is not null ? [read.Agent] : [] };
        if (Address.TryParse(where, out Address address)) return filter with { Destinations = [Prefix.Of(address)] };
        return where.Length is > 0 and <= 253 && !where.Contains('*') && where.All(c => c is > ' ' and < '\u007f') ? filter with { Names = [where] } : null;
    }
}
