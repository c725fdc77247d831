using Exeat.Store;

namespace Exeat.Control.Flows;

/// <summary>The flow store, as people's questions need it.</summary>
internal sealed class StoreRecords(FlowStore store) : IFlowRecords
{
    public Task<FlowPage> ListAsync(FlowFilter filter, string? cursor, int limit, CancellationToken cancel) => store.ListAsync(filter, cursor, limit, cancel);

    public Task<StoredFlow?> FindAsync(string id, CancellationToken cancel) => store.FindAsync(id, cancel);

    public Task<GroupResult> GroupAsync(GroupQuery query, IProgress<QueryProgress>? progress, CancellationToken cancel) => store.GroupAsync(query, progress, cancel);

    public IAsyncEnumerable<StoredFlow> FlowsAsync(FlowFilter filter, CancellationToken cancel) => store.FlowsAsync(filter, cancel);

    public IAsyncEnumerable<StoredLine> EventsAsync(FlowFilter filter, CancellationToken cancel) => store.EventsAsync(filter, null, cancel);

    public IAsyncEnumerable<TailLine> TailAsync(FlowFilter filter, CancellationToken cancel) => store.TailAsync(filter, cancel);

    public Task ExportParquetAsync(FlowFilter filter, Stream destination, CancellationToken cancel) => store.ExportParquetAsync(filter, destination, cancel);
}
