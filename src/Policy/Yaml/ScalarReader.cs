using System.Collections.Immutable;
using System.Globalization;
using Exeat.Names;

namespace Exeat.Policy;

/// <summary>Reads single values. Each returns null after it has reported what is wrong.</summary>
internal static class ScalarReader
{
    private const int MaxIdentifier = 64, MaxLabelText = 253, MaxFreeText = 500;

    public static string? ScalarText(this YamlNode node, string key, ProblemList problems)
    {
        if (node.IsScalar && !node.IsNull) return node.Text;
        problems.Error(node.Where, $"{key} is one value, this is {node.Kind}", $"write {key}: VALUE");
        return null;
    }

    /// <summary>A name of ours (rule, group, agent, class): letters, digits, dot, hyphen, underscore; so it is safe in every record, table and command line.</summary>
    public static string? Identifier(this YamlNode node, string key, ProblemList problems)
    {
        if (node.ScalarText(key, problems) is not { } text) return null;
        if (IsIdentifier(text)) return text;
        problems.Error(node.Where, $"{key} is {node.Kind}", $"use letters, digits, '.', '-' and '_', beginning with a letter or digit, at most {MaxIdentifier}");
        return null;
    }

    /// <summary>A pack's name: an identifier, or two with a slash between. So it never leads out of the packs directory: none begins with a dot or a slash.</summary>
    public static string? PackName(this YamlNode node, string key, ProblemList problems)
    {
        if (node.ScalarText(key, problems) is not { } text) return null;
        string[] parts = text.Split('/');
        if (parts.Length <= 2 && parts.All(IsIdentifier)) return text;
        problems.Error(node.Where, $"{key} is {node.Kind}", "write a pack's name such as base or classes/coding");
        return null;
    }

    /// <summary>A pack's version: three numbers.</summary>
    public static string? PackVersion(this YamlNode node, string key, ProblemList problems)
    {
        if (node.ScalarText(key, problems) is not { } text) return null;
        string[] parts = text.Split('.');
        if (parts.Length == 3 && parts.All(part => part.Length is > 0 and <= 9 && part.All(char.IsAsciiDigit))) return text;
        problems.Error(node.Where, $"{key} is {node.Kind}", "write three numbers, such as 1.0.0");
        return null;
    }

    /// <summary>A SHA-256 in lower-case hexadecimal.</summary>
    public static string? Sha256(this YamlNode node, string key, ProblemList problems)
    {
        if (node.ScalarText(key, problems) is not { } text) return null;
        if (text.Length == 64 && text.All(char.IsAsciiHexDigitLower)) return text;
        problems.Error(node.Where, $"{key} is {node.Kind}", "write 64 lower-case hexadecimal digits, as exeat pack list --json prints them");
        return null;
    }

    /// <summary>A label's key or value: visible ASCII without comma and equals sign, which join labels in records.</summary>
    public static string? LabelText(this YamlNode node, string key, ProblemList problems)
    {
        if (node.ScalarText(key, problems) is not { } text) return null;
        if (text.Length is > 0 and <= MaxLabelText && text.All(c => c is > ' ' and < (char)127 and not (',' or '='))) return text;
        problems.Error(node.Where, $"{key} is {node.Kind}", $"use visible ASCII characters other than ',' and '=', at most {MaxLabelText}");
        return null;
    }

