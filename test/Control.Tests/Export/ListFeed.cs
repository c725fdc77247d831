using System.Globalization;
using Exeat.Control.Export;
using Exeat.Flows;

namespace Exeat.Control.Tests.Export;

/// <summary>Records in a list; a position is a number.</summary>
internal sealed class ListFeed : IRecordFeed
{
    private readonly List<FlowEvent> _events = [];

    public void Add(int count)
    {
        for (int i = 0; i < count; i++) Add(Records.Permit(_events.Count + 1));
    }

    public void Add(FlowEvent read) => _events.Add(read);

    public Task<FedRecords> ReadAsync(string? after, int most, CancellationToken cancel)
    {
        int from = after is null ? 0 : int.Parse(after, CultureInfo.InvariantCulture);
        FlowEvent[] next = [.. _events.Skip(from).Take(most)];
        return Task.FromResult(new FedRecords(next, next.Length == 0 ? after : (from + next.Length).ToString(CultureInfo.InvariantCulture)));
    }

    public Task<string?> EndAsync(CancellationToken cancel) => Task.FromResult<string?>(_events.Count.ToString(CultureInfo.InvariantCulture));
}
