using System.Collections.Immutable;
using System.Text;

namespace Exeat.Policy;

/// <summary>The words that records, tools and documents use for a <see cref="Reason"/>: lower case with hyphens, for instance <c>name-not-bound</c>.</summary>
public static class ReasonNames
{
    private static readonly ImmutableArray<string> Texts = [.. Enum.GetNames<Reason>().Select(Hyphenate)];

    /// <summary>The word for a reason.</summary>
    public static string Text(this Reason reason) => (int)reason < Texts.Length ? Texts[(int)reason] : "unknown";

    private static string Hyphenate(string name)
    {
        var text = new StringBuilder();
        foreach (char c in name)
        {
            if (char.IsUpper(c) && text.Length > 0) text.Append('-');
            text.Append(char.ToLowerInvariant(c));
        }
        return text.ToString();
    }
}
