using System.Globalization;
using System.Text;

namespace Exeat.Flows;

/// <summary>Makes recorded text harmless for a screen: what could move the cursor, change colours or reorder the line is shown as <c>\xNN</c> or <c>\u{N}</c>.</summary>
public static class TerminalText
{
    /// <summary>For text of ours (rules, labels, agents): printable characters of any script stay.</summary>
    public static string Escape(string? text) => Escape(text, asciiOnly: false);

    /// <summary>For names that agents sent: everything outside ASCII is shown as code, so that no look-alike passes for another name.</summary>
    public static string EscapeName(string? name) => Escape(name, asciiOnly: true);

    private static string Escape(string? text, bool asciiOnly)
    {
        if (string.IsNullOrEmpty(text)) return "";
        var safe = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (rune.Value == '\\') safe.Append("\\\\");
            else if (rune.Value == ' ' || (LineBuffer.IsPrintable(rune) && (rune.IsAscii || !asciiOnly))) safe.Append(rune);
            else if (rune.Value <= 0xff) safe.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}");
            else safe.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
        }
        return safe.ToString();
    }
}
