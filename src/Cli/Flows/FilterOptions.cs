using System.CommandLine;
using Exeat.Api.Control;
using Exeat.Flows;

namespace Exeat.Cli;

/// <summary>Which flows of a control: every condition that it takes, each option several times for alternatives.</summary>
internal sealed class FilterOptions
{
    private static readonly string[] Verdicts = [.. FlowQuery.Verdicts, "pending", "note"];

    private readonly Option<string?> _since = new("--since") { Description = "not before: 15m, 1h, 7d, or a time", HelpName = "WHEN" };
    private readonly Option<string?> _until = new("--until") { Description = "before: 15m, 1h, 7d, or a time", HelpName = "WHEN" };
    private readonly Option<string[]> _agents = Many("--agent", "the agent's id", "ID");
    private readonly Option<string[]> _classes = Many("--class", "the agent's class", "CLASS");
    private readonly Option<string[]> _labels = Many("--label", "a label of the agent", "KEY=VALUE");
    private readonly Option<string[]> _groups = Many("--group", "a SmartGroup that the agent belongs to", "NAME");
    private readonly Option<string[]> _toGroups = Many("--to-group", "a SmartGroup that the destination belongs to", "NAME");
    private readonly Option<string[]> _names = Many("--name", "a name, or a pattern as in a policy (*.x.org, **.x.org)", "NAME");
    private readonly Option<string[]> _sources = Many("--src", "a source address or prefix", "CIDR");
    private readonly Option<string[]> _destinations = Many("--dst", "a destination address or prefix", "CIDR");
    private readonly Option<int[]> _ports = new("--port") { Description = "a destination port", HelpName = "PORT", DefaultValueFactory = _ => [] };
    private readonly Option<string[]> _protocols = Many("--protocol", "tcp, udp, icmp, icmpv6 or a number", "PROTOCOL");
    private readonly Option<string[]> _rules = Many("--rule", "the deciding rule, or one in monitor mode that matched", "RULE");
    private readonly Option<string[]> _verdicts = Many("--verdict", "what was decided", string.Join('|', Verdicts));
    private readonly Option<string[]> _would = Many("--would", "what enforce, or a rule in monitor mode, would have done", "permit|deny|pending");
    private readonly Option<string[]> _reasons = Many("--reason", "the reason", "REASON");
    private readonly Option<string[]> _proofs = Many("--proof", "how far the name is proven", "PROOF");
    private readonly Option<string[]> _stages = Many("--stage", "when policy was asked", "dns|first-packet|hello|request");
    private readonly Option<string[]> _gateways = Many("--gateway", "the gateway", "ID");
    private readonly Option<string[]> _versions = Many("--policy-version", "the version of the policy", "HASH");
    private readonly Option<string[]> _modes = Many("--mode", "the mode", "enforce|monitor");
    private readonly Option<long?> _least = new("--min-bytes") { Description = "at least so many bytes, both directions together", HelpName = "N" };
    private readonly Option<long?> _most = new("--max-bytes") { Description = "at most so many bytes", HelpName = "N" };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_since, _until, _agents, _classes, _labels, _groups, _toGroups, _names, _sources, _destinations, _ports, _protocols, _rules, _verdicts, _would, _reasons, _proofs, _stages, _gateways, _versions, _modes, _least, _most])
            command.Add(option);
    }

    public FlowFilterForm Of(ParseResult parsed)
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        // Read here too, so that a mistake is told without a question.
        ScopeOptions.At("--since", parsed.GetValue(_since), now);
        ScopeOptions.At("--until", parsed.GetValue(_until), now);
        return new FlowFilterForm
        {
            Since = parsed.GetValue(_since),
            Until = parsed.GetValue(_until),
            Agents = parsed.GetValue(_agents),
            Classes = parsed.GetValue(_classes),
            Labels = parsed.GetValue(_labels),
            Groups = parsed.GetValue(_groups),
            ToGroups = parsed.GetValue(_toGroups),
            Names = parsed.GetValue(_names),
            Sources = parsed.GetValue(_sources),
            Destinations = parsed.GetValue(_destinations),
            Ports = parsed.GetValue(_ports),
            Protocols = parsed.GetValue(_protocols),
            Rules = parsed.GetValue(_rules),
            Verdicts = parsed.GetValue(_verdicts),
            Would = parsed.GetValue(_would),
            Reasons = parsed.GetValue(_reasons),
            Proofs = parsed.GetValue(_proofs),
            Stages = parsed.GetValue(_stages),
            Gateways = parsed.GetValue(_gateways),
            PolicyVersions = parsed.GetValue(_versions),
            Modes = parsed.GetValue(_modes),
            MinBytes = parsed.GetValue(_least),
            MaxBytes = parsed.GetValue(_most),
        };
    }

    /// <summary>The conditions of a journal's query; those that only a control answers end the command.</summary>
    public FlowQuery OfJournal(ParseResult parsed)
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        foreach (Option option in (Option[])[_labels, _groups, _toGroups, _sources, _destinations, _ports, _protocols, _would, _proofs, _stages, _gateways, _versions, _modes, _least, _most])
            if (parsed.GetResult(option) is { Implicit: false }) throw new CommandFailure(ExitCode.InputWrong, $"{option.Name}: a journal is not asked for that; give --control, or leave it out");
        return new FlowQuery
        {
            Agent = One(parsed, _agents),
            Class = One(parsed, _classes),
            Name = Pattern(One(parsed, _names)),
            Rule = One(parsed, _rules),
            Verdict = Verdict(One(parsed, _verdicts)),
            Reason = One(parsed, _reasons),
            Since = ScopeOptions.At("--since", parsed.GetValue(_since), now),
            Until = ScopeOptions.At("--until", parsed.GetValue(_until), now),
        };
    }

    private static string? One(ParseResult parsed, Option<string[]> option) => parsed.GetValue(option) switch
    {
        null or [] => null,
        [var only] => only,
        _ => throw new CommandFailure(ExitCode.InputWrong, $"{option.Name} stands more than once; a journal takes one value, --control takes several"),
    };

    private static string? Verdict(string? word) =>
        word is null || FlowQuery.Verdicts.Contains(word) ? word : throw new CommandFailure(ExitCode.InputWrong, $"--verdict '{word}' is none; write {string.Join(", ", FlowQuery.Verdicts)}");

    // A pattern that a policy would refuse is refused here too: there is one reading of names.
    private static string? Pattern(string? name)
    {
        if (name is null || !name.Contains('*') || Names.NamePattern.TryParse(name, out _, out Names.PatternProblem? problem)) return name;
        throw new CommandFailure(ExitCode.InputWrong, $"--name: {problem.What}; {problem.Remedy}");
    }

    private static Option<string[]> Many(string name, string description, string value) => new(name) { Description = description, HelpName = value, DefaultValueFactory = _ => [] };
}
