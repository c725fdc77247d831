using System.Text.RegularExpressions;

namespace Exeat.Cli;

/// <summary>The pins in the text of a policy's file: <c>version</c> and <c>sha256</c> behind a <c>pack:</c>. Everything else of the text stays as it is.</summary>
internal static partial class PackPins
{
    /// <summary>The text with the pins of these packs in place of its own. An include without pins gets none.</summary>
    public static string Replace(string text, IReadOnlyDictionary<string, (string Version, string Sha256)> pins)
    {
        Match[] includes = [.. Include().Matches(text).Cast<Match>()];
        for (int i = includes.Length - 1; i >= 0; i--)
        {
            if (!pins.TryGetValue(includes[i].Groups[1].Value, out (string Version, string Sha256) pin)) continue;
            int from = includes[i].Index + includes[i].Length, to = i + 1 < includes.Length ? includes[i + 1].Index : text.Length;
            // A pin stands before what the include passes on.
            int with = text.IndexOf("with:", from, to - from, StringComparison.Ordinal);
            if (with >= 0) to = with;
            string part = Sha256().Replace(Version().Replace(text[from..to], "${1}" + pin.Version, 1), "${1}" + pin.Sha256, 1);
            text = text[..from] + part + text[to..];
        }
        return text;
    }

    [GeneratedRegex(@"(?m)^[ \t]*-[ \t]*\{?[ \t]*pack:[ \t]*([A-Za-z0-9._/-]+)")]
    private static partial Regex Include();

    [GeneratedRegex(@"(\bversion:[ \t]*)\d+\.\d+\.\d+")]
    private static partial Regex Version();

    [GeneratedRegex(@"(\bsha256:[ \t]*)[0-9a-f]{64}")]
    private static partial Regex Sha256();
}
