using System.Text;
using System.Text.Unicode;

namespace Exeat.Store;

/// <summary>The row of an event: what it is found by, and the line itself, so that nothing that a newer gateway wrote is lost.</summary>
internal static class EventColumns
{
    public const string Arrival = "arrival";

    /// <summary>The columns, as files have them.</summary>
    public static IReadOnlyList<ColumnShape> Shapes { get; } =
    [
        new("gateway", ColumnType.Text, false), new("origin", ColumnType.Text, false), new("epoch", ColumnType.Number, false), new("sequence", ColumnType.Number, false), new(Arrival, ColumnType.Number, false),
        new("time", ColumnType.Number, false), new("agent", ColumnType.Text), new("unit", ColumnType.Id, false), new("line", ColumnType.Text, false),
    ];

    /// <summary>The columns, as they are selected.</summary>
    public static string Names { get; } = string.Join(", ", Shapes.Select(shape => shape.Name));

    public static void Write(RowGroup row, string gateway, in ReadEvent read, long arrival)
    {
        row.Text(gateway).Text(read.Key.Origin).Number(read.Key.Epoch).Number(read.Key.Sequence).Number(arrival).Number(read.Time).Text(read.Event.Agent)
            .Bytes16(read.Event.Flow is not null ? read.Flow : UnitId.OfEvent(gateway, read.Key));
        // As it came. What is no UTF-8 (in a field that nobody reads) becomes U+FFFD, as everywhere that bytes become text.
        if (Utf8.IsValid(read.Line.Span)) row.Utf8(read.Line.Span);
        else row.Text(Encoding.UTF8.GetString(read.Line.Span));
        row.EndRow();
    }
}
