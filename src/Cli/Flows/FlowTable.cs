using System.Globalization;
using Exeat.Flows;
using Spectre.Console;

namespace Exeat.Cli;

/// <summary>Flows as a table fitted to the width; long cells fold, so nothing is cut.</summary>
internal static class FlowTable
{
    public static void Write(IEnumerable<FlowSummary> flows, CommandOutput output)
    {
        Table table = new Table().Border(TableBorder.None).ShowHeaders();
        foreach (string heading in (string[])["TIME (UTC)", "AGENT", "ATTEMPT", "DESTINATION", "DECISION", "RULE", "REASON", "BYTES"])
            table.AddColumn(new TableColumn(new Text(heading)) { Padding = new Padding(0, 0, 2, 0) });
        bool any = false;
        foreach (FlowSummary flow in flows)
        {
            any = true;
            FlowEvent read = flow.Decision;
            table.AddRow(
                Cell(read.Time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)), Cell(FlowText.Agent(read)), Cell(FlowText.Attempt(read)),
                Cell(FlowText.Destination(read, flow.Names)), new Text(FlowText.Decision(read) + FlowText.Times(flow.Attempts), FlowText.Colour(read)), Cell(TerminalText.Escape(read.Rule)),
                Cell(TerminalText.Escape(read.Reason ?? read.Note)), Cell(FlowText.Bytes(flow.Counts)));
        }
        if (any) output.Screen.Write(table);
    }

    private static Text Cell(string text) => new(text) { Overflow = Overflow.Fold };
}
