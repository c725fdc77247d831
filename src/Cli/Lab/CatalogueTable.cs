using System.Globalization;
using Exeat.Lab.Catalogue;
using Spectre.Console;

namespace Exeat.Cli;

/// <summary>Prints the catalogue, and what came of a run of it.</summary>
internal static class CatalogueTable
{
    private const int LeastWidth = 200;

    /// <summary>The attacks, without running them.</summary>
    public static int List(IReadOnlyList<Attack> attacks, bool json)
    {
        if (json)
        {
            Console.WriteLine(CatalogueReport.NotRun(attacks).ToJson());
            return ExitCode.Done;
        }
        int width = attacks.Max(a => a.Id.Length);
        foreach (Attack a in attacks) Console.WriteLine($"{a.Id.PadRight(width)}  {(a.Families.Length == 1 ? $"v{a.Families[0]}" : "  ")}  {a.Title}");
        return ExitCode.Done;
    }

    public static void Print(CatalogueReport report, CatalogueWish wish, TimeSpan took)
    {
        string summary = Summary(report, wish, took);
        if (wish.Json)
        {
            Console.WriteLine(report.ToJson());
            if (!wish.Quiet) Console.Error.WriteLine("lab: " + summary);
            return;
        }
        Table table = new() { Border = TableBorder.Rounded };
        table.AddColumns("attack", "family", "title", "contained", "control", "sabotage", "rule", "reason");
        foreach (CatalogueRow row in report.Attacks)
        {
            string colour = row.Ok ? "green" : "red";
            table.AddRow([.. new[] { row.Id, $"v{row.Family}", row.Title }.Select(t => new Markup(Markup.Escape(t))),
                .. new[] { row.Contained, row.Control, row.Sabotage }.Select(t => new Markup($"[{colour}]{t}[/]")),
                new Markup(Markup.Escape(row.Rule)), new Markup(Markup.Escape(row.Reason))]);
        }
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings());
        if (Console.IsOutputRedirected) console.Profile.Width = LeastWidth;
        console.Write(table);
        foreach (CatalogueRow row in report.Attacks.Where(a => a.Note.Length > 0)) Console.WriteLine($"{row.Id} v{row.Family}: {row.Note}");
        Console.WriteLine(summary);
    }

    private static string Summary(CatalogueReport report, CatalogueWish wish, TimeSpan took)
    {
        int held = report.Attacks.Count(a => a.Ok), escaped = report.Attacks.Count(a => a.Sabotage == CatalogueRow.Escaped);
        string tally = wish.Sabotage ? $"{escaped} of {report.Attacks.Length} escaped without a gateway, as they must" : $"{held} of {report.Attacks.Length} held: contained, arriving where permitted, and escaping without a gateway";
        return string.Create(CultureInfo.InvariantCulture, $"{tally}; {took.TotalSeconds:0.0} s");
    }
}
