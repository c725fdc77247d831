using Exeat.Flows;

namespace Exeat.Control.Export;

/// <summary>The records in the order in which they came to control, from any place on: the flow store, or a list in tests. A late record of a gateway that was away comes after those that were there.</summary>
internal interface IRecordFeed
{
    /// <summary>The next records behind a position (null: the beginning), some at a time; none when there are no more yet.</summary>
    Task<FedRecords> ReadAsync(string? after, int most, CancellationToken cancel);

    /// <summary>The position behind everything that is there now.</summary>
    Task<string?> EndAsync(CancellationToken cancel);
}
