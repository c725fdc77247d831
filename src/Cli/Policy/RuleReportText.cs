using System.Globalization;
using System.Text.Json;
using Exeat.Flows;
using Exeat.Policy;
using Spectre.Console;

namespace Exeat.Cli;

/// <summary>Writes a <see cref="RuleReport"/> as tables or JSON.</summary>
internal static class RuleReportText
{
    private const int MaxNames = 5;

    public static void Write(RuleReport report, CommandOutput output)
    {
        PolicyUse use = report.Use;
        output.Data.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{report.Attempts.Count} attempts asked again of policy {Short(report.Policy.Version)}: {report.Attempts.Count - use.ByDefault - use.Waiting - use.Quarantined - use.UnknownAgents.Values.Sum()} decided by rules, {use.ByDefault} by default"));
        output.Data.WriteLine();
        Table rules = Start("PRIORITY", "RULE", "ACTION", "CONNECTIONS", "QUESTIONS", "LAST HIT (UTC)", "NOTES");
        foreach ((int index, RuleUse rule) in use.Rules.Index())
        {
            rules.AddRow(
                Cell(Number(rule.Rule.Priority)), Cell(rule.Rule.Name), Cell(rule.Rule.Action == RuleAction.Permit ? "permit" : "deny"), Cell(Number(rule.Connections)), Cell(Number(rule.Questions)),
                Cell(rule.Last is { } last ? RuleReport.Date(last) : "-"), Cell(string.Join("; ", report.Notes(index))));
        }
        output.Screen.Write(rules);
        Section("BROADER THAN WHAT WAS USED", [.. report.BroadNames().Select(broad => $"{broad.Rule.Rule.Name}: {broad.Name.Entry.Pattern} only ever matched {Some([.. broad.Name.Names])}"),
            .. report.BroadAddresses().Select(rule => $"{rule.Rule.Name}: only ever went to {Some([.. rule.Addresses])}")]);
        Section("NAMES NEVER USED", [.. report.UnusedNames().Select(unused => string.Create(CultureInfo.InvariantCulture,
            $"{unused.Rule.Rule.Name}: {unused.Names.Length} of {unused.Rule.Names.Count}: {Some([.. unused.Names.Select(name => name.Entry.Pattern.Text)])}"))]);
        Section("NAMES THAT EXPIRE", [.. report.ExpiringNames().Select(name => $"{name.Rule.Rule.Name}: {name.Name.Entry.Pattern} {(name.IsExpired ? "expired" : "expires")} {RuleReport.Date(name.Name.Entry.Expires!.Value)}")]);
        Section("NOT DECLARED ANY MORE, AND NOT COUNTED", [.. use.UnknownAgents.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}: {Number(pair.Value)}")]);
        Section("LEFT OUT, SINCE POLICY DOES NOT DECIDE THEM", [.. report.Attempts.LeftOut.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}: {Number(pair.Value)}")]);
        if (!report.IsExact) output.Tell("report: the name patterns are too many or too intricate to visit all: a rule may be called shadowed that is not", LogLevel.Warning);

        void Section(string title, string[] lines)
        {
            if (lines.Length == 0) return;
            output.Data.WriteLine();
            output.Data.WriteLine(title);
            foreach (string line in lines) output.Data.WriteLine("  " + TerminalText.Escape(line));
        }
    }

    public static void WriteJson(RuleReport report, CommandOutput output) => ProblemReport.WriteJson(output, json =>
    {
        PolicyUse use = report.Use;
        json.WriteString("policy", report.Policy.Version);
        json.WriteNumber("attempts", report.Attempts.Count);
        json.WriteNumber("byDefault", use.ByDefault);
        json.WriteNumber("waiting", use.Waiting);
        json.WriteNumber("quarantined", use.Quarantined);
        json.WriteBoolean("shadowedIsExact", report.IsExact);
        HashSet<NameUse> broad = [.. report.BroadNames().Select(pair => pair.Name)];
        HashSet<RuleUse> broadAddresses = [.. report.BroadAddresses()];
        json.WriteStartArray("rules");
        foreach ((int index, RuleUse rule) in use.Rules.Index())
        {
            json.WriteStartObject();
            json.WriteString("rule", rule.Rule.Name);
            json.WriteNumber("priority", rule.Rule.Priority);
            json.WriteString("action", rule.Rule.Action == RuleAction.Permit ? "permit" : "deny");
            json.WriteNumber("connections", rule.Connections);
            json.WriteNumber("questions", rule.Questions);
            json.WriteNumber("monitored", rule.Monitored);
            if (rule.Last is { } last) json.WriteString("last", last);
            if (rule.Rule.Expires is { } expires) json.WriteString("expires", expires);
            json.WriteBoolean("shadowed", report.IsShadowed(index));
            Texts(json, "notes", report.Notes(index));
            if (broadAddresses.Contains(rule)) Texts(json, "onlyAddresses", rule.Addresses);
            json.WriteStartArray("names");
            foreach (NameUse name in rule.Names)
            {
                json.WriteStartObject();
                json.WriteString("pattern", name.Entry.Pattern.Text);
                json.WriteNumber("hits", name.Hits);
                if (name.Last is { } hit) json.WriteString("last", hit);
                if (name.Entry.Expires is { } end) json.WriteString("expires", end);
                json.WriteBoolean("broader", broad.Contains(name));
                Texts(json, "matched", name.Names);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        Counts(json, "unknownAgents", use.UnknownAgents);
        Counts(json, "leftOut", report.Attempts.LeftOut);
    });

    private static void Texts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static void Counts(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, long> counts)
    {
        json.WriteStartObject(name);
        foreach ((string key, long count) in counts.OrderBy(pair => pair.Key, StringComparer.Ordinal)) json.WriteNumber(key, count);
        json.WriteEndObject();
    }

    private static Table Start(params ReadOnlySpan<string> headings)
    {
        Table table = new Table().Border(TableBorder.None).ShowHeaders();
        foreach (string heading in headings) table.AddColumn(new TableColumn(new Text(heading)) { Padding = new Padding(0, 0, 2, 0) });
        return table;
    }

    private static Text Cell(string text) => new(TerminalText.Escape(text)) { Overflow = Overflow.Fold };

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Some(string[] texts) =>
        string.Join(", ", texts.Take(MaxNames)) + (texts.Length > MaxNames ? string.Create(CultureInfo.InvariantCulture, $" and {texts.Length - MaxNames} more") : "");

    private static string Short(string version) => version.Length > 12 ? version[..12] : version;
}
