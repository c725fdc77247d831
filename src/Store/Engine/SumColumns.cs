namespace Exeat.Store;

/// <summary>The row of a sum: a difference to what is there already. Queries add them up, so one that comes late is as exact as any.</summary>
internal static class SumColumns
{
    /// <summary>The kinds of sums, the coarsest last.</summary>
    public static IReadOnlyList<FileKind> Kinds { get; } = [FileKind.Hours, FileKind.Minutes, FileKind.Totals, FileKind.Names];

    /// <summary>What sums are kept by: of minutes and totals everything but names, of which there may be too many.</summary>
    public static string KeysOf(FileKind kind) => kind switch
    {
        FileKind.Hours => "gateway, agent, " + Common + ", name",
        FileKind.Names => "gateway, " + Common + ", name",
        _ => "gateway, agent, " + Common,
    };

    /// <summary>The kind whose sums say all that those of this kind say; null: flows do.</summary>
    public static FileKind? FinerOf(FileKind kind) => kind switch
    {
        FileKind.Totals => FileKind.Minutes,
        FileKind.Names => FileKind.Hours,
        _ => null,
    };

    /// <summary>How much time one sum is of.</summary>
    public static long StepOf(FileKind kind) => kind switch
    {
        FileKind.Names => Microseconds.Day,
        FileKind.Minutes => Microseconds.Minute,
        _ => Microseconds.Hour,
    };

    /// <summary>In which order they lie in a file, so that what is asked for lies together.</summary>
    public static string OrderOf(FileKind kind) => kind == FileKind.Names ? "name, began" : "agent, began";

    private const string Common = "class, outcome, would, would_rule, monitored_rule, rule, reason, mode, protocol, port";

    /// <summary>The columns of a difference.</summary>
    public static IReadOnlyList<ColumnShape> Shapes { get; } =
    [
        new("began", ColumnType.Number, false), new("gateway", ColumnType.Text), new("agent", ColumnType.Text), new("class", ColumnType.Text), new("outcome", ColumnType.Text), new("would", ColumnType.Text),
        new("would_rule", ColumnType.Text), new("monitored_rule", ColumnType.Text), new("rule", ColumnType.Text), new("reason", ColumnType.Text), new("mode", ColumnType.Text), new("protocol", ColumnType.Text),
        new("port", ColumnType.Small, false), new("name", ColumnType.Text), new("attempts", ColumnType.Number, false), new("bytes_out", ColumnType.Number, false), new("bytes_in", ColumnType.Number, false),
    ];

    /// <summary>The sum of a column. What is more than its type holds stays at the largest, or the smallest, since an error would stop whoever adds up.</summary>
    /// <remarks>The engine's least and greatest pass over what is NULL, and a sum of nothing is NULL.</remarks>
    public static string Sum(string column) => $"(CASE WHEN sum({column}) IS NULL THEN NULL ELSE greatest(least(sum({column}), 9223372036854775807), -9223372036854775808) END)::BIGINT";

    /// <summary>The sums of what is counted, under the names of their columns.</summary>
    public static string Totals { get; } = $"{Sum("attempts")} AS attempts, {Sum("bytes_out")} AS bytes_out, {Sum("bytes_in")} AS bytes_in";

    public static void Write(RowGroup row, in RollUpKey key, (long Attempts, long BytesOut, long BytesIn) sum) =>
        row.Number(key.Minute).Text(key.Gateway).Text(key.Agent).Text(key.Class).Text(key.Outcome).Text(key.Would).Text(key.WouldRule).Text(key.MonitoredRule).Text(key.Rule).Text(key.Reason).Text(key.Mode)
            .Text(key.Protocol).Small(key.Port).Text(key.Name).Number(sum.Attempts).Number(sum.BytesOut).Number(sum.BytesIn).EndRow();
}
