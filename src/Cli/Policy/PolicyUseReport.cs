using System.CommandLine;
using System.Globalization;
using Exeat.Flows;
using Exeat.Policy;

namespace Exeat.Cli;

/// <summary><c>exeat policy report</c>: what each rule and name of a policy was used for, by the records of a journal.</summary>
internal static class PolicyUseReport
{
    public static Command Create()
    {
        Option<string?> policy = PolicyInput.PolicyOption(), packs = PolicyInput.PacksOption(), journal = JournalOption.Create();
        Option<string?> agents = new("--agents") { Description = "an agents document (default: $EXEAT_AGENTS, else the agents as recorded)", HelpName = "FILE" };
        var scope = new ScopeOptions();
        Option<int> within = new("--expiring-within") { Description = "what expires within so many days is named", HelpName = "DAYS", DefaultValueFactory = _ => 30 };
        within.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 0 or > 36_500) result.AddError("--expiring-within takes a number of days from 0 to 36500");
        });
        var command = new Command("report", "say of each rule how often it was hit, and what is never used, too broad or expiring") { policy, agents, packs, journal };
        scope.AddTo(command);
        command.Add(within);
        command.SetAction(parsed =>
        {
            CommandOutput output = CommandOutput.Of(parsed);
            DateTimeOffset now = TimeProvider.System.GetUtcNow();
            var input = new PolicyInput(parsed.GetValue(policy), parsed.GetValue(agents), parsed.GetValue(packs));
            RuleReport report = Read(input, () => JournalOption.Open(parsed.GetValue(journal)), scope.Of(parsed, now), now, now.AddDays(parsed.GetValue(within)), output);
            if (output.AsJson) RuleReportText.WriteJson(report, output);
            else RuleReportText.Write(report, output);
        });
        return command;
    }

    private static RuleReport Read(PolicyInput input, Func<JournalReader> open, AttemptScope scope, DateTimeOffset now, DateTimeOffset soon, CommandOutput output)
    {
        Policy.Policy policy = input.LoadPolicy(output);
        AgentsDocument agents = input.LoadAgents(output) ?? RecordedAgents.Of(open().Read(scope.Since));
        CompiledPolicy compiled = CompiledPolicy.Compile(policy, agents, now);
        var use = new PolicyUse(compiled);
        var attempts = new RecordedAttempts(scope);
        JournalReader reader = open();
        foreach (RecordedAttempt attempt in attempts.Of(ReadingProgress.Watch(reader.Read(scope.Since), line => output.Tell("report: " + line)))) use.Add(attempt);
        JournalOption.TellCorrupt(reader, output);
        IReadOnlySet<int> deciding = DecidingRules.Of(compiled, out bool isExact);
        return new RuleReport(policy, compiled, use, attempts, deciding, isExact, now, soon);
    }
}
