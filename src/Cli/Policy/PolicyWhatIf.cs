using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Exeat.Flows;
using Exeat.Policy;

namespace Exeat.Cli;

/// <summary><c>exeat policy what-if</c>: recorded attempts, asked again of a candidate policy.</summary>
internal sealed class PolicyWhatIf
{
    private const string Program = "what-if";

    private readonly WhatIf _whatIf;
    private readonly RecordedAttempts _attempts;
    private readonly CompiledPolicy _candidate;
    private readonly bool _agentsAsRecorded;

    private PolicyWhatIf(WhatIf whatIf, RecordedAttempts attempts, CompiledPolicy candidate, bool agentsAsRecorded) =>
        (_whatIf, _attempts, _candidate, _agentsAsRecorded) = (whatIf, attempts, candidate, agentsAsRecorded);

    public static Command Create()
    {
        Option<string?> policy = PolicyInput.PolicyOption(), packs = PolicyInput.PacksOption(), journal = JournalOption.Create();
        Option<string?> agents = new("--agents") { Description = "an agents document (default: $EXEAT_AGENTS, else the agents as recorded)", HelpName = "FILE" };
        var scope = new ScopeOptions();
        Option<long?> newlyDenied = Limit("--limit-newly-denied", "end with 1 when more attempts than this would be newly denied");
        Option<long?> passed = Limit("--limit-passed-in-monitor", "end with 1 when more attempts than this passed only in monitor, and would be refused");
        Option<int> rows = new("--limit") { Description = "at most so many destinations of each kind in tables, the most frequent; 0 is all", HelpName = "N", DefaultValueFactory = _ => 50 };
        var command = new Command("what-if", "replay recorded attempts under another policy: what would be decided otherwise") { policy, agents, packs, journal };
        scope.AddTo(command);
        foreach (Option option in (Option[])[newlyDenied, passed, rows]) command.Add(option);
        command.SetAction(parsed =>
        {
            CommandOutput output = CommandOutput.Of(parsed);
            PolicyWhatIf done = Run(
                new PolicyInput(parsed.GetValue(policy), parsed.GetValue(agents), parsed.GetValue(packs)),
                () => JournalOption.Open(parsed.GetValue(journal)), scope.Of(parsed, TimeProvider.System.GetUtcNow()), output);
            if (output.AsJson) done.WriteJson(output);
            else done.Write(output, parsed.GetValue(rows));
            return done.Judge(parsed.GetValue(newlyDenied), parsed.GetValue(passed), output);
        });
        return command;
    }

