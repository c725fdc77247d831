using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using DuckDB.NET.Data;

namespace Exeat.Store;

/// <summary>The row of an event: what it is found by, and the line itself, so that nothing that a newer gateway wrote is lost.</summary>
internal static class EventColumns
{
    public const string Declaration = "gateway VARCHAR, origin VARCHAR, epoch BIGINT, sequence BIGINT, arrival BIGINT, time BIGINT, agent VARCHAR, unit UUID, line VARCHAR";

    public const string Names = "gateway, origin, epoch, sequence, arrival, time, agent, unit, line";

    public static void Write(IDuckDBAppenderRow row, in PendingEvent pending)
    {
        ReadEvent read = pending.Read;
        row.AppendValue(pending.Gateway).AppendValue(read.Key.Origin).AppendValue((long?)read.Key.Epoch).AppendValue((long?)read.Key.Sequence).AppendValue((long?)pending.Arrival)
            .AppendValue((long?)read.Time).AppendValue(read.Event.Agent)
            .AppendValue((Guid?)(read.Event.Flow is not null ? read.Flow : UnitId.OfEvent(pending.Gateway, read.Key)))
            .AppendLine(read.Line).EndRow();
    }

    // As it came. What is no UTF-8 (in a field that nobody reads) becomes U+FFFD, as everywhere that bytes become text.
    private static IDuckDBAppenderRow AppendLine(this IDuckDBAppenderRow row, ReadOnlyMemory<byte> line) =>
        Utf8.IsValid(line.Span) ? row.AppendValue(MemoryMarshal.AsMemory(line).Span) : row.AppendValue(Encoding.UTF8.GetString(line.Span));
}
