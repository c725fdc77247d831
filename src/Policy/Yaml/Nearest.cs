namespace Exeat.Policy;

/// <summary>Finds the word a person most likely meant.</summary>
public static class Nearest
{
    /// <summary>The nearest of the known words within a third of its length in edits; null when none is near.</summary>
    public static string? Of(string written, IEnumerable<string> known)
    {
        if (written.Length > 64) return null;
        (string? best, int distance) = (null, int.MaxValue);
        foreach (string word in known.Where(word => word.Length <= 64))
        {
            int edits = Edits(written.ToLowerInvariant(), word.ToLowerInvariant());
            if (edits < distance && edits <= Math.Max(1, word.Length / 3)) (best, distance) = (word, edits);
        }
        return best;
    }

    /// <summary>"did you mean x?" or, when nothing is near, the whole choice.</summary>
    public static string Remedy(string written, IReadOnlyCollection<string> known)
    {
        if (known.Count == 0) return "none is declared";
        string all = known.Count <= 30 ? string.Join(", ", known.Order(StringComparer.Ordinal)) : $"{known.Count} are declared";
        return Of(written, known) is { } near ? $"did you mean {near}?" : $"use one of: {all}";
    }

    // Levenshtein's distance with two rows.
    private static int Edits(string a, string b)
    {
        int[] above = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int[] row = new int[b.Length + 1];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                row[j] = Math.Min(replaced, Math.Min(above[j], row[j - 1]) + 1);
            }
            above = row;
        }
        return above[^1];
    }
}
