namespace Exeat.Store;

/// <summary>The text of a question for groups. Columns come from closed lists.</summary>
internal static class GroupSql
{
    // Columns that sums have beside names.
    private static readonly HashSet<FlowDimension> Summed =
    [
        FlowDimension.Gateway, FlowDimension.Agent, FlowDimension.Class, FlowDimension.Port, FlowDimension.Protocol, FlowDimension.Rule, FlowDimension.Verdict, FlowDimension.Would,
        FlowDimension.WouldRule, FlowDimension.Reason, FlowDimension.Mode,
    ];

    /// <summary>The column of a dimension.</summary>
    public static string ColumnOf(FlowDimension dimension) => dimension switch
    {
        FlowDimension.Gateway => "gateway",
        FlowDimension.Agent => "agent",
        FlowDimension.Class => "class",
        FlowDimension.Name => "name",
        FlowDimension.Destination => "dst",
        FlowDimension.Port => "port",
        FlowDimension.Protocol => "protocol",
        FlowDimension.Rule => "rule",
        FlowDimension.Verdict => "outcome",
        FlowDimension.Would => "would",
        FlowDimension.WouldRule => "would_rule",
        FlowDimension.Reason => "reason",
        FlowDimension.Mode => "mode",
        FlowDimension.Proof => "proof",
        FlowDimension.Stage => "stage",
        FlowDimension.PolicyVersion => "policy",
        FlowDimension.Source => "src",
        FlowDimension.End => "ending",
        FlowDimension.Labels => "labels",
        _ => throw new FlowFilterException("by", "no such dimension", "choose one of the list"),
    };

    /// <summary>The sums that answer the question; null: only the flows themselves do.</summary>
    public static FileKind? SumsFor(GroupQuery query)
    {
        FlowFilter f = query.Filter;
        bool isCovered = f.Labels.Count + f.To.Count + f.Names.Count + f.Sources.Count + f.Destinations.Count + f.Proofs.Count + f.Stages.Count + f.PolicyVersions.Count + f.Flows.Count == 0
            && f.MinBytes is null && f.MaxBytes is null && f.From.All(group => group.Prefixes.Count == 0);
        if (!isCovered) return null;
        bool byHour = IsWhole(query, Microseconds.Hour), byMinute = IsWhole(query, Microseconds.Minute);
        if (byHour && query.By.All(by => by == FlowDimension.Name || Summed.Contains(by))) return FileKind.Hours;
        return byMinute && query.By.All(Summed.Contains) ? FileKind.Minutes : null;
    }

    /// <summary>The whole text. Gives keys, step, attempts, bytes out and in, first, last; then the same five of everything.</summary>
    public static string Text(GroupQuery query, string from, string? settled, string where, FileKind? sums)
    {
        string[] columns = [.. query.By.Select(ColumnOf)];
        string[] keys = [.. columns.Select((_, i) => FormattableString.Invariant($"k{i}"))];
        string named = string.Concat(columns.Select((column, i) => $"{column} AS {keys[i]}, "));
        string listed = string.Concat(keys.Select(key => key + ", "));
        // A difference that came to nothing is nobody's first or last.
        if (sums is not null)
        {
            string kept = string.Concat(columns.Distinct().Select(column => column + ", "));
            string final = settled is null ? "" : $" UNION ALL SELECT {kept}began, attempts, bytes_out, bytes_in FROM {settled} WHERE {where}";
            from = $"(SELECT {kept}began, attempts, bytes_out, bytes_in FROM (SELECT {kept}began, sum(attempts)::BIGINT AS attempts, sum(bytes_out)::BIGINT AS bytes_out, sum(bytes_in)::BIGINT AS bytes_in FROM {from} WHERE {where} "
                + $"GROUP BY {kept}began) WHERE attempts <> 0 OR bytes_out <> 0 OR bytes_in <> 0{final})";
            where = "true";
        }
        long step = query.Bucket is { } bucket ? (long)bucket.TotalMicroseconds : 0;
        string time = step > 0 ? FormattableString.Invariant($"began - began % {step}") : "NULL::BIGINT";
        string order = query.Order switch
        {
            GroupOrder.Bytes => "o + i",
            GroupOrder.LastSeen => "l",
            GroupOrder.FirstSeen => "f",
            _ => "a",
        };
        const string measures = "sum(a)::BIGINT AS a, sum(o)::BIGINT AS o, sum(i)::BIGINT AS i, min(f) AS f, max(l) AS l";
        string g = $"g AS MATERIALIZED (SELECT {named}{time} AS b, sum(attempts)::BIGINT AS a, sum(bytes_out)::BIGINT AS o, sum(bytes_in)::BIGINT AS i, min(began) AS f, max(began) AS l FROM {from} WHERE {where} GROUP BY ALL)";
        string all = $"(SELECT {measures} FROM g) everything";
        const string total = "everything.a, everything.o, everything.i, everything.f, everything.l";
        if (step == 0 || keys.Length == 0)
        {
            string sorted = step > 0 ? "g.b" : string.Join(", ", [$"{Qualified(order)} DESC", .. keys.Select(key => "g." + key)]);
            return $"WITH {g} SELECT {string.Concat(keys.Select(key => $"g.{key}, "))}g.b, g.a, g.o, g.i, g.f, g.l, {total} FROM g, {all} ORDER BY {sorted} LIMIT {(step > 0 ? MostRows : Most(query))}";
        }
        string grouped = string.Join(", ", keys);
        string top = $"t AS (SELECT *, row_number() OVER (ORDER BY {order} DESC, {grouped}) AS place FROM (SELECT {listed}{measures} FROM g GROUP BY {grouped}) ORDER BY place LIMIT {Most(query)})";
        string same = string.Join(" AND ", keys.Select(key => $"g.{key} IS NOT DISTINCT FROM t.{key}"));
        return $"WITH {g}, {top} SELECT {string.Concat(keys.Select(key => $"g.{key}, "))}g.b, g.a, g.o, g.i, g.f, g.l, {total} FROM g JOIN t ON {same}, {all} ORDER BY t.place, g.b LIMIT {MostRows}";
    }

    // Steps of all groups together.
    private const int MostRows = 200_000;

    private static int Most(GroupQuery query) => Math.Clamp(query.Top, 1, GroupQuery.MostGroups);

    private static string Qualified(string order) => order == "o + i" ? "g.o + g.i" : "g." + order;

    private static bool IsWhole(GroupQuery query, long step) =>
        (query.Filter.Since is not { } since || Microseconds.Of(since) % step == 0) && (query.Filter.Until is not { } until || Microseconds.Of(until) % step == 0)
        && (query.Bucket is not { } bucket || bucket.TotalMicroseconds % step == 0);
}
