using System.CommandLine;
using Exeat.Api.Control;
using Exeat.Policy;

namespace Exeat.Cli;

/// <summary>Speaks to control for the verbs of policies: where, and as whom.</summary>
internal static class ControlAccess
{
    public static Option<string?> Option() => new("--control") { Description = "control's address, such as https://control.example:8440 (default: $EXEAT_CONTROL, or that of exeat login)", HelpName = "URL" };

    /// <summary>Runs a verb with a client, and tells what control refuses.</summary>
    public static async Task<int> RunAsync(string? url, CommandOutput output, Func<PoliciesClient, Task<int>> verb)
    {
        using ControlClient client = ControlCalls.Open(url);
        return await ControlCalls.AskAsync(client.Http.BaseAddress!, output, () => verb(new PoliciesClient(client.Http))).ConfigureAwait(false);
    }

    public static string Line(DocumentProblem problem) => ProblemReport.Line(new Problem(problem.File, problem.Line, problem.Column, problem.Severity == "error" ? Severity.Error : Severity.Warning, problem.What, problem.Remedy));
}
