using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Exeat.Policy;

/// <summary>A pack's parameters with their values, and how they are put in place of <c>${name}</c>.</summary>
/// <remarks>
/// Values replace text inside scalars only, after the YAML was read, so that no value can add keys or rules. A list takes the place of an item
/// that is nothing but <c>${name}</c>. Values are not looked at again: there is no second round that could grow without end.
/// </remarks>
internal sealed partial class PackParameters
{
    private readonly ImmutableDictionary<string, YamlNode> _values;
    private readonly ProblemList _problems;

    private PackParameters(ImmutableDictionary<string, YamlNode> values, ProblemList problems) => (_values, _problems) = (values, problems);

    public static PackParameters Of(string pack, ImmutableArray<MapReader> documents, ImmutableDictionary<string, YamlNode> with, SourceLocation where, ProblemList problems)
    {
        var values = ImmutableDictionary.CreateBuilder<string, YamlNode>();
        HashSet<string> declared = [];
        foreach ((string name, YamlNode key, YamlNode value) in documents.SelectMany(document => document.Named("parameters")))
        {
            if (!declared.Add(name)) problems.Error(key.Where, $"the parameter {name} is declared twice", "keep one");
            MapReader? map = value.IsNull ? null : MapReader.Open(value, Shapes.Parameter, problems);
            map?.FreeText("why");
            if (with.GetValueOrDefault(name) is { } given) AddValue(values, name, given, problems);
            else if (map?.Value("default") is { } standard) AddValue(values, name, standard, problems);
            else problems.Error(where, $"the pack {pack} needs the parameter {name}", $"write with: {{{name}: …}}");
        }
        foreach ((string name, YamlNode value) in with.Where(entry => !declared.Contains(entry.Key)))
            problems.Error(value.Where, $"the pack {pack} has no parameter {name}", Nearest.Remedy(name, declared));
        return new PackParameters(values.ToImmutable(), problems);
    }

    /// <summary>The document with values in place; its own declarations stay as they are.</summary>
    public YamlNode Fill(YamlNode document) => document with
    {
        Entries = [.. document.Entries.Select(entry => entry.Key.Text == "parameters" ? entry : (entry.Key, FillNode(entry.Value)))],
    };

    private static void AddValue(ImmutableDictionary<string, YamlNode>.Builder values, string name, YamlNode value, ProblemList problems)
    {
        bool isFine = (value.IsScalar && !value.IsNull) || (value.IsList && !value.Items.IsEmpty && value.Items.All(item => item.IsScalar && !item.IsNull));
        if (!isFine) problems.Error(value.Where, $"the parameter {name} is {value.Kind}", "write one value, or a list of values");
        else values.TryAdd(name, value);
    }

    private YamlNode FillNode(YamlNode node)
    {
        if (node.IsMap) return node with { Entries = [.. node.Entries.Select(entry => (entry.Key, FillNode(entry.Value)))] };
        if (node.IsList) return node with { Items = [.. node.Items.SelectMany(FillItem)] };
        if (WholeName(node.Text!) is { } name && Find(name, node) is { IsList: true } list) return list with { Where = node.Where };
        return FillText(node);
    }

    private IEnumerable<YamlNode> FillItem(YamlNode item) =>
        item.Text is { } text && WholeName(text) is { } name && _values.GetValueOrDefault(name) is { IsList: true } list
            ? list.Items.Select(value => value with { Where = item.Where })
            : [FillNode(item)];

    private YamlNode FillText(YamlNode node)
    {
        if (!node.Text!.Contains("${", StringComparison.Ordinal)) return node;
        string text = Placeholder().Replace(node.Text, match =>
        {
            if (Find(match.Groups[1].Value, node) is not { } value) return "";
            if (value.Text is { } single) return single;
            _problems.Error(node.Where, $"the list {match.Value} is put inside a text", "let it be a list's whole item");
            return "";
        });
        return node with { Text = text };
    }

    private YamlNode? Find(string name, YamlNode node)
    {
        if (_values.TryGetValue(name, out YamlNode? value)) return value;
        _problems.Error(node.Where, $"there is no parameter {name}", Nearest.Remedy(name, [.. _values.Keys]));
        return null;
    }

    private static string? WholeName(string text) => Placeholder().Match(text) is { Success: true } match && match.Length == text.Length ? match.Groups[1].Value : null;

    [GeneratedRegex(@"\$\{([A-Za-z0-9][A-Za-z0-9._-]{0,63})\}")]
    private static partial Regex Placeholder();
}
