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
            .AppendValue((Guid?)(read.Event.Flow is { } flow ? UnitId.OfFlow(flow) : UnitId.OfEvent(pending.Gateway, read.Key)))
            .AppendValue(System.Text.Encoding.UTF8.GetString(read.Event.Raw.Span)).EndRow();
    }
}
