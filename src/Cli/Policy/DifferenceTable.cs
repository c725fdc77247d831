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
        lines = [.. lines.DistinctBy(line => (line.Difference.From, string.Join(' ', line.Difference.Agents), Attempt(line.Difference, line.Example.Probe), How(line.Difference, line.Example),
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
                Cell(Some(difference.Agents, MaxAgents)), Cell(Attempt(difference, example.Probe)), Cell(Destination(difference, example)), Cell(Some(example.Patterns, MaxNames)),
                Cell((inSecond ? "deny by " : "permit by ") + TerminalText.Escape(difference.FirstRule)), Cell((inSecond ? "permit by " : "deny by ") + TerminalText.Escape(difference.SecondRule)),
                Cell(How(difference, example)));
        }
        output.Screen.Write(table);
        if (limit > 0 && lines.Length > limit) output.Tell($"{lines.Length - limit} more lines not shown; --limit 0 shows all");
    }

    public static string Attempt(PolicyDifference difference, Probe probe)
    {
        if (difference.IsAnswer) return "answer";
        if (probe.Stage == Stage.Dns) return "dns";
        string protocol = FlowWords.ProtocolText(probe.Protocol) ?? probe.Protocol.ToString(CultureInfo.InvariantCulture);
        return probe.Port > 0 ? string.Create(CultureInfo.InvariantCulture, $"{protocol}/{probe.Port}") : protocol;
    }

    /// <summary>What is unusual about it; empty for what honest clients do.</summary>
    public static string How(PolicyDifference difference, DifferenceExample example)
    {
        Probe probe = example.Probe;
        string from = difference.From is { } moment ? string.Create(CultureInfo.InvariantCulture, $"from {moment.UtcDateTime:yyyy-MM-dd HH:mm} on") : "";
        string how = difference.IsAnswer ? "released by the resolver" : !example.IsAnswered ? "at an address that the resolver does not release" : probe.IsPlain ? "" : probe.Claim switch
        {
            Claim.Name when probe.Bound.Contains(probe.Claimed!) => $"the address is also that of {probe.Bound[^1]}",
            Claim.Name when probe.Bound.Length > 0 => $"named, while the address is that of {probe.Bound[0]}",
            Claim.Name => "named, but not resolved to this address",
            Claim.Unreadable => "a hello that cannot be read with certainty",
            _ when probe.Bound.Length > 0 => "resolved, but the first bytes name nobody",
            _ => "",
        };
        return from.Length > 0 && how.Length > 0 ? $"{from}, {how}" : from + how;
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
