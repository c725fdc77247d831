using System.Text.RegularExpressions;

namespace Exeat.Repo.Tests;

/// <summary>Reads as much of a Markdown document as the checks need.</summary>
internal static partial class Markdown
{
    /// <summary>The lines outside fenced blocks, with their numbers from 1.</summary>
    public static IEnumerable<(int Number, string Line)> Prose(string file)
    {
        bool fenced = false;
        int number = 0;
        foreach (string line in Repository.Lines(file))
        {
            number++;
            if (line.TrimStart().StartsWith("```", StringComparison.Ordinal)) fenced = !fenced;
            else if (!fenced) yield return (number, line);
        }
    }

    /// <summary>The fenced blocks of one language, with the number of the line above their first.</summary>
    public static IEnumerable<(int Number, string Text)> Blocks(string file, string language)
    {
        string[] lines = Repository.Lines(file);
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].Trim() != $"```{language}") continue;
            int end = Array.FindIndex(lines, i + 1, line => line.Trim() == "```");
            if (end < 0) end = lines.Length;
            yield return (i + 1, string.Join('\n', lines[(i + 1)..end]) + "\n");
            i = end;
        }
    }

    /// <summary>What stands between backticks on a line.</summary>
    public static IEnumerable<string> Code(string line) => Backticked().Matches(line).Select(match => match.Groups[1].Value);

    /// <summary>The targets of links on a line.</summary>
    public static IEnumerable<string> Links(string line) => Link().Matches(Backticked().Replace(line, "")).Select(match => match.Groups[1].Value);

    /// <summary>The anchors that the headings of a document make.</summary>
    public static IEnumerable<string> Anchors(string file) =>
        Prose(file)
            .Where(item => item.Line.StartsWith('#'))
            .Select(item => NotInAnchor().Replace(item.Line.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Backticked();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchor();
}
