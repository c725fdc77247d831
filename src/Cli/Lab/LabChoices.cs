using System.Collections.Immutable;
using System.CommandLine;
using Exeat.Lab.Topology;

namespace Exeat.Cli.Lab;

/// <summary>The options of <c>exeat lab</c>; the same on the command that runs inside the namespaces.</summary>
internal sealed class LabChoices
{
    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON object instead of the table" };
    private readonly Option<bool> _keep = new("--keep") { Description = "Leave the lab up, and say how to get in" };
    private readonly Option<bool> _quiet = new("--quiet") { Description = "No progress" };
    private readonly Option<bool> _sabotage = new("--sabotage") { Description = "Plain forwarding instead of the gateway: every attack must escape" };
    private readonly Option<string> _phase = new("--phase") { Description = "Only monitor or only enforce" };
    private readonly Option<string[]> _agents = new("--agents") { Description = "Only these agents", AllowMultipleArgumentsPerToken = true };

    public void AddTo(Command command)
    {
        _phase.AcceptOnlyFromAmong("monitor", "enforce");
        _agents.AcceptOnlyFromAmong([.. LabPlan.Agents.Select(a => a.Id)]);
        foreach (Option option in (Option[])[_json, _keep, _quiet, _sabotage, _phase, _agents]) command.Options.Add(option);
    }

    public LabWish Read(ParseResult parsed) => new(
        parsed.GetValue(_json), parsed.GetValue(_keep), parsed.GetValue(_quiet), parsed.GetValue(_sabotage),
        parsed.GetValue(_phase), [.. parsed.GetValue(_agents) ?? []]);
}
