using System.Collections.Immutable;

namespace Exeat.Policy;

/// <summary>A piece of a YAML document with its place: a scalar, a list or a mapping. Without anchors, aliases and tags.</summary>
internal sealed record YamlNode(SourceLocation Where)
{
    /// <summary>The text of a scalar; null for lists and mappings.</summary>
    public string? Text { get; init; }

    /// <summary>Whether a scalar was written without quotes.</summary>
    public bool IsPlain { get; init; }

    /// <summary>The items of a list; default otherwise.</summary>
    public ImmutableArray<YamlNode> Items { get; init; }

    /// <summary>The entries of a mapping in written order, each key once; default otherwise.</summary>
    public ImmutableArray<(YamlNode Key, YamlNode Value)> Entries { get; init; }

    public bool IsScalar => Text is not null;

    public bool IsList => !Items.IsDefault;

    public bool IsMap => !Entries.IsDefault;

    /// <summary>Nothing was written: <c>key:</c>, <c>~</c> or <c>null</c>.</summary>
    public bool IsNull => IsPlain && Text is "" or "~" or "null";

    /// <summary>How a message calls it.</summary>
    public string Kind => IsList ? "a list" : IsMap ? "a mapping" : IsNull ? "nothing" : $"\"{Excerpt.Of(Text!)}\"";

    /// <summary>The value of a key of a mapping.</summary>
    public YamlNode? Find(string key) => IsMap ? Entries.FirstOrDefault(entry => entry.Key.Text == key).Value : null;
}
