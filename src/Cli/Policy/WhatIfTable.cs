using System.Globalization;
using Exeat.Flows;
using Spectre.Console;

namespace Exeat.Cli;

/// <summary>The destinations of one kind of change, fitted to the width; long cells fold, so nothing is cut.</summary>
internal static class WhatIfTable
{
    public static void Write(string title, IReadOnlyList<WhatIfRow> rows, int most, CommandOutput output)
    {
        if (rows.Count == 0) return;
        output.Data.WriteLine();
        output.Data.WriteLine(title);
        Table table = new Table().Border(TableBorder.None).ShowHeaders();
        foreach (string heading in (string[])["COUNT", "AGENT", "ATTEMPT", "DESTINATION", "PROOF", "RULE THEN", "RULE NOW", "FIRST (UTC)", "LAST (UTC)"])
            table.AddColumn(new TableColumn(new Text(heading)) { Padding = new Padding(0, 0, 2, 0) });
        foreach (WhatIfRow row in most > 0 ? rows.Take(most) : rows)
        {
            table.AddRow(
                Cell(row.Count.ToString(CultureInfo.InvariantCulture)), Cell(TerminalText.Escape(row.Key.Agent)), Cell(Attempt(row.Key)), Cell(Destination(row.Key)), Cell(TerminalText.Escape(row.Key.Proof)),
                Cell(TerminalText.Escape(row.Key.RuleThen)), Cell(TerminalText.Escape(row.Key.RuleNow) + (row.Key.DependsOnHello ? " (by an honest hello)" : "")), Cell(Time(row.First)), Cell(Time(row.Last)));
        }
        output.Screen.Write(table);
        if (most > 0 && rows.Count > most) output.Tell($"{rows.Count - most} more destinations not shown; --limit 0 shows all");
    }

    private static string Attempt(WhatIfKey key) => TerminalText.Escape(key.Protocol) + (key.Port > 0 ? "/" + key.Port.ToString(CultureInfo.InvariantCulture) : "");

    private static string Destination(WhatIfKey key) => key.Name is { } name ? TerminalText.EscapeName(name) : TerminalText.Escape(key.Address ?? "(others)");

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static Text Cell(string text) => new(text) { Overflow = Overflow.Fold };
}
