using System.CommandLine;
using System.Text;
using Exeat.Flows;
using Exeat.Names;
using Spectre.Console;

namespace Exeat.Cli;

/// <summary><c>exeat flows query</c>: flows that meet every condition, newest last.</summary>
internal static class FlowsQuery
{
    public static Command Create()
    {
        Option<string?> journal = JournalOption.Create();
        Option<string?> agent = new("--agent") { Description = "the agent's id", HelpName = "ID" };
        Option<string?> agentClass = new("--class") { Description = "the agent's class", HelpName = "CLASS" };
        Option<string?> name = new("--name") { Description = "a name, or a pattern as in a policy (*.x.org, **.x.org)", HelpName = "NAME" };
        Option<string?> rule = new("--rule") { Description = "the deciding rule, or one in monitor mode that matched", HelpName = "RULE" };
        Option<string?> verdict = new("--verdict") { Description = "what was decided", HelpName = string.Join('|', FlowQuery.Verdicts) };
        verdict.AcceptOnlyFromAmong([.. FlowQuery.Verdicts]);
        Option<string?> reason = new("--reason") { Description = "the reason", HelpName = "REASON" };
        Option<string?> since = new("--since") { Description = "not before: 15m, 1h, 7d, or a time", HelpName = "WHEN" };
        Option<string?> until = new("--until") { Description = "not after: 15m, 1h, 7d, or a time", HelpName = "WHEN" };
        Option<int> limit = new("--limit") { Description = "at most so many, the newest; 0 is all", HelpName = "N", DefaultValueFactory = _ => 100 };
        Option<string> format = new("--format") { Description = "how to write them", HelpName = "table|ndjson|csv", DefaultValueFactory = _ => "table" };
        format.AcceptOnlyFromAmong("table", "ndjson", "csv");
        var command = new Command("query", "flows that meet every condition, newest last")
        {
            journal, agent, agentClass, name, rule, verdict, reason, since, until, limit, format,
        };
        command.SetAction(parsed =>
        {
            DateTimeOffset now = TimeProvider.System.GetUtcNow();
            var query = new FlowQuery
            {
                Agent = parsed.GetValue(agent),
                Class = parsed.GetValue(agentClass),
                Name = Pattern(parsed.GetValue(name)),
                Rule = parsed.GetValue(rule),
                Verdict = parsed.GetValue(verdict),
                Reason = parsed.GetValue(reason),
                Since = ScopeOptions.At("--since", parsed.GetValue(since), now),
                Until = ScopeOptions.At("--until", parsed.GetValue(until), now),
            };
            CommandOutput output = CommandOutput.Of(parsed);
            Run(JournalOption.Open(parsed.GetValue(journal)), query, parsed.GetValue(limit), output.AsJson ? "ndjson" : parsed.GetValue(format)!, output);
        });
        return command;
    }

    private static void Run(JournalReader reader, FlowQuery query, int limit, string format, CommandOutput output)
    {
        List<FlowSummary> chosen = [.. FlowFold.Fold(reader.Read()).Where(query.Matches)];
        int left = limit > 0 ? Math.Max(0, chosen.Count - limit) : 0;
        IEnumerable<FlowSummary> shown = chosen.Skip(left);
        if (format == "ndjson")
            foreach (FlowEvent read in shown.SelectMany(flow => flow.Events)) output.Data.WriteLine(Encoding.UTF8.GetString(read.Raw.Span));
        else if (format == "csv")
        {
            output.Data.Write(Csv.Header + "\r\n");
            foreach (FlowSummary flow in shown) output.Data.Write(Csv.Line(flow) + "\r\n");
        }
        else FlowTable.Write(shown, output);
        if (left > 0) output.Tell($"{left} older flows not shown; --limit 0 shows all");
        else if (chosen.Count == 0) output.Tell("no flow meets these conditions");
        JournalOption.TellCorrupt(reader, output);
    }

    // A pattern that a policy would refuse is refused here too: there is one reading of names.
    private static string? Pattern(string? name)
    {
        if (name is null || !name.Contains('*') || NamePattern.TryParse(name, out _, out PatternProblem? problem)) return name;
        throw new CommandFailure(ExitCode.InputWrong, $"--name: {problem.What}; {problem.Remedy}");
    }
}
