using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Cli;

/// <summary><c>exeat init</c>: a folder for Git, from nothing to a tested policy for a known kind of agent.</summary>
internal static class InitCommand
{
    // Two weeks show the jobs that run once a week twice.
    private const int MonitorDays = 14;

    // Longer, and nobody remembers what the trial was for.
    private const int MostMonitorDays = 90;

    public static Command Create()
    {
        Option<string> type = new("--class") { Description = "the kind of agent: locked-down, coding, research, support or regulated", HelpName = "CLASS", Required = true };
        Option<string> runtime = new("--runtime") { Description = "the program: openclaw, nemoclaw, hermes, claude-code or codex", HelpName = "RUNTIME", Required = true };
        Option<string[]> models = new("--model") { Description = $"{string.Join(", ", KnownModel.All.Select(model => model.Word))}, or the name of a host (with its private addresses: HOST=CIDR); may be given several times", HelpName = "MODEL", Required = true };
        Option<string[]> channels = new("--channel") { Description = "telegram, slack, discord, whatsapp, signal, matrix=HOST or mattermost=HOST; may be given several times", HelpName = "CHANNEL" };
        Option<string[]> resolvers = new("--resolver") { Description = "the address of the resolver that agents ask, of either family; may be given several times", HelpName = "ADDRESS", Required = true };
        Option<string?> region = new("--region") { Description = "the cloud region of the machines, such as eu-west-1", HelpName = "REGION" };
        Option<bool> signIn = new("--sign-in") { Description = "also the providers' sign-in, for subscriptions rather than keys" };
        Option<string?> owner = new("--owner") { Description = "who answers for the approvals (default: to be filled in)", HelpName = "WHO" };
        Option<string?> why = new("--why") { Description = "what the approvals are for (default: to be filled in)", HelpName = "REASON" };
        Option<string?> until = new("--monitor-until") { Description = $"the day at whose end monitor ends and enforce begins (default: in {MonitorDays} days)", HelpName = "DATE" };
        Option<string> folder = new("--dir") { Description = "the folder to write; it is not there yet, or empty", HelpName = "DIR", DefaultValueFactory = _ => "egress-policy" };
        var command = new Command("init", "write a folder for Git: a policy for a known kind of agent with its packs, tests, agents, a gateway example and a CI job")
        {
            type, runtime, models, channels, resolvers, region, signIn, owner, why, until, folder,
        };
        HelpWithExamples.Give(command,
            "exeat init --class coding --runtime openclaw --model nvidia --region eu-west-1 --resolver 10.0.0.2",
            "exeat init --class coding --runtime claude-code --model anthropic --sign-in --owner platform --why 'pilot until March' --resolver 10.0.0.2",
            "exeat init --class support --runtime openclaw --model llm.corp.example=10.5.0.0/24 --channel slack --channel matrix=chat.corp.example --resolver 10.0.0.2 --resolver fd00::2");
        command.SetAction(parsed =>
        {
            var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
            var wish = new InitWish
            {
                Class = parsed.GetRequiredValue(type),
                Runtime = parsed.GetRequiredValue(runtime),
                Models = [.. parsed.GetRequiredValue(models).Distinct()],
                Channels = [.. (parsed.GetValue(channels) ?? []).Distinct()],
                Resolvers = [.. parsed.GetRequiredValue(resolvers).Select(Resolver).Distinct()],
                Region = parsed.GetValue(region) is { } written ? Region(written) : null,
                SignIn = parsed.GetValue(signIn),
                Owner = Words("--owner", parsed.GetValue(owner)),
                Why = Words("--why", parsed.GetValue(why)),
                Today = today,
                MonitorUntil = Until(parsed.GetValue(until), today),
            };
            return Run(wish, parsed.GetRequiredValue(folder), CommandOutput.Of(parsed));
        });
        return command;
    }

    private static int Run(InitWish wish, string folder, CommandOutput output)
    {
        using var reading = new PackReading(ReleasePacks.Folder, wish);
        InitPlan plan = InitPlan.Make(wish, ReleasePacks.All(), reading);
        ImmutableArray<string> files = InitFolder.Write(plan, ReleasePacks.Folder, folder);
        if (output.AsJson)
        {
            ProblemReport.WriteJson(output, json =>
            {
                json.WriteString("dir", folder);
                json.WriteStartArray("files");
                foreach (string file in files) json.WriteStringValue(file);
                json.WriteEndArray();
                json.WriteStartArray("approvals");
                foreach (Approval approval in plan.Approvals) json.WriteStringValue(approval.Provider);
                json.WriteEndArray();
            });
        }
        else
        {
            foreach (string file in files) output.Data.WriteLine(Path.Combine(folder, file));
        }
        foreach (Approval approval in plan.Approvals)
            output.Tell($"{approval.For}: the provider {approval.Provider} leaves the deny list of {(approval.IsModel ? "model providers" : "known ways out")}; what was asked for is permitted, the rest of it falls to the default", LogLevel.Warning);
        // From where the person stands, so that they can be copied.
        string Of(string name) => Path.Combine(folder, name);
        string documents = $"{Of("policy")} --agents {Of("agents.yaml")} --packs {Of("packs")}";
        output.Tell("next:");
        if (wish.Owner is null || wish.Why is null) output.Tell($"  {Of("policy/policy.yaml")}: say at each \"{InitDocuments.FillIn}\" who answers for it and what for");
        output.Tell($"  {Of("agents.yaml")}, {Of("gateway.yaml")}: put your interfaces and addresses in place of the examples");
        output.Tell($"  {CommandPath.Program} policy check {documents} --strict-expiry");
        output.Tell($"  {CommandPath.Program} policy test {documents}");
        output.Tell($"  {CommandPath.Program} gateway check {Of("gateway.yaml")}");
        output.Tell($"  git init, commit, and have it reviewed; {Of("README.md")} says how it goes on");
        return ExitCode.Done;
    }

    private static string Resolver(string written) => Address.TryParse(written, out Address address)
        ? address.ToString()
        : throw new CommandFailure(ExitCode.InputWrong, $"--resolver: {Flows.TerminalText.Escape(written)} is not an address; write one such as 10.0.0.2 or fd00::2");

    private static string Region(string written) => written.Length <= 32 && written.Split('-') is { Length: >= 3 } parts && parts.All(part => part.Length > 0 && part.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)))
        ? written
        : throw new CommandFailure(ExitCode.InputWrong, $"--region: {Flows.TerminalText.Escape(written)} is not a region; write one such as eu-west-1");

    private static string? Words(string option, string? written) => written is null || (written.Trim().Length is > 0 and <= 200 && !written.Any(char.IsControl))
        ? written?.Trim()
        : throw new CommandFailure(ExitCode.InputWrong, $"{option}: write 1 to 200 printable characters");

    private static DateOnly Until(string? written, DateOnly today)
    {
        if (written is null) return today.AddDays(MonitorDays);
        if (DateOnly.TryParseExact(written, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day) && day >= today && day <= today.AddDays(MostMonitorDays)) return day;
        throw new CommandFailure(ExitCode.InputWrong, $"--monitor-until: {Flows.TerminalText.Escape(written)} is not a day within the next {MostMonitorDays}; write one such as {today.AddDays(MonitorDays):yyyy-MM-dd}");
    }
}
