using System.Globalization;
using System.Text;

namespace Exeat.Policy;

/// <summary>The difference of two texts in the form that <c>git apply</c> and people read.</summary>
public static class UnifiedDiff
{
    // What git shows around a change.
    private const int Context = 3;

    // Cells of the table of common lines: two files of 4,000 lines that share nothing. Beyond it the whole middle is shown as replaced, which is longer but not wrong.
    private const int MostCells = 16_000_000;

    private readonly record struct Edit(char Sign, string Line);

    /// <summary>The difference of one file; null stands for a file that is not there. Empty when nothing differs.</summary>
    public static string Of(string path, string? before, string? after)
    {
        if (before == after) return "";
        var text = new StringBuilder($"diff --git a/{path} b/{path}\n");
        if (before is null) text.Append("new file mode 100644\n");
        if (after is null) text.Append("deleted file mode 100644\n");
        if (string.IsNullOrEmpty(before) && string.IsNullOrEmpty(after)) return text.ToString();
        text.Append(CultureInfo.InvariantCulture, $"--- {(before is null ? "/dev/null" : "a/" + path)}\n+++ {(after is null ? "/dev/null" : "b/" + path)}\n");
        List<Edit> edits = Edits(Lines(before), Lines(after));
        for (int at = 0, old = 1, now = 1; at < edits.Count;)
        {
            int end = EndOfHunk(edits, at);
            int from = at;
            while (from < end && edits[from].Sign == ' ') from++;
            if (from == end) break;
            int start = Math.Max(at, from - Context);
            (old, now) = (old + (start - at), now + (start - at));
            int removed = edits[start..end].Count(edit => edit.Sign != '+'), added = edits[start..end].Count(edit => edit.Sign != '-');
            text.Append(CultureInfo.InvariantCulture, $"@@ -{Range(old, removed)} +{Range(now, added)} @@\n");
            foreach (Edit edit in edits[start..end]) text.Append(edit.Sign).Append(edit.Line).Append(edit.Line.EndsWith('\n') ? "" : "\n\\ No newline at end of file\n");
            (old, now, at) = (old + removed, now + added, end);
        }
        return text.ToString();
    }

    // A hunk ends three lines after its last change: where more than six lines stay as they are before the next.
    private static int EndOfHunk(List<Edit> edits, int at)
    {
        int last = -1;
        for (int i = at; i < edits.Count; i++)
        {
            if (edits[i].Sign == ' ') continue;
            if (last >= 0 && i - last > 2 * Context + 1) break;
            last = i;
        }
        return last < 0 ? edits.Count : Math.Min(edits.Count, last + 1 + Context);
    }

    private static string Range(int first, int count) => string.Create(CultureInfo.InvariantCulture, $"{(count == 0 ? first - 1 : first)},{count}");

    private static string[] Lines(string? text)
    {
        if (string.IsNullOrEmpty(text)) return [];
        string[] lines = text.Split('\n');
        for (int i = 0; i < lines.Length - 1; i++) lines[i] += '\n';
        return lines[^1].Length == 0 ? lines[..^1] : lines;
    }

    private static List<Edit> Edits(string[] before, string[] after)
    {
        int head = 0, tail = 0;
        while (head < before.Length && head < after.Length && before[head] == after[head]) head++;
        while (tail < before.Length - head && tail < after.Length - head && before[^(tail + 1)] == after[^(tail + 1)]) tail++;
        List<Edit> edits = [.. before[..head].Select(line => new Edit(' ', line))];
        Middle(before[head..^tail], after[head..^tail], edits);
        edits.AddRange(before[^tail..].Select(line => new Edit(' ', line)));
        return edits;
    }

    // The longest common sequence of lines, by the table of its lengths from each place on.
    private static void Middle(string[] before, string[] after, List<Edit> edits)
    {
        int i = 0, j = 0;
        if ((long)(before.Length + 1) * (after.Length + 1) <= MostCells)
        {
            int[,] common = new int[before.Length + 1, after.Length + 1];
            for (int b = before.Length - 1; b >= 0; b--)
                for (int a = after.Length - 1; a >= 0; a--)
                    common[b, a] = before[b] == after[a] ? common[b + 1, a + 1] + 1 : Math.Max(common[b + 1, a], common[b, a + 1]);
            while (i < before.Length && j < after.Length)
            {
                if (before[i] == after[j]) (_, j) = (Add(edits, ' ', before[i++]), j + 1);
                else if (common[i + 1, j] >= common[i, j + 1]) Add(edits, '-', before[i++]);
                else Add(edits, '+', after[j++]);
            }
        }
        while (i < before.Length) Add(edits, '-', before[i++]);
        while (j < after.Length) Add(edits, '+', after[j++]);
    }

    private static bool Add(List<Edit> edits, char sign, string line)
    {
        edits.Add(new Edit(sign, line));
        return true;
    }
}
