using System.Text.RegularExpressions;

namespace Exeat.Run.Box;

/// <summary>Who commits, as the person's own settings for Git say. Nothing else of those settings is shown: they may hold credentials.</summary>
internal readonly partial record struct GitPerson(string? Name, string? Email)
{
    public static GitPerson Of(string home)
    {
        string file = Path.Combine(home, ".gitconfig");
        if (!File.Exists(file)) file = Path.Combine(home, ".config/git/config");
        try
        {
            return File.Exists(file) ? In(File.ReadAllText(file)) : default;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }

    internal static GitPerson In(string settings)
    {
        string? name = null, email = null, section = null;
        foreach (string line in settings.Split('\n'))
        {
            if (Section().Match(line) is { Success: true } found) section = found.Groups["name"].Value;
            if (!string.Equals(section, "user", StringComparison.OrdinalIgnoreCase) || Entry().Match(line) is not { Success: true } entry) continue;
            string value = entry.Groups["value"].Value.Trim().Trim('"');
            if (string.Equals(entry.Groups["key"].Value, "name", StringComparison.OrdinalIgnoreCase)) name = value;
            else email = value;
        }
        return new GitPerson(name, email);
    }

    [GeneratedRegex(@"^\s*\[\s*(?<name>[^\]]*?)\s*\]")]
    private static partial Regex Section();

    [GeneratedRegex(@"^\s*(?<key>name|email)\s*=\s*(?<value>[^#;]*)", RegexOptions.IgnoreCase)]
    private static partial Regex Entry();
}
