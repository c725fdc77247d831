using System.Text;

namespace Exeat.Cli;

/// <summary>Writes scalars so that they read back as what they were.</summary>
internal static class Yaml
{
    /// <summary>A text: plain where that is safe everywhere, also inside brackets; quoted otherwise.</summary>
    public static string Text(string value)
    {
        bool isPlain = value.Length > 0 && char.IsAsciiLetter(value[0]) && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '/') && value is not ("null" or "true" or "false");
        if (isPlain) return value;
        var text = new StringBuilder("\"");
        foreach (char c in value) text.Append(c is '"' or '\\' ? $"\\{c}" : c.ToString());
        return text.Append('"').ToString();
    }

    /// <summary>A list on one line.</summary>
    public static string List(IEnumerable<string> values) => $"[{string.Join(", ", values.Select(Text))}]";
}
