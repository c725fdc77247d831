using System.Collections.Immutable;
using System.CommandLine;
using Exeat.Lab.Topology;

namespace Exeat.Cli;

/// <summary>The options of <c>exeat lab</c>; the same on the command that runs inside the namespaces.</summary>
internal sealed class LabChoices
{
    private readonly Option<bool> _keep = new("--keep") { Description = "leave the lab up, and say how to get in" };
    private readonly Option<bool> _sabotage = new("--sabotage") { Description = "plain forwarding instead of the gateway: every attack must escape, and the status is 1" };
    private readonly Option<bool> _control = new("--control") { Description = "start a control beside the lab, outside its namespaces, feed it with the lab's records, and say what it has; it ends with the lab" };
    private readonly Option<string> _phase = new("--phase") { Description = "only monitor or only enforce" };
    private readonly Option<string[]> _agents = new("--agents") { Description = "only these agents", AllowMultipleArgumentsPerToken = true };

    public void AddTo(Command command)
    {
        _phase.AcceptOnlyFromAmong("monitor", "enforce");
        _agents.AcceptOnlyFromAmong([.. LabPlan.Agents.Select(a => a.Id)]);
        foreach (Option option in (Option[])[_keep, _sabotage, _control, _phase, _agents]) command.Options.Add(option);
    }

    public LabWish Read(ParseResult parsed) => new(
        parsed.GetValue(GlobalOptions.Json), parsed.GetValue(_keep), parsed.GetValue(GlobalOptions.Quiet), parsed.GetValue(_sabotage),
        parsed.GetValue(_phase), parsed.GetValue(_control), [.. parsed.GetValue(_agents) ?? []]);
}
