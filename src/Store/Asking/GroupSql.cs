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

    /// <summary>The sums that answer the question, and for which time; null: only the flows themselves do.</summary>
    public static IReadOnlyList<SumPart>? PartsOf(GroupQuery query)
    {
        FlowFilter f = query.Filter;
        bool isCovered = f.Labels.Count + f.To.Count + f.Names.Count + f.Sources.Count + f.Destinations.Count + f.Proofs.Count + f.Stages.Count + f.PolicyVersions.Count + f.Flows.Count == 0
            && f.MinBytes is null && f.MaxBytes is null && f.From.All(group => group.Prefixes.Count == 0) && query.By.All(by => by == FlowDimension.Name || Summed.Contains(by));
        if (!isCovered) return null;
        bool isByName = query.By.Contains(FlowDimension.Name), isByAgent = query.By.Contains(FlowDimension.Agent) || f.Agents.Count + f.From.Count > 0;
        // Who asks for the first or last wants to know it better than to the day.
        bool isByTime = query.Order is GroupOrder.FirstSeen or GroupOrder.LastSeen;
        FileKind[] kinds = isByName ? isByAgent || isByTime ? [FileKind.Hours] : [FileKind.Names, FileKind.Hours] : isByTime ? [FileKind.Minutes] : [FileKind.Totals, FileKind.Minutes];
        FileKind[] fitting = [.. kinds.Where(kind => query.Bucket is not { } bucket || (long)bucket.TotalMicroseconds % SumColumns.StepOf(kind) == 0)];
        List<SumPart> parts = SumPart.Split(fitting, f.Since is { } since ? Microseconds.Of(since) : long.MinValue, f.Until is { } until ? Microseconds.Of(until) : long.MaxValue);
        return parts.Any(part => part.Kind is not null) ? parts : null;
    }

    /// <summary>Rows of sums of one kind. A difference that came to nothing is nobody's first or last.</summary>
    public static string Sums(GroupQuery query, string open, string? settled, string where)
    {
        string kept = Kept(query), final = settled is null ? "" : $" UNION ALL SELECT {kept}began, attempts, bytes_out, bytes_in FROM {settled} WHERE {where}";
        return $"SELECT {kept}began, attempts, bytes_out, bytes_in FROM (SELECT {kept}began, {SumColumns.Totals} FROM {open} WHERE {where} "
            + $"GROUP BY {kept}began) WHERE attempts <> 0 OR bytes_out <> 0 OR bytes_in <> 0{final}";
    }

    /// <summary>Rows of flows beside sums.</summary>
    public static string Flows(GroupQuery query, string from, string where) => $"SELECT {Kept(query)}began, attempts, bytes_out, bytes_in FROM {from} WHERE {where}";

    private static string Kept(GroupQuery query) => string.Concat(query.By.Select(ColumnOf).Distinct().Select(column => column + ", "));

    /// <summary>The whole text. Gives keys, step, attempts, bytes out and in, first, last; then the same five of everything.</summary>
    public static string Text(GroupQuery query, string from, string where)
    {
        string[] columns = [.. query.By.Select(ColumnOf)];
        string[] keys = [.. columns.Select((_, i) => FormattableString.Invariant($"k{i}"))];
        string named = string.Concat(columns.Select((column, i) => $"{column} AS {keys[i]}, "));
        string listed = string.Concat(keys.Select(key => key + ", "));
        long step = query.Bucket is { } bucket ? (long)bucket.TotalMicroseconds : 0;
        string time = step > 0 ? FormattableString.Invariant($"began - began % {step}") : "NULL::BIGINT";
        string order = query.Order switch
        {
            GroupOrder.Bytes => BytesOrder,
            GroupOrder.LastSeen => "l",
            GroupOrder.FirstSeen => "f",
            _ => "a",
        };
        string measures = $"{SumColumns.Sum("a")} AS a, {SumColumns.Sum("o")} AS o, {SumColumns.Sum("i")} AS i, min(f) AS f, max(l) AS l";
        string g = $"g AS MATERIALIZED (SELECT {named}{time} AS b, {SumColumns.Sum("attempts")} AS a, {SumColumns.Sum("bytes_out")} AS o, {SumColumns.Sum("bytes_in")} AS i, min(began) AS f, max(began) AS l FROM {from} WHERE {where} GROUP BY ALL)";
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

    // Two large sums together are more than a BIGINT.
    private const string BytesOrder = "o::HUGEINT + i";

    // Steps of all groups together.
    private const int MostRows = 200_000;

    private static int Most(GroupQuery query) => Math.Clamp(query.Top, 1, GroupQuery.MostGroups);

    private static string Qualified(string order) => order == BytesOrder ? "g.o::HUGEINT + g.i" : "g." + order;
}
