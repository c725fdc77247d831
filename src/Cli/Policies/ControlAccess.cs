using System.CommandLine;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Exeat.Api.Control;
using Exeat.Policy;

namespace Exeat.Cli;

/// <summary>Speaks to control for the verbs of policies: the address, the caller's token, and refusals as messages with an exit status.</summary>
internal static class ControlAccess
{
    private const string Address = "EXEAT_CONTROL", Token = "EXEAT_CONTROL_TOKEN", Fingerprint = "EXEAT_CONTROL_FINGERPRINT";

    public static Option<string?> Option() => new("--control") { Description = $"control's address, such as https://control.example:8440 (default: ${Address})", HelpName = "URL" };

    /// <summary>Runs a verb with a client, and tells what control refuses.</summary>
    public static async Task<int> RunAsync(string? url, CommandOutput output, Func<PoliciesClient, Task<int>> verb)
    {
        using HttpClient http = Open(url);
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
            throw new CommandFailure(ExitCode.EnvironmentLacks, $"control at {http.BaseAddress} cannot be asked: {silent.Message.TrimEnd('.')}{(silent.InnerException is { } inner ? $" ({inner.Message.TrimEnd('.')})" : "")}; check the address, ${Fingerprint}, and that exeat-control runs");
        }
        catch (JsonException other)
        {
            throw new CommandFailure(ExitCode.EnvironmentLacks, $"{http.BaseAddress} does not answer as control does: {other.Message.ReplaceLineEndings(" ")}");
        }
    }

    public static string Line(DocumentProblem problem) => ProblemReport.Line(new Problem(problem.File, problem.Line, problem.Column, problem.Severity == "error" ? Severity.Error : Severity.Warning, problem.What, problem.Remedy));

    private static HttpClient Open(string? url)
    {
        string text = url ?? FromEnvironment(Address) ?? throw new CommandFailure(ExitCode.InputWrong, $"control's address is not known; give --control or set {Address}");
        if (!Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out Uri? address) || address.Scheme != Uri.UriSchemeHttps) throw new CommandFailure(ExitCode.InputWrong, "control's address is not one of https; write https://HOST:PORT");
        // From the environment, not an option: command lines are seen by everybody on the machine.
        string token = FromEnvironment(Token) ?? throw new CommandFailure(ExitCode.InputWrong, $"no login is known; set {Token} to a token or session of yours");
        var connections = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false };
        if (FromEnvironment(Fingerprint) is { } pinned)
        {
            string wanted = pinned.Replace(":", "", StringComparison.Ordinal);
            connections.SslOptions.RemoteCertificateValidationCallback = (_, seen, _, _) => seen is X509Certificate2 known
                && ((byte[][])[known.RawData, known.PublicKey.ExportSubjectPublicKeyInfo()]).Any(bytes => string.Equals(Convert.ToHexString(SHA256.HashData(bytes)), wanted, StringComparison.OrdinalIgnoreCase));
        }
        var http = new HttpClient(connections) { BaseAddress = address, Timeout = TimeSpan.FromMinutes(5) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }

    private static string? FromEnvironment(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}
