using System.Globalization;
using Exeat.Flows;
using Exeat.Store;

namespace Exeat.Control.Export;

/// <summary>The flow store as a feed: a position is the number of an arrival.</summary>
internal sealed class StoreFeed(FlowStore store) : IRecordFeed
{
    public async Task<FedRecords> ReadAsync(string? after, int most, CancellationToken cancel)
    {
        List<FlowEvent> events = [];
        var lines = new EventLines();
        string? position = after;
        foreach (StoredLine line in await store.ArrivalsAsync(after is null ? 0 : long.Parse(after, CultureInfo.InvariantCulture), most, cancel))
        {
            position = line.Position;
            // The store took it for an event: what cannot be read now is of a newer gateway, and goes by.
            if (lines.TryRead(line.Line, out FlowEvent? known)) events.Add(known);
        }
        return new FedRecords(events, position);
    }

    public Task<string?> EndAsync(CancellationToken cancel) => Task.FromResult<string?>(store.LastArrival.ToString(CultureInfo.InvariantCulture));
}
