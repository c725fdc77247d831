using System.CommandLine;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Exeat.Api.Control;
using Exeat.Flows;
using Exeat.Policy;

namespace Exeat.Cli;

/// <summary><c>exeat login</c>, <c>logout</c> and <c>whoami</c>.</summary>
internal static class LoginCommand
{
    public static IEnumerable<Command> All() => [Login(), Logout(), WhoAmI()];

    /// <summary>Control's address; only TLS.</summary>
    public static Uri ReadAddress(string text)
    {
        if (Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : "https://" + text, UriKind.Absolute, out Uri? address) && address.Scheme == Uri.UriSchemeHttps)
            return new UriBuilder(address) { Path = "/", Query = "", Port = address.IsDefaultPort && !text.Contains(":443", StringComparison.Ordinal) ? ControlDocument.PeoplePort : address.Port }.Uri;
        throw new CommandFailure(ExitCode.InputWrong, $"{TerminalText.Escape(text)} is no address of control: write one such as https://control.example:8440");
    }

    private static Command Login()
    {
        Argument<string> url = new("URL") { Description = "control's address, such as https://control.example:8440" };
        Option<string?> user = new("--user", "-u") { Description = "the account (default: asked for)", HelpName = "NAME" };
        Option<bool> fromInput = new("--password-stdin") { Description = "read the password from standard input instead of asking" };
        Option<string?> fingerprint = new("--fingerprint") { Description = "SHA-256 of control's key, as exeat-control says it when it is ready; without it you are shown it and asked", HelpName = "HEX" };
        Option<string?> authority = new("--ca") { Description = "PEM file of the authority that control's certificate is from", HelpName = "FILE" };
        var command = new Command("login", "log in to control; the other verbs use it") { url, user, fromInput, fingerprint, authority };
        command.SetAction((parsed, cancel) => LoginAsync(ReadAddress(parsed.GetRequiredValue(url)), parsed.GetValue(user), parsed.GetValue(fromInput), parsed.GetValue(fingerprint), parsed.GetValue(authority), CommandOutput.Of(parsed), cancel));
        return command;
    }

    private static Task<int> LoginAsync(Uri address, string? user, bool fromInput, string? fingerprint, string? authority, CommandOutput output, CancellationToken cancel) => ControlCalls.AskAsync(address, output, async () =>
    {
        ControlTrust trust = authority is not null ? new ControlTrust { AuthorityFile = Path.GetFullPath(authority) }
            : fingerprint is not null ? new ControlTrust { KeyFingerprint = ReadFingerprint(fingerprint) }
            : await LookAsync(address, output, cancel).ConfigureAwait(false);
        string name = user ?? Terminal.Ask("account: ", "name the account with --user");
        string password = fromInput ? Console.In.ReadLine() ?? "" : Terminal.AskHidden("password: ", "--password-stdin reads it from standard input");
        using var client = new ControlClient(address, trust, null);
        Session session = await client.SendAsync(HttpMethod.Post, "sessions", new Login(name, password), ControlJson.Default.Login, ControlJson.Default.Session, cancel).ConfigureAwait(false);
        if (session.MustChangePassword)
        {
            if (fromInput) throw new CommandFailure(ExitCode.InputWrong, "this is a one-time password, and a new one is asked for at a terminal: leave --password-stdin out");
            output.Tell("this is a one-time password: set one of your own, at least 12 characters");
            string own = Terminal.AskHidden("new password: ", ""), again = Terminal.AskHidden("once more: ", "");
            if (own != again) throw new CommandFailure(ExitCode.InputWrong, "the two are different; nothing was changed: log in again");
            using var changing = new ControlClient(address, trust, session.Token);
            await changing.SendAsync(HttpMethod.Post, "whoami/password", new PasswordChange(password, own), ControlJson.Default.PasswordChange, cancel).ConfigureAwait(false);
        }
        new SavedLogin(address, session.User, session.Token, session.Ends, trust.KeyFingerprint, trust.AuthorityFile).Write();
        output.Tell($"logged in to {address} as {TerminalText.Escape(session.User)} ({string.Join(", ", session.Roles.Select(TerminalText.Escape))}) until {session.Ends:yyyy-MM-dd HH:mm} UTC");
        return ExitCode.Done;
    });

    // The first look at a control whose certificate no authority vouches for: a person compares, and from then on the key is the one.
    private static async Task<ControlTrust> LookAsync(Uri address, CommandOutput output, CancellationToken cancel)
    {
        if (SavedLogin.Read() is { } before && before.Address == address) return new ControlTrust { KeyFingerprint = before.KeyFingerprint, AuthorityFile = before.AuthorityFile };
        (string seen, bool isVouchedFor) = await SeeAsync(address, cancel).ConfigureAwait(false);
        if (isVouchedFor) return new ControlTrust();
        output.Tell($"control at {address} shows a certificate of its own making; key fingerprint SHA-256:\n  {seen}\nexeat-control says its fingerprint when it is ready; compare the two.");
        string answer = Terminal.Ask("is it the same? (yes/no): ", "give it with --fingerprint, or its authority with --ca");
        return answer.Trim() == "yes" ? new ControlTrust { KeyFingerprint = seen } : throw new CommandFailure(ExitCode.InputWrong, "then this is not your control, or somebody stands between: nothing was sent");
    }

    private static async Task<(string Fingerprint, bool IsVouchedFor)> SeeAsync(Uri address, CancellationToken cancel)
    {
        (string Fingerprint, bool IsVouchedFor) seen = default;
        using var connections = new SocketsHttpHandler { UseProxy = false };
        connections.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
        {
            if (certificate is X509Certificate2 shown) seen = (ControlTrust.FingerprintOf(shown), errors == SslPolicyErrors.None);
            return seen.IsVouchedFor;
        };
        using var http = new HttpClient(connections) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(10) };
        try
        {
            using HttpResponseMessage any = await http.GetAsync(new Uri("/api/v1/health", UriKind.Relative), cancel).ConfigureAwait(false);
        }
        catch (HttpRequestException) when (seen.Fingerprint is not null)
        {
            // The certificate was shown, which is all that was asked for.
        }
        return seen;
    }

    private static string ReadFingerprint(string text)
    {
        string hex = text.Replace(":", "", StringComparison.Ordinal).ToUpperInvariant();
        return hex.Length == 64 && hex.All(char.IsAsciiHexDigit) ? hex : throw new CommandFailure(ExitCode.InputWrong, "the fingerprint is not 64 hexadecimal digits: copy it from what exeat-control says when it is ready");
    }

    private static Command Logout()
    {
        var command = new Command("logout", "end the login, here in any case, and at control; ends with 3 when control could not be told");
        command.SetAction(async (parsed, cancel) =>
        {
            CommandOutput output = CommandOutput.Of(parsed);
            // Here first: neither a control that is away nor a file that is broken keeps anybody logged in here.
            if (SavedLogin.Take() is not { } login) return ExitCode.Done;
            using var client = new ControlClient(login.Address, new ControlTrust { KeyFingerprint = login.KeyFingerprint, AuthorityFile = login.AuthorityFile }, login.Secret);
            try
            {
                return await ControlCalls.AskAsync(login.Address, output, async () =>
                {
                    try
                    {
                        await client.DeleteAsync("sessions/current", cancel).ConfigureAwait(false);
                    }
                    catch (ControlRefusedException ended) when (ended.Problem.Status == 401)
                    {
                        // It had ended already.
                    }
                    return ExitCode.Done;
                }).ConfigureAwait(false);
            }
            catch (CommandFailure silent)
            {
                throw new CommandFailure(silent.ExitCode, $"logged out here, but the session at control could not be ended: it ends by itself, at the latest at {login.Ends:yyyy-MM-dd HH:mm} UTC; a new password ends it sooner ({CommandPath.Program} control password). {silent.Message}");
            }
        });
        return command;
    }

    private static Command WhoAmI()
    {
        var command = new Command("whoami", "who control takes you for, and what you may do");
        command.SetAction((parsed, cancel) => ControlCalls.RunAsync(parsed, async (client, output) =>
        {
            Caller caller = await client.GetAsync("whoami", ControlJson.Default.Caller, cancel).ConfigureAwait(false);
            output.Data.WriteLine(output.AsJson ? JsonSerializer.Serialize(caller, ControlJson.Default.Caller) : $"{TerminalText.Escape(caller.Name)} ({string.Join(", ", caller.Roles.Select(TerminalText.Escape))}) at {client.Http.BaseAddress}");
            return ExitCode.Done;
        }));
        return command;
    }
}
