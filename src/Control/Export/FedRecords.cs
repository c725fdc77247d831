using Exeat.Flows;

namespace Exeat.Control.Export;

/// <summary>Some records, and where to go on behind them.</summary>
/// <param name="Events">The records that could be read.</param>
/// <param name="Position">Behind the last of them; null: nothing was there at all.</param>
internal sealed record FedRecords(IReadOnlyList<FlowEvent> Events, string? Position);
