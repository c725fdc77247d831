using System.Text;

namespace Exeat.Policy;

/// <summary>Quotes a document's text in a message: short, and without bytes that a terminal would obey.</summary>
internal static class Excerpt
{
    private const int MaxLength = 60;

    public static string Of(string text)
    {
        var quoted = new StringBuilder();
        foreach (char c in text.AsSpan(0, Math.Min(text.Length, MaxLength)))
        {
            if (c is >= ' ' and < (char)127) quoted.Append(c);
            else quoted.Append("\\u").Append(((int)c).ToString("x4", null));
        }
        return text.Length > MaxLength ? quoted.Append('…').ToString() : quoted.ToString();
    }
}
