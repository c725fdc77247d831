using System.CommandLine;
using System.Text.Json;
using Exeat.Api.Control;
using Exeat.Policy;

namespace Exeat.Cli;

/// <summary>Speaks to control for the verbs of policies: refusals as messages with an exit status.</summary>
internal static class ControlAccess
{
    public static Option<string?> Option() => new("--control") { Description = "control's address, such as https://control.example:8440 (default: $EXEAT_CONTROL, or that of exeat login)", HelpName = "URL" };

    /// <summary>Runs a verb with a client, and tells what control refuses.</summary>
    public static async Task<int> RunAsync(string? url, CommandOutput output, Func<PoliciesClient, Task<int>> verb)
    {
        using ControlClient client = ControlCalls.Open(url);
        HttpClient http = client.Http;
        try
        {
            return await verb(new PoliciesClient(http)).ConfigureAwait(false);
        }
        catch (PolicyRefusedException refused)
        {
            foreach (DocumentProblem problem in refused.Problem.Problems ?? []) output.Tell(Line(problem), LogLevel.Error);
            throw new CommandFailure(refused.Problem.Status >= 500 ? ExitCode.EnvironmentLacks : ExitCode.InputWrong, Flows.TerminalText.Escape($"control refuses: {refused.Problem.Detail}; {refused.Problem.Remedy}"));
        }
        catch (HttpRequestException silent)
        {
            throw new CommandFailure(ExitCode.EnvironmentLacks, $"control at {http.BaseAddress} cannot be asked: {silent.Message.TrimEnd('.')}{(silent.InnerException is { } inner ? $" ({inner.Message.TrimEnd('.')})" : "")}; check the address, its certificate, and that exeat-control runs");
        }
        catch (JsonException other)
        {
            throw new CommandFailure(ExitCode.EnvironmentLacks, $"{http.BaseAddress} does not answer as control does: {other.Message.ReplaceLineEndings(" ")}");
        }
    }

    public static string Line(DocumentProblem problem) => ProblemReport.Line(new Problem(problem.File, problem.Line, problem.Column, problem.Severity == "error" ? Severity.Error : Severity.Warning, problem.What, problem.Remedy));
}
