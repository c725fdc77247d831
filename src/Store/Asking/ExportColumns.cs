namespace Exeat.Store;

/// <summary>The columns of an exported Parquet file.</summary>
internal static class ExportColumns
{
    public static string Select { get; } =
        "make_timestamp(began) AS time, make_timestamp(seen) AS last, gateway, CASE WHEN kind = 2 THEN NULL ELSE coalesce(flow, unit::VARCHAR) END AS flow, agent, class, labels, "
        + $"{Address("src")} AS src, src_port AS srcPort, {Address("dst")} AS dst, port, protocol, name, names, proof, caveat, stage, rule, reason, outcome AS decision, verdict, mode, enforced, "
        + "would AS wouldVerdict, would_rule AS wouldRule, monitored AS monitoredVerdict, monitored_rule AS monitoredRule, denial, policy, agents_hash AS agentsHash, bytes_out AS bytesOut, "
        + "bytes_in AS bytesIn, packets_out AS packetsOut, packets_in AS packetsIn, duration AS durationMs, ending AS \"end\", attempts, note";

    // IPv4 in dotted form, IPv6 as eight groups without compression.
    private static string Address(string column) =>
        $"CASE octet_length({column}) WHEN 4 THEN concat_ws('.', {Join(4, i => $"('0x' || substr(hex({column}), {(2 * i) + 1}, 2))::INTEGER")}) "
        + $"WHEN 16 THEN lower(concat_ws(':', {Join(8, i => $"substr(hex({column}), {(4 * i) + 1}, 4)")})) END";

    private static string Join(int count, Func<int, string> part) => string.Join(", ", Enumerable.Range(0, count).Select(part));
}
