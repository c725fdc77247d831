using System.Globalization;
using System.Text;
using System.Text.Json;
using Exeat.Flows;

namespace Exeat.Cli;

/// <summary>What was denied in a run, or would have been, by destination: for its end.</summary>
internal sealed record RunSummary
{
    // A screen; the rest is one command away.
    private const int Shown = 20;

    /// <summary>One line of it: attempts of one kind to one destination, decided by one rule.</summary>
    public sealed record Row(string Destination, string Attempt, string Outcome, string Rule, string Reason, string? Denial, long Count);

    public required IReadOnlyList<Row> Rows { get; init; }

    public required long Permitted { get; init; }

    public long Denied => Rows.Sum(row => row.Count);

    public static RunSummary Of(string journal)
    {
        List<FlowSummary> flows = [.. FlowFold.Fold(new JournalReader(journal).Read()).Where(flow => flow.Flow is not null)];
        var rows = flows.Where(flow => flow.Decision.Verdict == "deny")
            .GroupBy(flow => (Destination: flow.Name ?? flow.Decision.Destination ?? "-", Attempt: FlowText.Attempt(flow.Decision), flow.Outcome, Rule: flow.Decision.Rule ?? "-", Reason: flow.Decision.Reason ?? "-"))
            .Select(group => new Row(group.Key.Destination, group.Key.Attempt, group.Key.Outcome, group.Key.Rule, group.Key.Reason, group.Select(flow => flow.Denial).LastOrDefault(id => id is not null), group.Sum(flow => flow.Attempts)))
            .OrderByDescending(row => row.Count).ThenBy(row => row.Destination, StringComparer.Ordinal);
        return new RunSummary { Rows = [.. rows], Permitted = flows.Where(flow => flow.Decision.Verdict == "permit" && flow.Decision.Stage != "dns").Sum(flow => flow.Attempts) };
    }

    /// <summary>On standard error, below what the command wrote.</summary>
    public void Tell(CommandOutput output, string journal)
    {
        if (output.AsJson)
        {
            // Standard output is the command's.
            Console.Error.WriteLine(Json(journal));
            return;
        }
        if (Rows.Count == 0) return;
        string would = Rows.All(row => row.Outcome == "would deny") ? "would have been denied" : Rows.Any(row => row.Outcome == "would deny") ? "denied, or would have been" : "denied";
        output.Tell($"exeat: {Denied.ToString(CultureInfo.InvariantCulture)} attempts {would}:");
        int width = Math.Min(Rows.Take(Shown).Max(row => Where(row).Length), 60);
        foreach (Row row in Rows.Take(Shown))
            output.Tell($"  {Where(row).PadRight(width)}  {row.Count.ToString(CultureInfo.InvariantCulture).PadLeft(4)}×  {row.Outcome} by {TerminalText.Escape(row.Rule)}: {TerminalText.Escape(row.Reason)}{(row.Denial is null ? "" : $"  [{TerminalText.Escape(row.Denial)}]")}");
        if (Rows.Count > Shown) output.Tell($"  and {(Rows.Count - Shown).ToString(CultureInfo.InvariantCulture)} more destinations");
        output.Tell($"exeat: all of it: {CommandPath.Program} flows query --journal {journal}");
    }

    private string Json(string journal)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("v", 1);
            json.WriteString("journal", journal);
            json.WriteNumber("permitted", Permitted);
            json.WriteStartArray("denied");
            foreach (Row row in Rows)
            {
                json.WriteStartObject();
                json.WriteString("destination", row.Destination);
                json.WriteString("attempt", row.Attempt);
                json.WriteString("outcome", row.Outcome);
                json.WriteString("rule", row.Rule);
                json.WriteString("reason", row.Reason);
                if (row.Denial is not null) json.WriteString("denial", row.Denial);
                json.WriteNumber("count", row.Count);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static string Where(Row row) => $"{TerminalText.EscapeName(row.Destination)} ({row.Attempt})";
}
