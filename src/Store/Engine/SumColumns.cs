using DuckDB.NET.Data;

namespace Exeat.Store;

/// <summary>The row of a sum: a difference to what is there already. Queries add them up, so one that comes late is as exact as any.</summary>
internal static class SumColumns
{
    /// <summary>What hours are kept by.</summary>
    public const string HourKeys = MinuteKeys + ", name";

    /// <summary>What minutes are kept by: everything but names, of which there may be too many.</summary>
    public const string MinuteKeys = "gateway, agent, class, outcome, would, would_rule, monitored_rule, rule, reason, mode, protocol, port";

    public const string Declaration = "began BIGINT, gateway VARCHAR, agent VARCHAR, class VARCHAR, outcome VARCHAR, would VARCHAR, would_rule VARCHAR, monitored_rule VARCHAR, rule VARCHAR, reason VARCHAR, mode VARCHAR, "
        + "protocol VARCHAR, port INTEGER, name VARCHAR, attempts BIGINT, bytes_out BIGINT, bytes_in BIGINT";

    public static void Write(IDuckDBAppenderRow row, in RollUpKey key, (long Attempts, long BytesOut, long BytesIn) sum) =>
        row.AppendValue((long?)key.Minute).AppendValue(key.Gateway).AppendValue(key.Agent).AppendValue(key.Class).AppendValue(key.Outcome).AppendValue(key.Would).AppendValue(key.WouldRule).AppendValue(key.MonitoredRule)
            .AppendValue(key.Rule).AppendValue(key.Reason).AppendValue(key.Mode).AppendValue(key.Protocol).AppendValue((int?)key.Port).AppendValue(key.Name).AppendValue((long?)sum.Attempts)
            .AppendValue((long?)sum.BytesOut).AppendValue((long?)sum.BytesIn).EndRow();
}
