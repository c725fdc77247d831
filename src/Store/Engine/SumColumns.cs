using DuckDB.NET.Data;

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

    public const string Declaration = "began BIGINT, gateway VARCHAR, agent VARCHAR, class VARCHAR, outcome VARCHAR, would VARCHAR, would_rule VARCHAR, monitored_rule VARCHAR, rule VARCHAR, reason VARCHAR, mode VARCHAR, "
        + "protocol VARCHAR, port INTEGER, name VARCHAR, attempts BIGINT, bytes_out BIGINT, bytes_in BIGINT";

    /// <summary>The sum of a column. What is more than its type holds stays at the largest, or the smallest, since an error would stop whoever adds up.</summary>
    /// <remarks>The engine's least and greatest pass over what is NULL, and a sum of nothing is NULL.</remarks>
    public static string Sum(string column) => $"(CASE WHEN sum({column}) IS NULL THEN NULL ELSE greatest(least(sum({column}), 9223372036854775807), -9223372036854775808) END)::BIGINT";

    /// <summary>The sums of what is counted, under the names of their columns.</summary>
    public static string Totals { get; } = $"{Sum("attempts")} AS attempts, {Sum("bytes_out")} AS bytes_out, {Sum("bytes_in")} AS bytes_in";

    public static void Write(IDuckDBAppenderRow row, in RollUpKey key, (long Attempts, long BytesOut, long BytesIn) sum) =>
        row.AppendValue((long?)key.Minute).AppendValue(key.Gateway).AppendValue(key.Agent).AppendValue(key.Class).AppendValue(key.Outcome).AppendValue(key.Would).AppendValue(key.WouldRule).AppendValue(key.MonitoredRule)
            .AppendValue(key.Rule).AppendValue(key.Reason).AppendValue(key.Mode).AppendValue(key.Protocol).AppendValue((int?)key.Port).AppendValue(key.Name).AppendValue((long?)sum.Attempts)
            .AppendValue((long?)sum.BytesOut).AppendValue((long?)sum.BytesIn).EndRow();
}