    /// <summary>A network interface as the kernel accepts it (dev_valid_name: 1 to 15 bytes, no slash, colon or space), visible ASCII only.</summary>
    public static string? InterfaceName(this YamlNode node, string key, ProblemList problems)
    {
        if (node.ScalarText(key, problems) is not { } text) return null;
        if (text.Length is > 0 and <= 15 && text is not ("." or "..") && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '@')) return text;
        problems.Error(node.Where, $"{key} is {node.Kind}", "write an interface's name: at most 15 letters, digits, '.', '-', '_', '@'");
        return null;
    }

    /// <summary>Prose for people: one line, without control characters.</summary>
    public static string? FreeText(this YamlNode node, string key, ProblemList problems)
    {
        if (node.ScalarText(key, problems) is not { } text) return null;
        string line = text.Trim().Replace('\n', ' ');
        if (line.Length is > 0 and <= MaxFreeText && !line.Any(IsUnprintable)) return line;
        problems.Error(node.Where, $"{key} is empty, too long or has control characters", $"write 1 to {MaxFreeText} printable characters");
        return null;
    }

    public static int? Integer(this YamlNode node, string key, int min, int max, ProblemList problems)
    {
        if (node.ScalarText(key, problems) is not { } text) return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= min && value <= max) return value;
        problems.Error(node.Where, $"{key} is {node.Kind}", $"write a whole number from {min} to {max}");
        return null;
    }

    /// <summary>A size in bytes: a number, or with KiB, MiB or GiB behind it.</summary>
    public static long? Bytes(this YamlNode node, string key, long least, ProblemList problems)
    {
        if (node.ScalarText(key, problems) is not { } text) return null;
        (string Suffix, int Shift)[] units = [("KiB", 10), ("MiB", 20), ("GiB", 30), ("", 0)];
        (string suffix, int shift) = units.First(unit => text.EndsWith(unit.Suffix, StringComparison.Ordinal));
        const long Most = 1L << 50;
        if (long.TryParse(text.AsSpan(0, text.Length - suffix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            && number <= Most >> shift && number << shift >= least)
        {
            return number << shift;
        }
        problems.Error(node.Where, $"{key} is {Excerpt.Of(text)}", $"write a number of bytes, or as 512MiB or 2GiB; at least {least >> 20}MiB");
        return null;
    }

    /// <summary>An address with a port, or with the port that is usual there.</summary>
    public static AddressAndPort? Endpoint(this YamlNode node, string key, ushort defaultPort, ProblemList problems)
    {
        if (node.ScalarText(key, problems) is not { } text) return null;
        if (AddressAndPort.TryParse(text, defaultPort, out AddressAndPort endpoint)) return endpoint;
        problems.Error(node.Where, $"{key} has {node.Kind}", "write an address as 192.0.2.53, 192.0.2.53:53 or \"[2001:db8::53]:53\"");
        return null;
    }

    /// <summary>A date (the end of that day, UTC) or a date-time with its offset.</summary>
    public static DateTimeOffset? Moment(this YamlNode node, string key, ProblemList problems)
    {
        if (node.ScalarText(key, problems) is not { } text) return null;
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day) && day < DateOnly.MaxValue)
            return new DateTimeOffset(day.AddDays(1).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        string[] forms = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];
        bool hasOffset = text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > "yyyy-MM-dd".Length;
        if (hasOffset && DateTimeOffset.TryParseExact(text, forms, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset moment))
            return moment.ToUniversalTime();
        problems.Error(node.Where, $"{key} is {node.Kind}", "write a date as 2027-01-31 (to the end of that day, UTC) or a time as 2027-01-31T12:00:00Z");
        return null;
    }

    public static NamePattern? Pattern(this YamlNode node, string key, ProblemList problems)
    {
        if (node.ScalarText(key, problems) is not { } text) return null;
        // The bound comes first: a pattern's own messages repeat the text.
        if (text.Length > 2 * CanonicalName.MaxBytes) problems.Error(node.Where, $"{node.Kind} is no name", $"a name has at most {CanonicalName.MaxBytes} bytes");
        else if (NamePattern.TryParse(text, out NamePattern? pattern, out PatternProblem? problem)) return pattern;
        else problems.Error(node.Where, problem.What, problem.Remedy);
        return null;
    }

    public static Prefix? Cidr(this YamlNode node, string key, ProblemList problems)
    {
        if (node.ScalarText(key, problems) is not { } text) return null;
        if (Prefix.TryParse(text, out Prefix prefix)) return prefix;
        int slash = text.IndexOf('/');
        string remedy = "write an address or a prefix such as 10.0.0.0/8 or fd00::/8";
        if (slash > 0 && Address.TryParse(text.AsSpan(0, slash), out Address address)
            && int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int length) && length <= address.Width)
        {
            remedy = $"bits after the prefix are set: write {Prefix.Of(address, length)}, or {address} for the address alone";
        }
        problems.Error(node.Where, $"{key} has {node.Kind}, which is no prefix", remedy);
        return null;
    }

    public static Address? AddressValue(this YamlNode node, string key, ProblemList problems)
    {
        if (node.ScalarText(key, problems) is not { } text) return null;
        if (Address.TryParse(text, out Address address)) return address;
        problems.Error(node.Where, $"{key} has {node.Kind}, which is no address", "write an address such as 192.0.2.1 or 2001:db8::1");
        return null;
    }

    /// <summary>The items that can be read, each once.</summary>
    public static ImmutableArray<T> ReadDistinct<T>(this ImmutableArray<YamlNode> items, string key, ProblemList problems, Func<YamlNode, T?> read) where T : struct
    {
        var seen = new HashSet<T>();
        var values = ImmutableArray.CreateBuilder<T>();
        foreach (YamlNode item in items)
        {
            if (read(item) is not { } value) continue;
            if (seen.Add(value)) values.Add(value);
            else problems.Error(item.Where, $"{value} is in {key} twice", "take one out");
        }
        return values.ToImmutable();
    }

    private static bool IsIdentifier(string text) =>
        text.Length is > 0 and <= MaxIdentifier && char.IsAsciiLetterOrDigit(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');

    /// <summary>Control and format characters (right-to-left marks among them) and halves of pairs.</summary>
    public static bool IsUnprintable(char c) =>
        char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse;
}
