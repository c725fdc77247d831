using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Exeat.Policy;

/// <summary>A pack's parameters with their values, and how they are put in place of <c>${name}</c>.</summary>
/// <remarks>
/// Values replace text inside scalars only, after the YAML was read, so that no value can add keys or rules. A list takes the place of an item
/// that is nothing but <c>${name}</c>; inside the text of an item it makes one item of each of its values (two lists: of each pair). The items of a list may be flat mappings
/// (name entries, approvals): what they may say, the place where they are put decides. Values are not looked at again: there is no second round
/// that could grow without end.
/// </remarks>
internal sealed partial class PackParameters
{
    /// <summary>Ten times the names of the largest policy we measure: lists in lists of items multiply.</summary>
    public const int MaxItems = 1_000_000;

    /// <summary>A text with values in it, and a value in a text: names have 253 characters, reasons 500.</summary>
    public const int MaxText = 4096;

    /// <summary>All texts with values in them together: four times the largest file.</summary>
    public const int MaxCharacters = 32 << 20;

    private readonly ImmutableDictionary<string, YamlNode> _values;
    private readonly ProblemList _problems;
    private int _items, _characters;

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
        static bool IsText(YamlNode node) => node.IsScalar && !node.IsNull;
        static bool IsItem(YamlNode node) => IsText(node) || (node.IsMap && node.Entries.All(entry => IsText(entry.Value)));
        if (IsText(value) || (value.IsList && value.Items.All(IsItem))) values.TryAdd(name, value);
        else problems.Error(value.Where, $"the parameter {name} is {value.Kind}", "write one value, or a list of values or of flat mappings such as {name: …, why: …}");
    }

    private YamlNode FillNode(YamlNode node)
    {
        if (node.IsMap) return node with { Entries = [.. node.Entries.Select(entry => (entry.Key, FillNode(entry.Value)))] };
        if (node.IsList) return node with { Items = [.. node.Items.SelectMany(FillItem)] };
        if (WholeName(node.Text!) is { } name && Find(name, node) is { IsList: true } list) return list with { Where = node.Where };
        return FillText(node);
    }

    // An item keeps its own place, where the person who wrote it can mend it.
    private IEnumerable<YamlNode> FillItem(YamlNode item)
    {
        if (item.Text is { } text && WholeName(text) is { } name && _values.GetValueOrDefault(name) is { IsList: true } list)
            return list.Items.TakeWhile(_ => HasRoom(item));
        string[] lists = ListsInside(item);
        if (lists.Length == 0) return HasRoom(item) ? [FillNode(item)] : [];
        return Choices(lists).TakeWhile(_ => HasRoom(item)).Select(chosen => FillFor(item, chosen));
    }

    // The lists that an item's text, or the text of a value of an item that is a mapping, has inside.
    private string[] ListsInside(YamlNode item)
    {
        IEnumerable<string> texts = item.Text is { } single ? [single] : item.IsMap ? item.Entries.Select(entry => entry.Value.Text).OfType<string>().Where(text => WholeName(text) is null) : [];
        return [.. texts.SelectMany(text => Placeholder().Matches(text)).Select(match => match.Groups[1].Value).Where(name => _values.GetValueOrDefault(name) is { IsList: true }).Distinct()];
    }

    // One value of each list, in every combination; none when one of them is empty.
    private IEnumerable<ImmutableDictionary<string, YamlNode>> Choices(string[] lists)
    {
        IEnumerable<ImmutableDictionary<string, YamlNode>> choices = [ImmutableDictionary<string, YamlNode>.Empty];
        if (lists.Any(name => _values[name].Items.IsEmpty)) return [];
        foreach (string name in lists) choices = choices.SelectMany(chosen => _values[name].Items.Select(value => chosen.SetItem(name, value)));
        return choices;
    }

    private YamlNode FillFor(YamlNode item, ImmutableDictionary<string, YamlNode> chosen) => item.IsMap
        ? item with { Entries = [.. item.Entries.Select(entry => (entry.Key, entry.Value.IsScalar && WholeName(entry.Value.Text!) is null ? FillText(entry.Value, chosen) : FillNode(entry.Value)))] }
        : FillText(item, chosen);

    private YamlNode FillText(YamlNode node, ImmutableDictionary<string, YamlNode>? chosen = null)
    {
        if (!node.Text!.Contains("${", StringComparison.Ordinal)) return node;
        if (node.Text.Length > MaxText) return TooLong(node);
        string text = Placeholder().Replace(node.Text, match =>
        {
            string name = match.Groups[1].Value;
            if ((chosen?.GetValueOrDefault(name) ?? Find(name, node)) is not { } value) return "";
            if (value.Text is { Length: <= MaxText } single) return single;
            if (value.Text is not null) return TooLong(node).Text!;
            _problems.Error(node.Where, $"{match.Value}, which has {(value.IsList ? "a list" : "a mapping")}, is put inside a text", "let it be a list's whole item; a list of single values may be inside an item's text");
            return "";
        });
        return (_characters += Math.Min(text.Length, MaxCharacters)) <= MaxCharacters && text.Length <= MaxText ? node with { Text = text } : TooLong(node);
    }

    private YamlNode TooLong(YamlNode node)
    {
        _characters = Math.Min(_characters, MaxCharacters);
        _problems.Error(node.Where, $"a text with parameters in it has more than {MaxText} characters, or all such texts more than {MaxCharacters}", "write shorter texts and lists");
        return node with { Text = "" };
    }

    private bool HasRoom(YamlNode item)
    {
        if (_items > MaxItems) return false;
        _items += item.IsMap ? 1 + item.Entries.Length : 1;
        if (_items > MaxItems) _problems.Error(item.Where, $"parameters make more than {MaxItems} items", "write shorter lists");
        return _items <= MaxItems;
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
