using System.CommandLine;
using System.Text.Json;
using Exeat.Api.Control;
using Exeat.Flows;

namespace Exeat.Cli;

/// <summary><c>exeat control tokens</c>: tokens of programs.</summary>
internal static class TokenCommands
{
    public static Command Create() => new("tokens", "tokens of programs") { List(), Add(), Revoke() };

    private static Command List()
    {
        var command = new Command("list", "all tokens, revoked ones too; secrets are not kept");
        command.SetAction((parsed, cancel) => ControlCalls.RunAsync(parsed, async (client, output) =>
        {
            for (string? cursor = ""; cursor is not null;)
            {
                Page<ApiToken> page = await client.GetAsync($"tokens?cursor={cursor}", ControlJson.Default.PageApiToken, cancel).ConfigureAwait(false);
                foreach (ApiToken token in page.Items) Write(token, output);
                cursor = page.Next;
            }
            return ExitCode.Done;
        }));
        return command;
    }

    private static Command Add()
    {
        Argument<string> name = new("NAME") { Description = "what it is for, such as ci: stands in the audit log" };
        Option<string[]> roles = UserCommands.RolesOption(required: true);
        Option<int> days = new("--days") { Description = "how long it stands, 1 to 366", HelpName = "DAYS", DefaultValueFactory = _ => 90 };
        var command = new Command("add", "make a token; its secret is printed once") { name, roles, days };
        command.SetAction((parsed, cancel) => ControlCalls.RunAsync(parsed, async (client, output) =>
        {
            TokenSecret made = await client.SendAsync(HttpMethod.Post, "tokens", new NewToken(parsed.GetRequiredValue(name), parsed.GetRequiredValue(roles), parsed.GetValue(days)), ControlJson.Default.NewToken, ControlJson.Default.TokenSecret, cancel).ConfigureAwait(false);
            output.Data.WriteLine(output.AsJson ? JsonSerializer.Serialize(made, ControlJson.Default.TokenSecret) : TerminalText.Escape(made.Secret));
            output.Tell($"the secret of {TerminalText.Escape(made.Token.Name)}, told this once; it ends {made.Token.Ends:yyyy-MM-dd}. Programs give it as EXEAT_CONTROL_TOKEN, with EXEAT_CONTROL={client.Http.BaseAddress}");
            return ExitCode.Done;
        }));
        return command;
    }

    private static Command Revoke()
    {
        Argument<string> id = new("ID") { Description = "the token's id, as list shows it" };
        var command = new Command("revoke", "from now on it opens nothing") { id };
        command.SetAction((parsed, cancel) => ControlCalls.RunAsync(parsed, async (client, output) =>
        {
            await client.DeleteAsync($"tokens/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}", cancel).ConfigureAwait(false);
            output.Tell("revoked");
            return ExitCode.Done;
        }));
        return command;
    }

    private static void Write(ApiToken token, CommandOutput output) => output.Data.WriteLine(output.AsJson ? JsonSerializer.Serialize(token, ControlJson.Default.ApiToken)
        : $"{TerminalText.Escape(token.Id)}  {TerminalText.Escape(token.Name)}  {string.Join(',', token.Roles.Select(TerminalText.Escape))}  by {TerminalText.Escape(token.CreatedBy)}  {(token.Revoked is { } revoked ? $"revoked {revoked:yyyy-MM-dd}" : $"ends {token.Ends:yyyy-MM-dd}")}  last used {(token.LastUsed is { } used ? $"{used:yyyy-MM-dd HH:mm} UTC" : "never")}");
}
