using System.Collections.Immutable;

namespace Exeat.Policy;

/// <summary>Reads SmartGroups and WebGroups.</summary>
internal sealed class GroupReader(ProblemList problems)
{
    /// <summary>A mapping (one selector, or <c>anyOf</c>), or a list of selectors.</summary>
    public SmartGroup? SmartGroup(string name, YamlNode key, YamlNode node)
    {
        if (node.IsList)
        {
            if (node.Items.IsEmpty) problems.Error(node.Where, $"the smartGroup {name} is empty", "write a selector such as {class: coding} or {cidrs: [10.0.0.0/8]}");
            return new SmartGroup { Name = name, AnyOf = Selectors(node.Items), Where = key.Where };
        }
        if (MapReader.Open(node, Shapes.SmartGroup, problems) is not { } map) return null;
        Mode? mode = map.Word("mode", Words.Mode);
        DateTimeOffset? end = map.Moment("monitorUntil");
        if (end is not null && mode != Mode.Monitor)
            problems.Error(map.WhereOf("monitorUntil"), $"the smartGroup {name} has monitorUntil and no mode: monitor", "write mode: monitor beside it, or take it out");
        bool hasSelector = Shapes.Selector.Keys.Any(map.Has);
        if (hasSelector == map.Has("anyOf"))
        {
            string what = hasSelector ? "has anyOf beside other selectors" : "selects nobody";
            problems.Error(node.Where, $"the smartGroup {name} {what}", "write cidrs, class, labels or agents, or else anyOf: [{…}, {…}]");
        }
        ImmutableArray<GroupSelector> anyOf = !hasSelector ? Selectors(map.List("anyOf")) : Selector(map) is { } single ? [single] : [];
        return new SmartGroup { Name = name, AnyOf = anyOf, Mode = mode, MonitorUntil = end, Where = key.Where };
    }

    public WebGroup? WebGroup(string name, YamlNode key, YamlNode node)
    {
        if (MapReader.Open(node, Shapes.WebGroup, problems) is not { } map) return null;
        var entries = ImmutableArray.CreateBuilder<NameEntry>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (YamlNode item in map.List("names", mayBeEmpty: true))
        {
            if (Entry(name, item) is not { } entry) continue;
            if (seen.Add(entry.Pattern.Text)) entries.Add(entry);
            else problems.Error(item.Where, $"{entry.Pattern.Text} is in the webGroup {name} twice", "take one out");
        }
        ImmutableArray<ProviderApproval> without = Approvals(name, map, entries);
        entries.RemoveAll(entry => without.Any(approval => approval.Provider == entry.Provider));
        return new WebGroup { Name = name, Entries = entries.ToImmutable(), Without = without, Where = key.Where };
    }

    // By the provider's id alone: a pattern here would let one entry slip out of a provider's list, and nobody would see which.
    private ImmutableArray<ProviderApproval> Approvals(string group, MapReader map, ImmutableArray<NameEntry>.Builder entries)
    {
        var approvals = ImmutableArray.CreateBuilder<ProviderApproval>();
        string[] providers = [.. entries.Select(entry => entry.Provider).OfType<string>().Distinct()];
        foreach (YamlNode item in map.List("without", mayBeEmpty: true))
        {
            if (MapReader.Open(item, Shapes.Approval, problems) is not { } approval) continue;
            (string? provider, string? owner, string? why) = (approval.Identifier("provider"), approval.FreeText("owner"), approval.FreeText("why"));
            if (provider is null || owner is null || why is null) continue;
            if (!providers.Contains(provider)) problems.Error(approval.WhereOf("provider"), $"no name of the webGroup {group} has the provider {provider}", Nearest.Remedy(provider, providers));
            else if (approvals.Any(other => other.Provider == provider)) problems.Error(item.Where, $"the provider {provider} is left out of the webGroup {group} twice", "keep one");
            else approvals.Add(new ProviderApproval { Provider = provider, Owner = owner, Why = why, Entries = [.. entries.Where(entry => entry.Provider == provider)], Where = item.Where });
        }
        return approvals.ToImmutable();
    }

    private NameEntry? Entry(string group, YamlNode node)
    {
        if (node.IsScalar)
        {
            return node.Pattern("names", problems) is { } alone ? new NameEntry { Pattern = alone, Group = group, Where = node.Where } : null;
        }
        if (MapReader.Open(node, Shapes.NameEntry, problems) is not { } map) return null;
        (string? owner, string? why, DateTimeOffset? expires) = (map.FreeText("owner"), map.FreeText("why"), map.Moment("expires"));
        (NameTier? tier, string? provider) = (map.Word("tier", Words.NameTier), map.Identifier("provider"));
        if (map.Value("name")?.Pattern("name", problems) is not { } pattern) return null;
        return new NameEntry { Pattern = pattern, Group = group, Owner = owner, Why = why, Expires = expires, Tier = tier, Provider = provider, Where = node.Where };
    }

    private ImmutableArray<GroupSelector> Selectors(ImmutableArray<YamlNode> items)
    {
        var selectors = ImmutableArray.CreateBuilder<GroupSelector>();
        foreach (YamlNode item in items)
        {
            if (MapReader.Open(item, Shapes.Selector, problems) is not { } map) continue;
            if (item.Entries.IsEmpty) problems.Error(item.Where, "the selector selects nobody", "write cidrs, class, labels or agents");
            if (Selector(map) is { } selector) selectors.Add(selector);
        }
        return selectors.ToImmutable();
    }

    // Null when it selects nobody: cidrs that are written and empty are not "any address", as cidrs that are not written are.
    private GroupSelector? Selector(MapReader map)
    {
        ImmutableArray<YamlNode> cidrs = map.List("cidrs", mayBeEmpty: true);
        var selector = new GroupSelector
        {
            Cidrs = cidrs.ReadDistinct("cidrs", problems, node => node.Cidr("cidrs", problems)),
            Classes = map.OneOrMoreIdentifiers("class"),
            Agents = map.Identifiers("agents"),
            Labels = Labels(map),
        };
        return map.Has("cidrs") && selector.Cidrs.IsEmpty ? null : selector;
    }

    private ImmutableArray<LabelSelector> Labels(MapReader map)
    {
        if (map.Value("labels") is not { } node) return [];
        if (!node.IsMap || node.Entries.IsEmpty)
        {
            problems.Error(node.Where, $"labels is a mapping, this is {node.Kind}", "write labels: {KEY: VALUE}");
            return [];
        }
        var labels = ImmutableArray.CreateBuilder<LabelSelector>();
        foreach ((YamlNode key, YamlNode value) in node.Entries)
        {
            ImmutableArray<YamlNode> written = value.IsList ? value.Items : [value];
            ImmutableArray<string> values = [.. written.Select(item => item.LabelText("a label's value", problems)).OfType<string>().Distinct()];
            if (written.IsEmpty) problems.Error(value.Where, "the label has no value", "write a value, or take the label out");
            if (key.LabelText("a label's key", problems) is { } text && !values.IsEmpty) labels.Add(new LabelSelector(text, values));
        }
        return labels.ToImmutable();
    }
}
