using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Exeat.Flows;
using Exeat.Policy;

namespace Exeat.Cli;

/// <summary><c>exeat policy diff</c>: how two policies differ, by what they decide.</summary>
internal static class PolicyComparisonRun
{
    public static Command Create()
    {
        Argument<string> first = new("A") { Description = "a policy: a file, a folder of *.yaml files, or control:NAME[@VERSION]" }, second = new("B") { Description = "another policy" };
        Option<string?> agents = new("--agents") { Description = "an agents document (default: $EXEAT_AGENTS, else one imagined agent for each selector of a group)", HelpName = "FILE" };
        Option<string?> packs = PolicyInput.PacksOption(), control = ControlAccess.Option();
        Option<bool> text = new("--text") { Description = "show the files' difference too, in the form of git diff" };
        Option<int> limit = new("--limit") { Description = "at most so many lines in each table; 0 is all", HelpName = "N", DefaultValueFactory = _ => 50 };
        var command = new Command("diff", "compare two policies by what they permit; ends with 1 when they differ") { first, second, agents, packs, limit, text, control };
        command.SetAction(async (parsed, cancel) =>
        {
            (string one, string other, CommandOutput output) = (parsed.GetRequiredValue(first), parsed.GetRequiredValue(second), CommandOutput.Of(parsed));
            int Compare(PublishedPolicy a, PublishedPolicy b) => Run(a, b, parsed.GetValue(agents), parsed.GetValue(packs), parsed.GetValue(limit), parsed.GetValue(text), output);
            if (!PublishedPolicy.IsPublished(one) && !PublishedPolicy.IsPublished(other)) return Compare(PublishedPolicy.Here(one), PublishedPolicy.Here(other));
            return await ControlAccess.RunAsync(parsed.GetValue(control), output, async client =>
            {
                using PublishedPolicy a = PublishedPolicy.IsPublished(one) ? await PublishedPolicy.FetchAsync(one, client, cancel) : PublishedPolicy.Here(one);
                using PublishedPolicy b = PublishedPolicy.IsPublished(other) ? await PublishedPolicy.FetchAsync(other, client, cancel) : PublishedPolicy.Here(other);
                return Compare(a, b);
            });
        });
        return command;
    }

    private static int Run(PublishedPolicy one, PublishedPolicy other, string? agentsPath, string? packs, int limit, bool text, CommandOutput output)
    {
        var input = new PolicyInput(one.Path, agentsPath, one.Packs ?? packs);
        Policy.Policy first = input.LoadPolicy(output), second = new PolicyInput(other.Path, agentsPath, other.Packs ?? packs).LoadPolicy(output);
        AgentsDocument? declared = input.LoadAgents(output);
        AgentsDocument agents = declared ?? ImaginedAgents.Of(first, second);
        PolicyComparison comparison = PolicyDiff.Compare(first, second, agents, TimeProvider.System.GetUtcNow());
        List<string> notCompared = [.. comparison.NotCompared];
        if (declared is null) notCompared.Add($"no agents are given: compared for {agents.Agents.Length} imagined ones, one for each selector of a group; agents that fit several selectors at once are not among them");
        if (output.AsJson) WriteJson(output, first, second, agents, comparison, notCompared);
        else Write(output, first, second, agents, comparison, notCompared, limit);
        if (text && !output.AsJson) WriteText(one.Texts(packs), other.Texts(packs), output);
        return comparison.IsSame ? ExitCode.Done : ExitCode.ExpectationFailed;
    }

