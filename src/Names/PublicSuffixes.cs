using System.Globalization;
using System.Reflection;
using System.Text;

namespace Exeat.Names;

/// <summary>The public suffix list: below which names anybody can register. Read at first use from the copy inside this assembly.</summary>
/// <remarks>The algorithm is the list's own (publicsuffix.org/list): exceptions win over wildcards, and a top-level domain that is not listed is a suffix.</remarks>
internal static class PublicSuffixes
{
    private static readonly Lazy<Dictionary<string, PublicSuffixKind>> Rules = new(Read);

    /// <summary>What a canonical name is by itself.</summary>
    /// <remarks>The parent of a wildcard rule (kawasaki.jp of <c>*.kawasaki.jp</c>) counts as a suffix: a wildcard below it would match suffixes.</remarks>
    public static PublicSuffixKind KindOf(string name)
    {
        Dictionary<string, PublicSuffixKind> rules = Rules.Value;
        if (rules.ContainsKey("!" + name)) return PublicSuffixKind.None;
        if (rules.TryGetValue(name, out PublicSuffixKind kind)) return kind;
        if (rules.TryGetValue("*." + name, out kind)) return kind;
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? PublicSuffixKind.Icann : rules.GetValueOrDefault(string.Concat("*", name.AsSpan(dot)));
    }

    /// <summary>The part of a canonical name that somebody registered: one label below a suffix; the name itself where it is a suffix.</summary>
    public static string RegisteredDomain(string name)
    {
        string part = name;
        for (int dot; (dot = part.IndexOf('.', StringComparison.Ordinal)) >= 0; part = part[(dot + 1)..])
        {
            if (KindOf(part[(dot + 1)..]) != PublicSuffixKind.None) return part;
        }
        return name;
    }

    private static Dictionary<string, PublicSuffixKind> Read()
    {
        var rules = new Dictionary<string, PublicSuffixKind>(12_000, StringComparer.Ordinal);
        var mapping = new IdnMapping();
        var kind = PublicSuffixKind.Icann;
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("public_suffix_list.dat")
            ?? throw new InvalidOperationException("names: the public suffix list is missing from the assembly");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        while (reader.ReadLine() is { } line)
        {
            if (line.Contains("===BEGIN PRIVATE DOMAINS===", StringComparison.Ordinal)) kind = PublicSuffixKind.Private;
            if (line.Length == 0 || line.StartsWith("//", StringComparison.Ordinal)) continue;
            string rule = line.Split(' ', '\t')[0];
            rules.TryAdd(Ascii.IsValid(rule) ? rule : mapping.GetAscii(rule), kind);
        }
        return rules;
    }
}
