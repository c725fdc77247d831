using CsCheck;

namespace Exeat.Policy.Tests.Compare;

public sealed class UnifiedDiffTests
{
    // Few different lines, so that many are common; with and without a line feed at the end.
    private static readonly Gen<string> Text =
        Gen.Select(Gen.Int[0, 3].Select(letter => "abcd"[letter].ToString()).List[0, 40], Gen.Bool, (lines, ends) => string.Join('\n', lines) + (ends && lines.Count > 0 ? "\n" : ""));

    [Fact]
    public void Applied_to_the_one_text_it_gives_the_other() =>
        Gen.Select(Text, Text).Sample((before, after) => Apply(before, UnifiedDiff.Of("f", before, after)) == after);

    [Fact]
    public void Equal_texts_have_no_difference() => Text.Sample(text => UnifiedDiff.Of("f", text, text).Length == 0);

    [Fact]
    public void It_has_the_form_that_git_reads()
    {
        Assert.Equal("diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n", UnifiedDiff.Of("f", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n"));
        Assert.Equal("diff --git a/f b/f\nnew file mode 100644\n--- /dev/null\n+++ b/f\n@@ -0,0 +1,1 @@\n+x\n\\ No newline at end of file\n", UnifiedDiff.Of("f", null, "x"));
        Assert.Equal("diff --git a/f b/f\ndeleted file mode 100644\n--- a/f\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-x\n", UnifiedDiff.Of("f", "x\n", null));
    }

    // As patch does it: each hunk says where it stands, and has to find there what it takes away.
    private static string Apply(string before, string diff)
    {
        List<string> old = Lines(before), result = [];
        int at = 0;
        string[] lines = diff.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].StartsWith("@@ -", StringComparison.Ordinal))
            {
                string[] range = lines[i].Split(' ')[1][1..].Split(',');
                int start = int.Parse(range[0], System.Globalization.CultureInfo.InvariantCulture) - (range[1] == "0" ? 0 : 1);
                while (at < start) result.Add(old[at++]);
            }
            else if (lines[i].Length > 0 && lines[i][0] is ' ' or '-' or '+' && !lines[i].StartsWith("---", StringComparison.Ordinal) && !lines[i].StartsWith("+++", StringComparison.Ordinal))
            {
                bool ends = i + 1 < lines.Length && lines[i + 1].StartsWith('\\');
                string line = lines[i][1..] + (ends ? "" : "\n");
                if (lines[i][0] == '+') result.Add(line);
                else
                {
                    Assert.Equal(old[at++], line);
                    if (lines[i][0] == ' ') result.Add(line);
                }
            }
        }
        while (at < old.Count) result.Add(old[at++]);
        return string.Concat(result);
    }

    private static List<string> Lines(string text)
    {
        List<string> lines = [.. text.Split('\n').Select(line => line + "\n")];
        lines[^1] = lines[^1][..^1];
        if (lines[^1].Length == 0) lines.RemoveAt(lines.Count - 1);
        return lines;
    }
}
