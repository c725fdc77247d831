using System.Runtime.CompilerServices;
using Exeat.Flows;

namespace Exeat.Store;

/// <summary>What columns say of objects that many flows share (lists of labels and names, texts of addresses), each made once: a place holds one, and a newcomer takes the place of the older one.</summary>
internal sealed class RowTexts
{
    // Together less than 8 MiB: a larger one is not kept, nor is what it was made of.
    private const int Places = 4096, MostItems = 8, MostCharacters = 512;

    private readonly (object? Of, string? Text)[] _texts = new (object?, string?)[Places];
    private readonly (string? Of, byte[]? Bytes)[] _addresses = new (string?, byte[]?)[Places];

    public string? Names(IReadOnlyList<FlowName> names)
    {
        if (names.Count == 0) return null;
        ref (object? Of, string? Text) place = ref _texts[Place(names)];
        if (ReferenceEquals(place.Of, names)) return place.Text;
        string? text = NamesText.Of(names);
        if (names.Count <= MostItems && text!.Length <= MostCharacters) place = (names, text);
        return text;
    }

    public string? Labels(IReadOnlyList<KeyValuePair<string, string>> labels)
    {
        if (labels.Count == 0) return null;
        ref (object? Of, string? Text) place = ref _texts[Place(labels)];
        if (ReferenceEquals(place.Of, labels)) return place.Text;
        string? text = NamesText.OfLabels(labels);
        if (labels.Count <= MostItems && text!.Length <= MostCharacters) place = (labels, text);
        return text;
    }

    public byte[]? Address(string? text)
    {
        if (text is null) return null;
        ref (string? Of, byte[]? Bytes) place = ref _addresses[Place(text)];
        if (ReferenceEquals(place.Of, text)) return place.Bytes;
        byte[]? bytes = AddressBytes.Of(text);
        if (bytes is not null) place = (text, bytes);
        return bytes;
    }

    private static int Place(object of) => RuntimeHelpers.GetHashCode(of) & (Places - 1);
}
