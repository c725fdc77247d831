using System.Globalization;
using Exeat.Lab.Report;
using Spectre.Console;

namespace Exeat.Cli;

/// <summary>Prints what came of a lab.</summary>
internal static class LabTable
{
    private const int LeastWidth = 200;

    public static void Print(LabReport report, LabWish wish, TimeSpan took)
    {
        if (wish.Json)
        {
            Console.WriteLine(report.ToJson());
            if (!wish.Quiet) Console.Error.WriteLine("lab: " + Summary(report, took));
            return;
        }
        Table table = new() { Border = TableBorder.Rounded };
        table.AddColumns("phase", "agent", "attempt", "destination", "decision", "rule", "reason", "arrived", "outcome");
        foreach (LabRow row in report.Attempts) table.AddRow([.. Cells(row, wish.Sabotage).Select(c => new Markup(c))]);
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings());
        if (Console.IsOutputRedirected) console.Profile.Width = LeastWidth;
        console.Write(table);
        Console.WriteLine(Summary(report, took));
        if (wish.Sabotage) Console.WriteLine("Sabotage: without a gateway nothing is recorded and attacks escape. Status 1 is what is right here.");
    }

    private static string Summary(LabReport report, TimeSpan took)
    {
        int attacks = report.Attempts.Count(r => r.IsAttack && r.Phase == "enforce");
        int contained = report.Attempts.Count(r => r.IsAttack && r.Phase == "enforce" && !r.Arrived);
        string tally = attacks > 0 ? $"; {contained} of {attacks} attacks contained in enforce" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{report.Passed} passed, {report.Failed} failed{tally}; {took.TotalSeconds:0.0} s");
    }

    private static IEnumerable<string> Cells(LabRow row, bool sabotage) =>
    [
        row.Phase, row.Agent, Markup.Escape(row.Attempt), Markup.Escape(row.Destination), row.Decision, row.Rule, Markup.Escape(row.Reason),
        row.Arrived ? "yes" : "no", Outcome(row, sabotage),
    ];

    // In monitor an attack is meant to arrive; what counts is that the record tells.
    private static string Outcome(LabRow row, bool sabotage) => row switch
    {
        { IsAttack: true, Arrived: true } when sabotage || row.Phase == "enforce" => "[red]ESCAPED[/]",
        { IsAttack: true, Ok: true, Phase: "enforce" } => "[green]CONTAINED[/]",
        { IsAttack: true, Arrived: false, Phase: "enforce" } => $"[yellow]CONTAINED, but expected: {Markup.Escape(row.Expected)}[/]",
        { IsAttack: true, Ok: true } => "[green]OBSERVED[/]",
        { IsAttack: false, Arrived: true } when sabotage => "REACHED",
        { Ok: true } => "[green]OK[/]",
        _ => $"[red]FAILED: expected {Markup.Escape(row.Expected)}[/]",
    };
}
