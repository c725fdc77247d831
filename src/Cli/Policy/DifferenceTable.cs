using System.Globalization;
using Exeat.Flows;
using Exeat.Policy;
using Spectre.Console;

namespace Exeat.Cli;

/// <summary>Differences of two policies as a table of examples, fitted to the width.</summary>
internal static class DifferenceTable
{
    private const int MaxAgents = 3, MaxNames = 3;

    public static void Write(string title, PolicyDifference[] differences, int limit, CommandOutput output)
    {
        (PolicyDifference Difference, DifferenceExample Example)[] lines = [.. differences.SelectMany(difference => difference.Examples.Select(example => (difference, example))).Where(line => IsNews(line, differences))];
        if (lines.Any(line => line.Example.IsAnswered)) lines = [.. lines.Where(line => line.Example.IsAnswered)];
        if (lines.Length == 0) return;
        // The same names elsewhere, where another rule comes to decide, are no news.
        lines = [.. lines.DistinctBy(line => (line.Difference.From, string.Join(' ', line.Difference.Agents), line.Difference.AttemptText(line.Example), line.Difference.HowText(line.Example),
            line.Example.Names.IsEmpty ? line.Example.Probe.Destination.ToString() : string.Join(' ', line.Example.Names)))];
        output.Data.WriteLine();
        output.Data.WriteLine(title);
        Table table = new Table().Border(TableBorder.None).ShowHeaders();
        foreach (string heading in (string[])["AGENTS", "ATTEMPT", "FOR INSTANCE", "PATTERN", "IN A", "IN B", "HOW"])
            table.AddColumn(new TableColumn(new Text(heading)) { Padding = new Padding(0, 0, 2, 0) });
        foreach ((PolicyDifference difference, DifferenceExample example) in limit > 0 ? lines.Take(limit) : lines)
        {
            bool inSecond = difference.IsPermittedInSecond;
            table.AddRow(
                Cell(Some(difference.Agents, MaxAgents)), Cell(difference.AttemptText(example)), Cell(Destination(difference, example)), Cell(Some(example.Patterns, MaxNames)),
                Cell((inSecond ? "deny by " : "permit by ") + TerminalText.Escape(difference.FirstRule)), Cell((inSecond ? "permit by " : "deny by ") + TerminalText.Escape(difference.SecondRule)),
                Cell(difference.HowText(example)));
        }
        output.Screen.Write(table);
        if (limit > 0 && lines.Length > limit) output.Tell($"{lines.Length - limit} more lines not shown; --limit 0 shows all");
    }

    // A question that is decided as the hello for its name says nothing more than that.
    private static bool IsNews((PolicyDifference Difference, DifferenceExample Example) line, PolicyDifference[] all) =>
        line.Difference.IsAnswer || line.Example.Probe.Stage != Stage.Dns
        || !all.Any(other => !other.IsAnswer && other.From == line.Difference.From && other.Agents.SequenceEqual(line.Difference.Agents)
            && other.Examples.Any(example => example.Probe.Stage != Stage.Dns && example.Probe.IsPlain && line.Example.Names.All(name => example.Names.Contains(name))));

    private static string Destination(PolicyDifference difference, DifferenceExample example)
    {
        string address = TerminalText.Escape(example.Probe.Destination.ToString());
        if (example.Names.IsEmpty) return address;
        return Some(example.Names, MaxNames) + (difference.IsAnswer ? " at " + address : "");
    }

    public static string Some(IReadOnlyList<string> texts, int most) =>
        string.Join(", ", texts.Take(most).Select(TerminalText.Escape)) + (texts.Count > most ? string.Create(CultureInfo.InvariantCulture, $" and {texts.Count - most} more") : "");

    private static Text Cell(string text) => new(text) { Overflow = Overflow.Fold };
}