    private static void Write(CommandOutput output, Policy.Policy first, Policy.Policy second, AgentsDocument agents, PolicyComparison comparison, List<string> notCompared, int limit)
    {
        TextWriter data = output.Data;
        data.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"A {Short(first)}, B {Short(second)}: {(comparison.IsSame ? "no difference" : "they differ")} for {agents.Agents.Length} agents ({comparison.Compared} classes of attempts compared)"));
        foreach ((string agent, Mode before, Mode after, DateTimeOffset? since) in comparison.Modes)
            data.WriteLine(string.Create(CultureInfo.InvariantCulture, $"mode of {TerminalText.Escape(agent)}: {before.Text()} in A, {after.Text()} in B{(since is { } moment ? $", from {moment.UtcDateTime:yyyy-MM-dd HH:mm} on" : "")}"));
        DifferenceTable.Write("PERMITTED IN B, NOT IN A", [.. comparison.Differences.Where(difference => difference.IsPermittedInSecond)], limit, output);
        DifferenceTable.Write("PERMITTED IN A, NOT IN B", [.. comparison.Differences.Where(difference => !difference.IsPermittedInSecond)], limit, output);
        if (!comparison.Rules.IsEmpty || !comparison.Differences.IsEmpty) data.WriteLine();
        foreach (IGrouping<RuleChangeKind, RuleChange> kind in comparison.Rules.GroupBy(change => change.Kind))
            data.WriteLine($"rules {Words(kind.Key)}: {string.Join(", ", kind.Select(change => TerminalText.Escape(change.Rule)))}");
        foreach (bool inSecond in (bool[])[true, false])
        {
            string[] patterns = Patterns(comparison, inSecond);
            if (patterns.Length > 0) data.WriteLine($"names permitted {(inSecond ? "in B" : "in A")} only: {DifferenceTable.Some(patterns, limit > 0 ? limit : int.MaxValue)}");
        }
        foreach (string sentence in notCompared) data.WriteLine("not exact: " + sentence);
    }

    private static void WriteText(IReadOnlyDictionary<string, string> first, IReadOnlyDictionary<string, string> second, CommandOutput output)
    {
        foreach (string path in first.Keys.Union(second.Keys).Order(StringComparer.Ordinal))
        {
            // A line of a policy may be anybody's: a terminal must not obey it.
            foreach (string line in UnifiedDiff.Of(path, first.GetValueOrDefault(path), second.GetValueOrDefault(path)).Split('\n', StringSplitOptions.RemoveEmptyEntries)) output.Data.WriteLine(TerminalText.Escape(line));
        }
    }

    // The patterns of permits, as they are written; what they match besides is in the examples.
    private static string[] Patterns(PolicyComparison comparison, bool inSecond) =>
        [.. comparison.Differences.Where(difference => difference.IsPermittedInSecond == inSecond).SelectMany(difference => difference.Examples).SelectMany(example => example.Patterns).Distinct().Order(StringComparer.Ordinal)];

    private static string Words(RuleChangeKind kind) => kind switch
    {
        RuleChangeKind.Added => "added",
        RuleChangeKind.Removed => "removed",
        RuleChangeKind.Widened => "that decide more",
        RuleChangeKind.Narrowed => "that decide less",
        _ => "in one of them only, without effect",
    };

    private static string Short(Policy.Policy policy) => policy.Version.Length > 12 ? policy.Version[..12] : policy.Version;

    private static void WriteJson(CommandOutput output, Policy.Policy first, Policy.Policy second, AgentsDocument agents, PolicyComparison comparison, List<string> notCompared) =>
        ProblemReport.WriteJson(output, json =>
        {
            json.WriteBoolean("same", comparison.IsSame);
            json.WriteString("a", first.Version);
            json.WriteString("b", second.Version);
            json.WriteString("agents", agents.Hash);
            json.WriteNumber("compared", comparison.Compared);
            json.WriteStartArray("modes");
            foreach ((string agent, Mode before, Mode after, DateTimeOffset? since) in comparison.Modes)
            {
                json.WriteStartObject();
                json.WriteString("agent", agent);
                json.WriteString("a", before.Text());
                json.WriteString("b", after.Text());
                if (since is { } moment) json.WriteString("from", moment);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartArray("rules");
            foreach (RuleChange change in comparison.Rules)
            {
                json.WriteStartObject();
                json.WriteString("rule", change.Rule);
                json.WriteString("change", JsonNamingPolicy.CamelCase.ConvertName(change.Kind.ToString()));
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartArray("differences");
            foreach (PolicyDifference difference in comparison.Differences) WriteDifference(json, difference);
            json.WriteEndArray();
            json.WriteStartArray("notExact");
            foreach (string sentence in notCompared) json.WriteStringValue(sentence);
            json.WriteEndArray();
        });

    private static void WriteDifference(Utf8JsonWriter json, PolicyDifference difference)
    {
        json.WriteStartObject();
        json.WriteString("permittedIn", difference.IsPermittedInSecond ? "b" : "a");
        json.WriteString("ruleA", difference.FirstRule);
        json.WriteString("ruleB", difference.SecondRule);
        if (difference.From is { } from) json.WriteString("from", from);
        WriteTexts(json, "agents", difference.Agents);
        json.WriteStartArray("examples");
        foreach (DifferenceExample example in difference.Examples)
        {
            json.WriteStartObject();
            json.WriteString("attempt", difference.AttemptText(example));
            json.WriteString("how", difference.HowText(example));
            if (example.Probe.Destination.IsKnown) json.WriteString("address", example.Probe.Destination.ToString());
            if (example.Probe.Stage != Stage.Dns)
            {
                json.WriteNumber("protocol", example.Probe.Protocol);
                json.WriteNumber("port", example.Probe.Port);
            }
            json.WriteString("claimed", example.Probe.Claimed?.Text);
            WriteTexts(json, "bound", example.Probe.Bound.Select(name => name.Text));
            WriteTexts(json, "names", example.Names);
            WriteTexts(json, "patterns", example.Patterns);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
