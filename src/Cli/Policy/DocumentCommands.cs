using System.Collections.Immutable;
using System.CommandLine;
using Exeat.Policy;

namespace Exeat.Cli;

/// <summary><c>exeat agents check</c>, <c>exeat gateway check</c> and <c>exeat control check</c>: the mistakes of the other kinds of documents.</summary>
internal static class DocumentCommands
{
    public static Command Agents()
    {
        Argument<string> path = new("PATH") { Description = "an agents document: a file, or a folder of *.yaml files" };
        Option<bool> attached = new("--attached") { Description = "as a gateway reads it: every agent needs interface and addresses" };
        var check = new Command("check", "find every mistake in an agents document") { path, attached };
        check.SetAction(parsed =>
        {
            string file = parsed.GetRequiredValue(path);
            AgentsResult result = parsed.GetValue(attached) ? AgentsLoader.LoadAttached(file) : AgentsLoader.Load(file);
            return Report(result.Problems, result.Agents is { } agents ? $"{agents.Agents.Length} agents, hash {agents.Hash}" : null, CommandOutput.Of(parsed));
        });
        var agents = new Command("agents", "check agents documents; list, quarantine and release agents by control") { check };
        AgentCommands.AddTo(agents);
        return agents;
    }

    public static Command Gateway()
    {
        Argument<string> path = new("FILE") { Description = "a gateway's configuration" };
        var check = new Command("check", "find every mistake in a gateway's configuration and in the documents that it names") { path };
        check.SetAction(parsed => CheckGateway(parsed.GetRequiredValue(path), CommandOutput.Of(parsed)));
        return new Command("gateway", "check gateway configurations") { check };
    }

    public static Command ControlCheck()
    {
        Argument<string> path = new("FILE") { Description = "a control's configuration" };
        var check = new Command("check", "find every mistake in a control's configuration") { path };
        check.SetAction(parsed =>
        {
            ControlResult result = ControlDocumentLoader.Load(parsed.GetRequiredValue(path));
            return Report(result.Problems, result.Control is { } control ? $"data in {control.DataFolder}" : null, CommandOutput.Of(parsed));
        });
        return check;
    }

    private static int CheckGateway(string path, CommandOutput output)
    {
        GatewayResult result = GatewayDocumentLoader.Load(path);
        ImmutableArray<Problem> problems = result.Problems;
        if (result.Gateway is not { } gateway) return Report(problems, null, output);
        AgentsResult agents = AgentsLoader.LoadAttached(gateway.Agents);
        LoadResult policy = PolicyLoader.Load(gateway.Policy, gateway.Options(TimeProvider.System));
        IEnumerable<Problem> names = policy.Policy is { } read && agents.Agents is { } attached ? ResolverCheck.Look(path, read, attached, gateway.Dns.Intercept, TimeProvider.System.GetUtcNow()) : [];
        return Report([.. problems, .. agents.Problems, .. policy.Problems, .. names], $"gateway {gateway.Id}, policy {policy.Policy?.Version}", output);
    }

    private static int Report(ImmutableArray<Problem> problems, string? summary, CommandOutput output)
    {
        bool isWrong = problems.Any(problem => problem.Severity == Severity.Error);
        if (output.AsJson) ProblemReport.WriteJson(output, !isWrong, problems);
        else ProblemReport.Write(output, problems);
        output.Tell(ProblemReport.Summary(problems, isWrong ? null : summary));
        return isWrong ? ExitCode.InputWrong : ExitCode.Done;
    }
}
