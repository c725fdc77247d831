using System.Text;
using Exeat.Flows;

namespace Exeat.Store;

/// <summary>The names of a flow in one column: <c>LF name TAB source LF name TAB source LF</c>; a control character or backslash of a name is escaped, so that no name looks like two.</summary>
internal static class NamesText
{
    public static string? Of(IReadOnlyList<FlowName> names)
    {
        if (names.Count == 0) return null;
        var text = new StringBuilder("\n");
        foreach (FlowName name in names) text.Append(Escaped(name.Name)).Append('\t').Append(Escaped(name.Source)).Append('\n');
        return text.ToString();
    }

    public static IReadOnlyList<FlowName> Read(string? text)
    {
        if (string.IsNullOrEmpty(text)) return [];
        List<FlowName> names = [];
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            int tab = line.IndexOf('\t', StringComparison.Ordinal);
            if (tab >= 0) names.Add(new FlowName(Plain(line[..tab]), Plain(line[(tab + 1)..])));
        }
        return names;
    }

    /// <summary>What is looked for to find one name.</summary>
    public static string Exactly(string name) => $"\n{Escaped(name)}\t";

    /// <summary>Labels in the same form: key, tab, value.</summary>
    public static string? OfLabels(IReadOnlyList<KeyValuePair<string, string>> labels) =>
        labels.Count == 0 ? null : "\n" + string.Concat(labels.Select(label => $"{Escaped(label.Key)}\t{Escaped(label.Value)}\n"));

    public static IReadOnlyList<KeyValuePair<string, string>> ReadLabels(string? text) => [.. Read(text).Select(pair => new KeyValuePair<string, string>(pair.Name, pair.Source))];

    /// <summary>What is looked for to find one label.</summary>
    public static string ExactlyLabel(KeyValuePair<string, string> label) => $"\n{Escaped(label.Key)}\t{Escaped(label.Value)}\n";

    public static string Escaped(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~') && !text.Contains('\\', StringComparison.Ordinal)) return text;
        var made = new StringBuilder(text.Length + 8);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) made.Append(c).Append(text[++i]);
            else if (c < ' ' || c == '\\' || char.IsSurrogate(c)) made.Append(System.Globalization.CultureInfo.InvariantCulture, $@"\{(int)c:x4}");
            else made.Append(c);
        }
        return made.ToString();
    }

    public static string Plain(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal)) return text;
        var made = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 4 < text.Length && ushort.TryParse(text.AsSpan(i + 1, 4), System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture, out ushort unit))
            {
                made.Append((char)unit);
                i += 4;
            }
            else made.Append(text[i]);
        }
        return made.ToString();
    }
}
