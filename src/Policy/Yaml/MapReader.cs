using System.Collections.Immutable;

namespace Exeat.Policy;

/// <summary>Reads the keys of one mapping. What is wrong becomes a problem, and the value a harmless one, so that reading goes on to the next mistake.</summary>
internal sealed class MapReader
{
    private readonly YamlNode _map;
    private readonly Shape _shape;
    private readonly ProblemList _problems;

    private MapReader(YamlNode map, Shape shape, ProblemList problems) => (_map, _shape, _problems) = (map, shape, problems);

    public SourceLocation Where => _map.Where;

    public YamlNode Map => _map;

    /// <summary>Opens a mapping and reports unknown and missing keys; null when the node is no mapping.</summary>
    public static MapReader? Open(YamlNode node, Shape shape, ProblemList problems)
    {
        if (!node.IsMap)
        {
            problems.Error(node.Where, $"a mapping is expected here, this is {node.Kind}", $"write {{{string.Join(", ", (shape.Required.IsEmpty ? shape.Keys : shape.Required).Select(key => key + ": …"))}}}");
            return null;
        }
        foreach ((YamlNode key, _) in node.Entries)
        {
            if (shape.Keys.Contains(key.Text!)) continue;
            (string? later, string? remedy) = shape.Later.FirstOrDefault(entry => entry.Key == key.Text);
            if (later is null) problems.Error(key.Where, $"the key {Excerpt.Of(key.Text!)} is not known here", Nearest.Remedy(key.Text!, shape.Keys));
            else problems.Error(key.Where, $"the key {later} is not supported here", remedy!);
        }
        foreach (string key in shape.Required.Where(key => node.Find(key) is null))
            problems.Error(node.Where, $"the key {key} is missing", $"write {key}: …");
        return new MapReader(node, shape, problems);
    }

    public bool Has(string key) => _map.Find(key) is not null;

    /// <summary>Where a key's value is, or the mapping when it is not there.</summary>
    public SourceLocation WhereOf(string key) => _map.Find(key)?.Where ?? Where;

    /// <summary>The value; null when the key is not there or has nothing (a problem).</summary>
    public YamlNode? Value(string key)
    {
        if (!_shape.Keys.Contains(key)) throw new ArgumentException($"{_shape.Name} has no key {key}", nameof(key));
        if (_map.Find(key) is not { } value) return null;
        if (!value.IsNull) return value;
        _problems.Error(value.Where, $"{key} has no value", "write one, or take the key out");
        return null;
    }

    public string? Scalar(string key) => Value(key) is { } value ? value.ScalarText(key, _problems) : null;

    public string? Identifier(string key) => Value(key)?.Identifier(key, _problems);

    public string? FreeText(string key) => Value(key)?.FreeText(key, _problems);

    public DateTimeOffset? Moment(string key) => Value(key)?.Moment(key, _problems);

    public bool Flag(string key) => Word(key, Words.Flag) ?? false;

    public T? Word<T>(string key, Words<T> words) where T : struct
    {
        if (Scalar(key) is not { } text) return null;
        foreach ((string word, T value) in words.All)
        {
            if (word == text) return value;
        }
        string[] known = [.. words.All.Select(entry => entry.Word)];
        _problems.Error(WhereOf(key), $"{key} is {Excerpt.Of(text)}", known.Length == 1 ? $"write {key}: {known[0]} or take it out" : Nearest.Remedy(text, known));
        return null;
    }

    public int? Integer(string key, int min, int max) => Value(key)?.Integer(key, min, max, _problems);

    /// <summary>A size in bytes, as a number or as 512MiB.</summary>
    public long? Bytes(string key, long least, ProblemList problems) => Value(key)?.Bytes(key, least, problems);

    /// <summary>A list that is not empty; empty when the key is not there.</summary>
    public ImmutableArray<YamlNode> List(string key, bool mayBeEmpty = false)
    {
        if (Value(key) is not { } value) return [];
        if (!value.IsList)
        {
            string example = value.IsScalar ? $"write {key}: [{Excerpt.Of(value.Text!)}]" : $"write {key}: [ … ]";
            _problems.Error(value.Where, $"{key} is a list, this is {value.Kind}", example);
            return [];
        }
        if (value.Items.IsEmpty && !mayBeEmpty) _problems.Error(value.Where, $"{key} is empty", "write entries, or take the key out");
        return value.Items;
    }

    /// <summary>A list of identifiers without repetition.</summary>
    public ImmutableArray<string> Identifiers(string key) => Distinct(key, List(key), (node, name) => node.Identifier(name, _problems));

    /// <summary>One identifier or a list of them.</summary>
    public ImmutableArray<string> OneOrMoreIdentifiers(string key) => Value(key) switch
    {
        null => [],
        { IsScalar: true } value => value.Identifier(key, _problems) is { } one ? [one] : [],
        _ => Identifiers(key),
    };

    /// <summary>The items of a list that can be read, each once.</summary>
    public ImmutableArray<T> Distinct<T>(string key, ImmutableArray<YamlNode> items, Func<YamlNode, string, T?> read) where T : class
    {
        var seen = new HashSet<T>();
        var values = ImmutableArray.CreateBuilder<T>();
        foreach (YamlNode item in items)
        {
            if (read(item, key) is not { } value) continue;
            if (seen.Add(value)) values.Add(value);
            else _problems.Error(item.Where, $"{Excerpt.Of(item.Text ?? "")} is in {key} twice", "take one out");
        }
        return values.ToImmutable();
    }

    public MapReader? Open(string key, Shape shape) => Value(key) is { } value ? Open(value, shape, _problems) : null;

    /// <summary>The entries of a mapping whose keys are names that the person chose.</summary>
    public ImmutableArray<(string Name, YamlNode Key, YamlNode Value)> Named(string key)
    {
        if (Value(key) is not { } value) return [];
        if (!value.IsMap)
        {
            _problems.Error(value.Where, $"{key} is a mapping from names, this is {value.Kind}", $"write {key}: {{NAME: …}}");
            return [];
        }
        var entries = ImmutableArray.CreateBuilder<(string, YamlNode, YamlNode)>();
        foreach ((YamlNode name, YamlNode content) in value.Entries)
        {
            if (name.Identifier("a name in " + key, _problems) is { } text) entries.Add((text, name, content));
        }
        return entries.ToImmutable();
    }
}
