using System.Text;

namespace Exeat.Store;

/// <summary>A name or pattern as in a policy, as a regular expression over the names of a flow. It reaches the engine as a value; RE2 takes linear time whatever a person writes.</summary>
/// <remarks>Unlike a policy's, a pattern may be as broad as one likes: it chooses what is shown, not what is permitted.</remarks>
internal static class NameGlob
{
    /// <summary>Twice the longest name: a pattern that is longer matches nothing.</summary>
    public const int MaxLength = 512;

    // One character of a label, as NamesText writes names: line ends and tabs stand between them.
    private const string InLabel = @"[^.\n\t]";

    /// <summary>Canonical form of what a person typed.</summary>
    public static string Canonical(string text) => text.ToLowerInvariant().TrimEnd('.');

    public static bool IsPattern(string text) => text.Contains('*', StringComparison.Ordinal);

    /// <summary>The expression that finds the pattern in a <see cref="NamesText"/>.</summary>
    public static string Expression(string pattern)
    {
        var made = new StringBuilder(@"\n");
        if (pattern.StartsWith("**.", StringComparison.Ordinal))
        {
            made.Append(@"(?:[^\n\t]*\.)?");
            pattern = pattern[3..];
        }
        string[] labels = pattern.Split('.');
        for (int i = 0; i < labels.Length; i++)
        {
            if (i > 0) made.Append(@"\.");
            Label(made, labels[i]);
        }
        return made.Append(@"\t").ToString();
    }

    private static void Label(StringBuilder made, string label)
    {
        if (label.Length > 0 && label.All(c => c == '*'))
        {
            made.Append(InLabel).Append('+');
            return;
        }
        foreach (Rune rune in NamesText.Escaped(label).EnumerateRunes())
        {
            if (rune.Value == '*') made.Append(InLabel).Append('*');
            else if (Rune.IsLetterOrDigit(rune) || rune.Value is '-' or '_') made.Append(rune.ToString());
            // By number: no character means anything to the expression then.
            else made.Append(System.Globalization.CultureInfo.InvariantCulture, $@"\x{{{rune.Value:x}}}");
        }
    }
}
