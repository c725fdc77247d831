using System.Text;

namespace Exeat.Run.Box.Folder;

/// <summary>Reads the text of Git's settings (git-config(1), syntax) as Git does, as far as sections, names and values go.</summary>
internal static class GitSettings
{
    /// <summary>Section and name in lower case, without the sub-section, and the value. What Git would refuse is left out up to the end of its line.</summary>
    public static IEnumerable<(string Section, string Name, string Value)> In(string text)
    {
        text = text.Replace("\r\n", "\n", StringComparison.Ordinal);
        string section = "";
        for (int at = 0; at < text.Length;)
        {
            if (char.IsWhiteSpace(text[at])) at++;
            else if (text[at] == '[') section = Section(text, ref at);
            else if (char.IsAsciiLetter(text[at]))
            {
                int start = at;
                while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '-')) at++;
                string name = text[start..at].ToLowerInvariant();
                while (at < text.Length && text[at] is ' ' or '\t') at++;
                if (at < text.Length && text[at] == '=') yield return (section, name, Value(text, ref at));
            }
            else at = EndOfLine(text, at);
        }
    }

    // [name "sub-section"] or [name.sub-section]; what follows on the line is a setting already.
    private static string Section(string text, ref int at)
    {
        int start = ++at;
        bool quoted = false;
        for (; at < text.Length && text[at] != '\n' && (quoted || text[at] != ']'); at++)
        {
            if (text[at] == '"') quoted = !quoted;
            else if (quoted && text[at] == '\\' && at + 1 < text.Length) at++;
        }
        string name = text[start..Math.Min(at, text.Length)];
        at++;
        return name.Split(' ', '\t', '"', '.')[0].ToLowerInvariant();
    }

    private static string Value(string text, ref int at)
    {
        var value = new StringBuilder();
        int kept = 0;
        bool quoted = false;
        for (at++; at < text.Length && text[at] != '\n'; at++)
        {
            char c = text[at];
            if (c == '"') quoted = !quoted;
            else if (!quoted && c is '#' or ';')
            {
                at = EndOfLine(text, at);
                break;
            }
            else if (c == '\\')
            {
                // Before the end of a line: it goes on in the next one.
                if (++at < text.Length && text[at] != '\n') value.Append(text[at] switch { 'n' => '\n', 't' => '\t', 'b' => '\b', var other => other });
            }
            else if (quoted || !char.IsWhiteSpace(c) || value.Length > 0) value.Append(c);
            if (quoted || !char.IsWhiteSpace(c)) kept = value.Length;
        }
        return value.ToString(0, kept);
    }

    private static int EndOfLine(string text, int at) => text.IndexOf('\n', at) is >= 0 and int end ? end : text.Length;
}
