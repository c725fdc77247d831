using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using Exeat.Control.Flows;
using Exeat.Flows;
using Exeat.Store;

namespace Exeat.Control.Tests.Flows;

/// <summary>Records in a list, for tests of what stands before the store: it chooses by agent, verdict and time only.</summary>
internal sealed class MemoryRecords : IFlowRecords
{
    private readonly Channel<TailLine> _tail = Channel.CreateUnbounded<TailLine>();

    public List<FlowEvent> Events { get; } = [];

    public FlowFilter? Asked { get; private set; }

    /// <summary>What a group waits for, so that tests see it run.</summary>
    public TaskCompletionSource? Hold { get; set; }

    /// <summary>How many rows a group has at least.</summary>
    public int MoreRows { get; set; }

    public void Tell(string line, long lost = 0) => _tail.Writer.TryWrite(new TailLine("gw-1", Encoding.UTF8.GetBytes(line), lost));

    public Task<FlowPage> ListAsync(FlowFilter filter, string? cursor, int limit, CancellationToken cancel)
    {
        Asked = filter;
        int from = cursor is null ? 0 : int.Parse(cursor, CultureInfo.InvariantCulture);
        StoredFlow[] all = [.. Chosen(filter)];
        return Task.FromResult(new FlowPage([.. all.Skip(from).Take(limit)], from + limit < all.Length ? (from + limit).ToString(CultureInfo.InvariantCulture) : null));
    }

    public Task<StoredFlow?> FindAsync(string id, CancellationToken cancel) =>
        Task.FromResult(Chosen(new FlowFilter()).FirstOrDefault(flow => flow.Summary.Flow == id || flow.Summary.Denial == id || flow.Summary.Events.Any(read => read.Id == id)));

    public async Task<GroupResult> GroupAsync(GroupQuery query, IProgress<QueryProgress>? progress, CancellationToken cancel)
    {
        progress?.Report(new QueryProgress(42, 7));
        if (Hold is not null) await Hold.Task.WaitAsync(cancel);
        StoredFlow[] all = [.. Chosen(query.Filter)];
        GroupRow[] rows = [.. all.GroupBy(flow => flow.Summary.Decision.Agent).Select(group => new GroupRow([group.Key], null, group.Count(), 0, 0, group.Min(flow => flow.Summary.First), group.Max(flow => flow.Last)))];
        return new GroupResult([.. rows, .. Enumerable.Repeat(new GroupRow(["more"], null, 1, 0, 0, default, default), MoreRows)], new GroupRow([], null, all.Length, 0, 0, default, default), false);
    }

    public async IAsyncEnumerable<StoredLine> EventsAsync(FlowFilter filter, [EnumeratorCancellation] CancellationToken cancel)
    {
        await Task.Yield();
        foreach (FlowEvent read in Events) yield return new StoredLine(read.Gateway ?? "", read.Raw, read.Id);
    }

    public IAsyncEnumerable<TailLine> TailAsync(FlowFilter filter, CancellationToken cancel) => _tail.Reader.ReadAllAsync(cancel);

    public async IAsyncEnumerable<StoredFlow> FlowsAsync(FlowFilter filter, [EnumeratorCancellation] CancellationToken cancel)
    {
        await Task.Yield();
        foreach (StoredFlow flow in Chosen(filter).Reverse()) yield return flow;
    }

    public Task ExportParquetAsync(FlowFilter filter, Stream destination, CancellationToken cancel) => destination.WriteAsync("PAR1"u8.ToArray(), cancel).AsTask();

    private IEnumerable<StoredFlow> Chosen(FlowFilter filter) => FlowFold.Fold(Events)
        .Where(flow => filter.Agents.Count == 0 || filter.Agents.Contains(flow.Decision.Agent ?? ""))
        .Where(flow => filter.Verdicts.Count == 0 || filter.Verdicts.Contains(flow.Outcome.Replace(' ', '-')))
        .Where(flow => (filter.Until is not { } until || flow.First < until) && (filter.Since is not { } since || flow.First >= since))
        .OrderByDescending(flow => flow.First).Select(flow => new StoredFlow { Gateway = flow.Decision.Gateway ?? "", Summary = flow, Last = flow.Events[^1].Time });
}
