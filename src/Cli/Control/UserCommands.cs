using System.CommandLine;
using System.Text.Json;
using Exeat.Api.Control;
using Exeat.Flows;

namespace Exeat.Cli;

/// <summary><c>exeat control users</c>: the accounts of people.</summary>
internal static class UserCommands
{
    public static Command Create() => new("users", "accounts of people") { List(), Add(), Set(), Reset(), Switch("disable", true, "end its sessions and let nobody log in"), Switch("enable", false, "let it log in again"), Confirm() };

    /// <summary>The option for roles.</summary>
    public static Option<string[]> RolesOption(bool required) => new("--role") { Description = "viewer, auditor, operator, approver or admin; once for each", HelpName = "ROLE", Required = required, AllowMultipleArgumentsPerToken = true };

    private static Argument<string> Name() => new("NAME") { Description = "the account" };

    private static Command List()
    {
        var command = new Command("list", "all accounts");
        command.SetAction((parsed, cancel) => ControlCalls.RunAsync(parsed, async (client, output) =>
        {
            for (string? cursor = ""; cursor is not null;)
            {
                Page<User> page = await client.GetAsync($"users?cursor={cursor}", ControlJson.Default.PageUser, cancel).ConfigureAwait(false);
                foreach (User user in page.Items) Write(user, output);
                cursor = page.Next;
            }
            return ExitCode.Done;
        }));
        return command;
    }

    private static Command Add()
    {
        Argument<string> name = Name();
        Option<string[]> roles = RolesOption(required: true);
        var command = new Command("add", "make an account; its one-time password is printed once") { name, roles };
        command.SetAction((parsed, cancel) => ControlCalls.RunAsync(parsed, async (client, output) => Write(
            await client.SendAsync(HttpMethod.Post, "users", new NewUser(parsed.GetRequiredValue(name), parsed.GetRequiredValue(roles)), ControlJson.Default.NewUser, ControlJson.Default.OneTimePassword, cancel).ConfigureAwait(false), output)));
        return command;
    }

    private static Command Set()
    {
        Argument<string> name = Name();
        Option<string[]> roles = RolesOption(required: true);
        var command = new Command("roles", "set what an account may do, from its next request on") { name, roles };
        command.SetAction((parsed, cancel) => ChangeAsync(parsed, parsed.GetRequiredValue(name), new UserChange { Roles = parsed.GetRequiredValue(roles) }, cancel));
        return command;
    }

    private static Command Switch(string verb, bool disabled, string what)
    {
        Argument<string> name = Name();
        var command = new Command(verb, what) { name };
        command.SetAction((parsed, cancel) => ChangeAsync(parsed, parsed.GetRequiredValue(name), new UserChange { Disabled = disabled }, cancel));
        return command;
    }

    private static Command Reset()
    {
        Argument<string> name = Name();
        var command = new Command("reset-password", "end its sessions and print a new one-time password") { name };
        command.SetAction((parsed, cancel) => ControlCalls.RunAsync(parsed, async (client, output) => Write(
            await client.PostAsync($"users/{Uri.EscapeDataString(parsed.GetRequiredValue(name))}/password", ControlJson.Default.OneTimePassword, cancel).ConfigureAwait(false), output)));
        return command;
    }

    private static Command Confirm()
    {
        Argument<string> name = Name();
        var command = new Command("confirm", "say that an account which another one made, or gave a role or a password, is its owner's alone: it counts as a second person then") { name };
        command.SetAction((parsed, cancel) => ControlCalls.RunAsync(parsed, async (client, output) =>
        {
            Write(await client.PostAsync($"users/{Uri.EscapeDataString(parsed.GetRequiredValue(name))}/confirmation", ControlJson.Default.User, cancel).ConfigureAwait(false), output);
            return ExitCode.Done;
        }));
        return command;
    }

    private static Task<int> ChangeAsync(ParseResult parsed, string name, UserChange change, CancellationToken cancel) => ControlCalls.RunAsync(parsed, async (client, output) =>
    {
        Write(await client.SendAsync(HttpMethod.Patch, $"users/{Uri.EscapeDataString(name)}", change, ControlJson.Default.UserChange, ControlJson.Default.User, cancel).ConfigureAwait(false), output);
        return ExitCode.Done;
    });

    private static int Write(OneTimePassword made, CommandOutput output)
    {
        output.Data.WriteLine(output.AsJson ? JsonSerializer.Serialize(made, ControlJson.Default.OneTimePassword) : TerminalText.Escape(made.Password));
        output.Tell($"the one-time password of {TerminalText.Escape(made.User)}, told this once: exeat login asks for one of their own");
        return ExitCode.Done;
    }

    private static void Write(User user, CommandOutput output) => output.Data.WriteLine(output.AsJson ? JsonSerializer.Serialize(user, ControlJson.Default.User)
        : $"{TerminalText.Escape(user.Name)}  {string.Join(',', user.Roles.Select(TerminalText.Escape))}  {(user.Disabled ? "disabled" : user.MustChangePassword ? "has a one-time password" : "enabled")}  {user.Sessions} sessions  last login {(user.LastLogin is { } last ? $"{last:yyyy-MM-dd HH:mm} UTC" : "never")}{(user.InHandsOf.Count > 0 ? $"  not confirmed ({string.Join(", ", user.InHandsOf.Select(TerminalText.Escape))})" : "")}");
}
