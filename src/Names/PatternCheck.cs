using System.Globalization;
using System.Text;

namespace Exeat.Names;

/// <summary>Finds what keeps a text from being a name pattern, and what the person probably meant.</summary>
internal static class PatternCheck
{
    /// <summary>Null when the text is a pattern.</summary>
    public static PatternProblem? Find(string text, out bool isSharedZone)
    {
        isSharedZone = false;
        return FindForeignParts(text) ?? FindSpelling(text) ?? FindLabels(text) ?? FindBreadth(text, out isSharedZone);
    }

    // Whatever a URL has and a name has not.
    private static PatternProblem? FindForeignParts(string text)
    {
        if (text.Length == 0) return new("the name is empty", "write a name such as api.example.com");
        if (text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c))) return new("a name has no spaces or control characters", "write one name per entry");
        int scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme >= 0) return new($"'{text}' has a scheme", $"write '{HostOf(text[(scheme + 3)..])}' alone");
        int path = text.IndexOfAny(['/', '?', '#']);
        if (path >= 0) return new($"'{text}' has a path", $"write '{HostOf(text)}' alone; paths can only be told apart on decrypted flows");
        if (Address.TryParse(text.Trim('[', ']'), out Address address))
            return new($"'{text}' is an address, not a name", $"write a smartGroup with cidrs: [{Prefix.Of(address)}]");
        int colon = text.LastIndexOf(':');
        if (colon >= 0) return new($"'{text}' has a port", $"write '{HostOf(text)}' and put the port into the rule's ports");
        if (text.Contains('@')) return new($"'{text}' has a user part", $"write '{HostOf(text)}' alone");
        return null;
    }

    private static PatternProblem? FindSpelling(string text)
    {
        if (!Ascii.IsValid(text))
        {
            string? ascii = ToAscii(text);
            return new($"'{text}' is not in ASCII form", ascii is null ? "write its A-label form (xn--…)" : $"write its A-label form '{ascii}'");
        }
        if (text.Any(char.IsAsciiLetterUpper)) return new($"'{text}' has upper-case letters", $"write '{text.ToLowerInvariant()}'");
        if (text.TrimStart('*').Length == 0) return new($"'{text}' matches every name", "list the names that are needed");
        if (text.EndsWith('.')) return new($"'{text}' ends with a dot", $"write '{text.TrimEnd('.')}'");
        if (text.StartsWith('.')) return new($"'{text}' begins with a dot", $"write '**{text}' for the name and all below it, or '*{text}' for one more label");
        foreach (char c in text)
        {
            if (!(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.' or '*'))
                return new($"'{text}' has the character '{c}'", "use lower-case letters, digits, '-', '_', '.' and '*' only");
        }
        return null;
    }

    private static PatternProblem? FindLabels(string text)
    {
        if (text.Length > CanonicalName.MaxBytes) return new($"'{text}' is longer than {CanonicalName.MaxBytes} bytes", "shorten it; no DNS name is that long");
        string[] labels = text.Split('.');
        for (int i = 0; i < labels.Length; i++)
        {
            string label = labels[i];
            if (label.Length == 0) return new($"'{text}' has two dots in a row", $"write '{string.Join('.', labels.Where(l => l.Length > 0))}'");
            if (label.Length - label.Count(c => c == '*') > CanonicalName.MaxLabelBytes)
                return new($"'{text}' has a label of more than {CanonicalName.MaxLabelBytes} bytes", "shorten it; no DNS label is that long");
            if (label.Contains("**", StringComparison.Ordinal) && (i > 0 || label != "**"))
                return new($"'**' stands for any depth and can only be the first label of '{text}'", $"write '{text.Replace("**", "*", StringComparison.Ordinal)}' for one label or a part of it");
        }
        if (labels[^1].All(char.IsAsciiDigit)) return new($"'{text}' ends in a number, so it is no name (RFC 6943, 3.1.1)", "for addresses write a smartGroup with cidrs");
        return null;
    }

    // A wildcard directly below a public suffix lets strangers' names in: anybody can register one. Only the list's ICANN section refuses; under
    // a suffix of its private section (github.io, s3.amazonaws.com) names do belong to strangers as well, but deny lists need exactly such
    // patterns and so do permits for buckets; these are flagged, for a warning.
    private static PatternProblem? FindBreadth(string text, out bool isSharedZone)
    {
        isSharedZone = false;
        int star = text.LastIndexOf('*');
        if (star < 0) return null;
        int dot = text.IndexOf('.', star);
        if (dot < 0) return new($"the last label of '{text}' is a wildcard", "write the top-level domain out, and at least one label before it");
        string tail = text[(dot + 1)..];
        PublicSuffixKind kind = PublicSuffixes.KindOf(tail);
        isSharedZone = kind == PublicSuffixKind.Private;
        if (kind != PublicSuffixKind.Icann) return null;
        return new($"'{text}' is too broad: anybody can register names below the public suffix '{tail}'",
            $"name the organisation too, as in '{text[..(dot + 1)]}example.{tail}', or list the names");
    }

    private static string HostOf(string text)
    {
        int end = text.IndexOfAny(['/', '?', '#']);
        string authority = end < 0 ? text : text[..end];
        authority = authority[(authority.LastIndexOf('@') + 1)..];
        int colon = authority.LastIndexOf(':');
        return (colon < 0 ? authority : authority[..colon]).ToLowerInvariant();
    }

    // Label by label, so that wildcards may stand beside labels of other scripts.
    private static string? ToAscii(string text)
    {
        var mapping = new IdnMapping();
        try
        {
            return string.Join('.', text.Split('.').Select(label => Ascii.IsValid(label) ? label.ToLowerInvariant() : mapping.GetAscii(label.ToLowerInvariant())));
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
