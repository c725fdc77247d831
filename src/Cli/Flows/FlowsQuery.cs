using System.CommandLine;
using System.Text;
using System.Text.Json;
using Exeat.Api.Control;
using Exeat.Flows;

namespace Exeat.Cli;

/// <summary><c>exeat flows query</c>: flows that meet every condition, newest last; of a journal, or of a control.</summary>
internal static class FlowsQuery
{
    // The most that one page of a control has.
    private const int PageSize = 1000;

    public static Command Create()
    {
        Option<string?> journal = JournalOption.Create();
        Option<string?> control = ControlOption.Create();
        var filter = new FilterOptions();
        Option<int> limit = new("--limit") { Description = "at most so many, the newest; 0 is all", HelpName = "N", DefaultValueFactory = _ => 100 };
        Option<string> format = new("--format") { Description = "how to write them", HelpName = "table|ndjson|csv", DefaultValueFactory = _ => "table" };
        format.AcceptOnlyFromAmong("table", "ndjson", "csv");
        var command = new Command("query", "flows that meet every condition, newest last") { journal, control };
        filter.AddTo(command);
        command.Add(limit);
        command.Add(format);
        ControlOption.RefuseBoth(command, journal, control);
        command.SetAction(async (parsed, cancel) =>
        {
            CommandOutput output = CommandOutput.Of(parsed);
            string form = output.AsJson ? "ndjson" : parsed.GetValue(format)!;
            if (ControlOption.IsGiven(parsed, control)) await RunAsync(ControlOption.Open(parsed, control), filter.Of(parsed), parsed.GetValue(limit), form, output, cancel);
            else
            {
                FlowQuery query = filter.OfJournal(parsed);
                Run(JournalOption.Open(parsed.GetValue(journal)), query, parsed.GetValue(limit), form, output);
            }
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task RunAsync(ControlFlows control, FlowFilterForm filter, int limit, string format, CommandOutput output, CancellationToken cancel)
    {
        List<FlowForm> found = [];
        string? cursor = null;
        do
        {
            Page<FlowForm> page = await control.Api.ListAsync(filter, limit > 0 ? Math.Min(PageSize, limit - found.Count) : PageSize, cursor, cancel);
            found.AddRange(page.Items);
            cursor = page.Next;
        }
        while (cursor is not null && (limit <= 0 || found.Count < limit));
        found.Reverse();
        if (format == "ndjson")
            foreach (FlowForm flow in found) output.Data.WriteLine(JsonSerializer.Serialize(flow, FlowsJson.Default.FlowForm));
        else Write(found.Select(flow => flow.ToSummary()), format, output);
        if (cursor is not null) output.Tell("older flows are not shown; --limit 0 shows all");
        else if (found.Count == 0) output.Tell("no flow meets these conditions");
    }

    private static void Run(JournalReader reader, FlowQuery query, int limit, string format, CommandOutput output)
    {
        List<FlowSummary> chosen = [.. FlowFold.Fold(reader.Read()).Where(query.Matches)];
        int left = limit > 0 ? Math.Max(0, chosen.Count - limit) : 0;
        IEnumerable<FlowSummary> shown = chosen.Skip(left);
        if (format == "ndjson")
            foreach (FlowEvent read in shown.SelectMany(flow => flow.Events)) output.Data.WriteLine(Encoding.UTF8.GetString(read.Raw.Span));
        else Write(shown, format, output);
        if (left > 0) output.Tell($"{left} older flows not shown; --limit 0 shows all");
        else if (chosen.Count == 0) output.Tell("no flow meets these conditions");
        JournalOption.TellCorrupt(reader, output);
    }

    private static void Write(IEnumerable<FlowSummary> flows, string format, CommandOutput output)
    {
        if (format == "csv")
        {
            output.Data.Write(Csv.Header + "\r\n");
            foreach (FlowSummary flow in flows) output.Data.Write(Csv.Line(flow) + "\r\n");
        }
        else FlowTable.Write(flows, output);
    }
}
