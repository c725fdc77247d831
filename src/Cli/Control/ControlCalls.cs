using System.CommandLine;
using System.Text.Json;
using Exeat.Api.Control;
using Exeat.Flows;

namespace Exeat.Cli;

/// <summary>Runs a verb that asks control: with the saved login, or with a token of the environment; refusals and silence become one line with what to do.</summary>
internal static class ControlCalls
{
    private const string Address = "EXEAT_CONTROL", Token = "EXEAT_CONTROL_TOKEN", Fingerprint = "EXEAT_CONTROL_FINGERPRINT";

    /// <summary>Runs the verb with a client.</summary>
    public static async Task<int> RunAsync(ParseResult parsed, Func<ControlClient, CommandOutput, Task<int>> verb)
    {
        CommandOutput output = CommandOutput.Of(parsed);
        (Uri address, ControlTrust trust, string secret) = Login();
        using var client = new ControlClient(address, trust, secret);
        return await AskAsync(address, output, () => verb(client, output)).ConfigureAwait(false);
    }

    /// <summary>Turns what a question may throw into one line.</summary>
    public static async Task<int> AskAsync(Uri address, CommandOutput output, Func<Task<int>> question)
    {
        try
        {
            return await question().ConfigureAwait(false);
        }
        catch (ControlRefusedException refused)
        {
            foreach (DocumentProblem problem in refused.Problem.Problems ?? [])
                output.Tell(TerminalText.Escape($"{problem.File}:{problem.Line}:{problem.Column}: {problem.Severity}: {problem.What}; {problem.Remedy}"), LogLevel.Error);
            bool isInput = refused.Problem.Status is >= 400 and < 500 and not (401 or 403 or 429);
            throw new CommandFailure(isInput ? ExitCode.InputWrong : ExitCode.EnvironmentLacks, TerminalText.Escape($"control refuses: {refused.Problem.Detail}; {refused.Problem.Remedy}"));
        }
        catch (HttpRequestException other) when (other.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            throw new CommandFailure(ExitCode.EnvironmentLacks, $"control at {address} cannot be asked: whoever answers there does not show the certificate that control is known by here, so nothing was said to it: control has a new key, or somebody stands between. "
                + $"Compare with what exeat-control said when it was ready; if that is new, {CommandPath.Program} login {address} --fingerprint HEX takes it (with a token: ${Fingerprint})");
        }
        catch (TaskCanceledException late) when (late.InnerException is TimeoutException)
        {
            throw new CommandFailure(ExitCode.EnvironmentLacks, $"control at {address} does not answer in time; check the address, the network, and that exeat-control runs");
        }
        catch (HttpRequestException silent)
        {
            string why = (silent.InnerException ?? silent).Message.ReplaceLineEndings(" ").TrimEnd('.');
            throw new CommandFailure(ExitCode.EnvironmentLacks, $"control at {address} cannot be asked: {why}; check the address, its certificate, and that exeat-control runs");
        }
        catch (JsonException other)
        {
            throw new CommandFailure(ExitCode.EnvironmentLacks, $"{address} does not answer as control does: {other.Message.ReplaceLineEndings(" ")}; use the exeat of the same release");
        }
    }

    /// <summary>A client for the control that was named; null: of the environment, or of the saved login. Nothing is opened before the first question.</summary>
    public static ControlClient Open(string? url)
    {
        (Uri address, ControlTrust trust, string secret) = Login(url);
        return new ControlClient(address, trust, secret);
    }

    // The environment first: a program that has a token means it.
    private static (Uri Address, ControlTrust Trust, string Secret) Login(string? url = null)
    {
        if (FromEnvironment(Token) is { } token)
        {
            string text = url ?? FromEnvironment(Address) ?? throw new CommandFailure(ExitCode.InputWrong, $"${Token} is set and ${Address} is not: set control's address, such as https://control.example:8440");
            return (LoginCommand.ReadAddress(text), new ControlTrust { KeyFingerprint = FromEnvironment(Fingerprint)?.Replace(":", "", StringComparison.Ordinal) }, token);
        }
        Uri? wanted = (url ?? FromEnvironment(Address)) is { } named ? LoginCommand.ReadAddress(named) : null;
        SavedLogin? login = SavedLogin.Read();
        if (login is null || (wanted is not null && wanted != login.Address))
            throw new CommandFailure(ExitCode.EnvironmentLacks, $"there is no login{(wanted is null ? "" : $" at {wanted}")}: exeat login {wanted?.ToString() ?? "URL, such as exeat login https://control.example:8440"}");
        return (login.Address, new ControlTrust { KeyFingerprint = login.KeyFingerprint, AuthorityFile = login.AuthorityFile }, login.Secret);
    }

    private static string? FromEnvironment(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}
