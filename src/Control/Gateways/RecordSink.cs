using Exeat.Api.Control;

namespace Exeat.Control.Gateways;

/// <summary>Where records go. Returns when they are durable; null: there is no room, and nothing was taken.</summary>
/// <param name="gateway">Whose they are.</param>
/// <param name="lines">The records, one a line.</param>
/// <param name="received">When they came.</param>
internal delegate RecordsAnswer? RecordSink(string gateway, ReadOnlySpan<byte> lines, DateTimeOffset received);
