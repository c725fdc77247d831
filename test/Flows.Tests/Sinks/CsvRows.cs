using System.Text;

namespace Exeat.Flows.Tests;

/// <summary>Reads comma-separated values by RFC 4180 and nothing else.</summary>
internal static class CsvRows
{
    public static List<string[]> Read(string text)
    {
        List<string[]> rows = [];
        List<string> row = [];
        for (int at = 0; at < text.Length;)
        {
            var field = new StringBuilder();
            if (text[at] == '"')
            {
                for (at++; text[at] != '"' || (at + 1 < text.Length && text[at + 1] == '"'); at++)
                {
                    if (text[at] == '"') at++;
                    field.Append(text[at]);
                }
                at++;
            }
            else
            {
                while (at < text.Length && text[at] is not (',' or '\r'))
                {
                    if (text[at] is '"' or '\n') throw new FormatException($"a bare {(int)text[at]} at {at}");
                    field.Append(text[at++]);
                }
            }
            row.Add(field.ToString());
            if (at < text.Length && text[at] == ',') at++;
            else
            {
                if (at + 1 >= text.Length || text[at] != '\r' || text[at + 1] != '\n') throw new FormatException($"no end of line at {at}");
                at += 2;
                rows.Add([.. row]);
                row.Clear();
            }
        }
        return rows;
    }
}
