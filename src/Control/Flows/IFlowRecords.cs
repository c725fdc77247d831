using Exeat.Store;

namespace Exeat.Control.Flows;

/// <summary>The records as people's questions need them: the flow store, or a list in tests.</summary>
internal interface IFlowRecords
{
    /// <summary>Some flows, newest first.</summary>
    Task<FlowPage> ListAsync(FlowFilter filter, string? cursor, int limit, CancellationToken cancel);

    /// <summary>One flow with all its events, by flow, denial or event id.</summary>
    Task<StoredFlow?> FindAsync(string id, CancellationToken cancel);

    /// <summary>Counts.</summary>
    Task<GroupResult> GroupAsync(GroupQuery query, IProgress<QueryProgress>? progress, CancellationToken cancel);

    /// <summary>All flows that the filter chooses, oldest first.</summary>
    IAsyncEnumerable<StoredFlow> FlowsAsync(FlowFilter filter, CancellationToken cancel);

    /// <summary>Events as they were sent.</summary>
    IAsyncEnumerable<StoredLine> EventsAsync(FlowFilter filter, CancellationToken cancel);

    /// <summary>Events that come from now on.</summary>
    IAsyncEnumerable<TailLine> TailAsync(FlowFilter filter, CancellationToken cancel);

    /// <summary>Flows as a Parquet file.</summary>
    Task ExportParquetAsync(FlowFilter filter, Stream destination, CancellationToken cancel);
}
