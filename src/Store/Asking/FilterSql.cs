using System.Globalization;
using Exeat.Names;

namespace Exeat.Store;

/// <summary>A filter as a condition of the engine: columns and operators are constants of this file, every value is a parameter.</summary>
internal sealed class FilterSql
{
    // Far more than anybody types; resolved groups may be large.
    private const int MostEntries = 20_000, MostPatterns = 100;

    private readonly List<string> _conditions = [];

    private FilterSql()
    {
    }

    public List<(string Name, object Value)> Values { get; } = [];

    /// <summary>What holds for the rows that are chosen.</summary>
    public string Where => _conditions.Count == 0 ? "true" : string.Join(" AND ", _conditions);

    public static FilterSql Of(FlowFilter filter)
    {
        Check(filter);
        var made = new FilterSql();
        if (filter.Since is { } since) made.Add($"began >= {made.Value(Microseconds.Of(since))}");
        if (filter.Until is { } until) made.Add($"began < {made.Value(Microseconds.Of(until))}");
        made.OneOf("gateway", filter.Gateways);
        made.OneOf("agent", filter.Agents);
        made.OneOf("class", filter.Classes);
        made.Any(filter.Labels.Select(label => $"contains(labels, {made.Value(NamesText.ExactlyLabel(label))})"));
        made.Any(filter.From.Select(group => made.Group("src", group, withAgents: true)));
        made.Any(filter.To.Select(group => made.Group("dst", group, withAgents: false)));
        made.Any(filter.Names.Select(name => made.Name(NameGlob.Canonical(name))));
        made.Any(filter.Sources.Select(prefix => made.Within("src", prefix)));
        made.Any(filter.Destinations.Select(prefix => made.Within("dst", prefix)));
        if (filter.Ports.Count > 0) made.Add($"port IN (SELECT unnest({made.Value(filter.Ports.ToList())}::INTEGER[]))");
        made.OneOf("protocol", filter.Protocols);
        if (filter.Rules.Count > 0)
        {
            string rules = $"(SELECT unnest({made.Value(filter.Rules.ToList())}::VARCHAR[]))";
            made.Add($"(rule IN {rules} OR would_rule IN {rules} OR monitored_rule IN {rules})");
        }
        made.OneOf("outcome", filter.Verdicts);
        made.OneOf("would", filter.Would);
        made.OneOf("reason", filter.Reasons);
        made.OneOf("proof", filter.Proofs);
        made.OneOf("stage", filter.Stages);
        made.OneOf("mode", filter.Modes);
        made.OneOf("policy", filter.PolicyVersions);
        made.Flows(filter.Flows);
        if (filter.MinBytes is { } least) made.Add($"bytes_out::HUGEINT + bytes_in >= {made.Value(least)}");
        if (filter.MaxBytes is { } most) made.Add($"bytes_out::HUGEINT + bytes_in <= {made.Value(most)}");
        return made;
    }

    /// <summary>Refuses what is too much to ask.</summary>
    public static void Check(FlowFilter filter)
    {
        foreach ((string field, IReadOnlyList<string> texts) in new[]
        {
            ("gateways", filter.Gateways), ("agents", filter.Agents), ("classes", filter.Classes), ("names", filter.Names), ("protocols", filter.Protocols), ("rules", filter.Rules),
            ("verdicts", filter.Verdicts), ("would", filter.Would), ("reasons", filter.Reasons), ("proofs", filter.Proofs), ("stages", filter.Stages), ("modes", filter.Modes),
            ("policyVersions", filter.PolicyVersions), ("flows", filter.Flows),
        })
        {
            Few(field, texts.Count, MostEntries);
            if (texts.Any(text => text.Length > FlowFilter.LongestText)) throw new FlowFilterException(field, $"a value is longer than {FlowFilter.LongestText} characters", "write a shorter one");
        }
        Few("labels", filter.Labels.Count, MostPatterns);
        Few("ports", filter.Ports.Count, MostEntries);
        Few("names", filter.Names.Count, MostPatterns);
        Few("prefixes", filter.Sources.Count + filter.Destinations.Count + filter.From.Concat(filter.To).Sum(group => group.Prefixes.Count), MostEntries);
        Few("groups", filter.From.Count + filter.To.Count, MostPatterns);
        if (filter.Names.Any(name => name.Length > NameGlob.MaxLength)) throw new FlowFilterException("names", "a pattern is longer than any name", "write a shorter one");
    }

    /// <summary>A value; gives the place that stands for it.</summary>
    public string Value(object value)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"v{Values.Count}");
        Values.Add((name, value));
        return "$" + name;
    }

    public void Add(string condition) => _conditions.Add(condition);

    private static void Few(string field, int count, int most)
    {
        if (count > most) throw new FlowFilterException(field, $"{count} entries, {most} are the most", "ask in several steps");
    }

    private void Any(IEnumerable<string> alternatives)
    {
        string[] all = [.. alternatives];
        if (all.Length > 0) Add("(" + string.Join(" OR ", all) + ")");
    }

    // One value alone lets the engine pass over whole files.
    private void OneOf(string column, IReadOnlyList<string> values)
    {
        if (values.Count == 1) Add($"{column} = {Value(values[0])}");
        else if (values.Count > 1) Add($"{column} IN (SELECT unnest({Value(values.ToList())}::VARCHAR[]))");
    }

    private string Name(string name) => NameGlob.IsPattern(name) ? $"regexp_matches(names, {Value(NameGlob.Expression(name))})" : $"contains(names, {Value(NamesText.Exactly(name))})";

    private string Within(string column, Prefix prefix)
    {
        if (!prefix.Network.IsKnown) return "false";
        string low = Value(AddressBytes.Of(prefix.Network)), high = Value(AddressBytes.Of(AddressBytes.Last(prefix)));
        return $"(octet_length({column}) = {(prefix.Network.IsV4 ? "4" : "16")} AND {column} BETWEEN {low} AND {high})";
    }

    private string Group(string column, ResolvedGroup group, bool withAgents)
    {
        List<string> members = [.. group.Prefixes.Select(prefix => Within(column, prefix))];
        if (withAgents && group.Agents.Count > 0) members.Add($"agent IN (SELECT unnest({Value(group.Agents.ToList())}::VARCHAR[]))");
        return members.Count == 0 ? "false" : "(" + string.Join(" OR ", members) + ")";
    }

    private void Flows(IReadOnlyList<string> flows)
    {
        if (flows.Count == 0) return;
        List<Guid> units = [.. flows.Select(UnitId.OfFlow)];
        string texts = Value(flows.ToList());
        Add($"(unit IN (SELECT unnest({Value(units)}::UUID[])) OR flow IN (SELECT unnest({texts}::VARCHAR[])) OR denial IN (SELECT unnest({texts}::VARCHAR[])))");
    }
}