    private static Option<long?> Limit(string name, string description)
    {
        Option<long?> option = new(name) { Description = description, HelpName = "N" };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<long?>() < 0) result.AddError($"{name} takes a number from 0");
        });
        return option;
    }

    private static PolicyWhatIf Run(PolicyInput input, Func<JournalReader> open, AttemptScope scope, CommandOutput output)
    {
        Policy.Policy policy = input.LoadPolicy(output);
        AgentsDocument? declared = input.LoadAgents(output);
        AgentsDocument agents = declared ?? RecordedAgents.Of(open().Read(scope.Since));
        CompiledPolicy candidate = CompiledPolicy.Compile(policy, agents, TimeProvider.System.GetUtcNow());
        var whatIf = new WhatIf(candidate);
        var attempts = new RecordedAttempts(scope);
        JournalReader reader = open();
        foreach (RecordedAttempt attempt in attempts.Of(ReadingProgress.Watch(reader.Read(scope.Since), line => output.Tell($"{Program}: {line}")))) whatIf.Add(attempt);
        JournalOption.TellCorrupt(reader, output);
        return new PolicyWhatIf(whatIf, attempts, candidate, declared is null);
    }

    private int Judge(long? newlyDenied, long? passed, CommandOutput output)
    {
        bool over = false;
        Check(WhatIfChange.NewlyDenied, newlyDenied, "newly denied");
        Check(WhatIfChange.PassedInMonitor, passed, "passed in monitor only");
        return over ? ExitCode.ExpectationFailed : ExitCode.Done;

        void Check(WhatIfChange change, long? limit, string words)
        {
            if (_whatIf.Total(change) <= (limit ?? long.MaxValue)) return;
            over = true;
            output.Tell($"{Program}: {_whatIf.Total(change)} {words}, more than {limit}", LogLevel.Error);
        }
    }

    private void Write(CommandOutput output, int most)
    {
        TextWriter data = output.Data;
        data.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_whatIf.Compared} attempts compared with policy {Short(_candidate.Version)} (mode {_candidate.Mode.Text()})"
            + $"{(_agentsAsRecorded ? ", agents as recorded" : "")}"));
        data.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_whatIf.Total(WhatIfChange.NewlyDenied)} newly denied, {_whatIf.Total(WhatIfChange.NewlyPermitted)} newly permitted, "
            + $"{_whatIf.Total(WhatIfChange.PassedInMonitor)} passed in monitor only, {_whatIf.Total(WhatIfChange.ChangedRule)} by another rule, {_whatIf.Total(WhatIfChange.Unchanged)} unchanged"));
        foreach ((WhatIfChange change, string title) in Titles) WhatIfTable.Write(title, _whatIf.Rows(change), most, output);
        if (_whatIf.UnknownAgents.Count > 0)
            data.WriteLine($"\nnot declared any more, and not compared: {string.Join(", ", _whatIf.UnknownAgents.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => string.Create(CultureInfo.InvariantCulture, $"{TerminalText.Escape(pair.Key.Length == 0 ? "(no agent)" : pair.Key)} ({pair.Value})")))}");
        if (_attempts.LeftOut.Count > 0)
            data.WriteLine($"\nleft out, since policy does not decide them: {string.Join(", ", _attempts.LeftOut.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => string.Create(CultureInfo.InvariantCulture, $"{TerminalText.Escape(pair.Key)} ({pair.Value})")))}");
        if (_whatIf.IsFolded) output.Tell($"{Program}: more than {WhatIf.MaxRows} different destinations; the others are counted together", LogLevel.Warning);
    }

    private static readonly (WhatIfChange, string)[] Titles =
    [
        (WhatIfChange.NewlyDenied, "NEWLY DENIED"),
        (WhatIfChange.NewlyPermitted, "NEWLY PERMITTED"),
        (WhatIfChange.PassedInMonitor, "PASSED IN MONITOR ONLY, WOULD BE REFUSED"),
        (WhatIfChange.ChangedRule, "THE SAME BY ANOTHER RULE"),
    ];

    private void WriteJson(CommandOutput output) => ProblemReport.WriteJson(output, json =>
    {
        json.WriteString("policy", _candidate.Version);
        json.WriteString("mode", _candidate.Mode.Text());
        json.WriteString("agents", _candidate.AgentsHash);
        json.WriteNumber("compared", _whatIf.Compared);
        foreach (WhatIfChange change in Enum.GetValues<WhatIfChange>()) json.WriteNumber(Word(change), _whatIf.Total(change));
        WriteCounts(json, "leftOut", _attempts.LeftOut);
        WriteCounts(json, "unknownAgents", _whatIf.UnknownAgents);
        json.WriteBoolean("folded", _whatIf.IsFolded);
        json.WriteStartArray("changes");
        foreach ((WhatIfChange change, _) in Titles)
            foreach (WhatIfRow row in _whatIf.Rows(change)) WriteRow(json, row);
        json.WriteEndArray();
    });

    private static void WriteRow(Utf8JsonWriter json, WhatIfRow row)
    {
        json.WriteStartObject();
        json.WriteString("change", Word(row.Key.Change));
        json.WriteString("agent", row.Key.Agent);
        json.WriteString("name", row.Key.Name);
        json.WriteString("address", row.Key.Address);
        json.WriteString("protocol", row.Key.Protocol);
        if (row.Key.Port > 0) json.WriteNumber("port", row.Key.Port);
        json.WriteString("proof", row.Key.Proof);
        json.WriteString("ruleThen", row.Key.RuleThen);
        json.WriteString("ruleNow", row.Key.RuleNow);
        json.WriteBoolean("dependsOnHello", row.Key.DependsOnHello);
        json.WriteNumber("count", row.Count);
        json.WriteString("first", row.First);
        json.WriteString("last", row.Last);
        json.WriteString("flow", row.Flow);
        json.WriteEndObject();
    }

    private static void WriteCounts(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, long> counts)
    {
        json.WriteStartObject(name);
        foreach ((string key, long count) in counts.OrderBy(pair => pair.Key, StringComparer.Ordinal)) json.WriteNumber(key, count);
        json.WriteEndObject();
    }

    private static string Word(WhatIfChange change) => JsonNamingPolicy.CamelCase.ConvertName(change.ToString());

    private static string Short(string version) => version.Length > 12 ? version[..12] : version;
}
