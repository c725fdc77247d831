using System.CommandLine;
using System.Net;
using Exeat.Api;
using Exeat.Flows;
using Exeat.Lab;

namespace Exeat.Cli.Verify;

/// <summary><c>exeat verify</c>: tries, from the agent's own place, what the policy permits and what it denies.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        VerifyWish.Options options = new();
        Option<bool> farSide = new("--far-side") { Description = "be the host outside: count what arrives, by token, until ended" };
        Option<string?> listen = new("--listen") { Description = "with --far-side: the address to listen on (default: all)", HelpName = "ADDRESS" };
        var command = new Command("verify", "try from the agent's own place what the policy permits and denies. Status 0: all held; 1: something did not; 3: not all could be shown");
        options.AddTo(command);
        command.Add(farSide);
        command.Add(listen);
        command.Validators.Add(result =>
        {
            if (result.GetValue(listen) is { } text && (!result.GetValue(farSide) || !IPAddress.TryParse(text, out _))) result.AddError("--listen takes an address, and goes with --far-side");
        });
        command.SetAction((parsed, stop) =>
        {
            VerifyWish wish = options.Read(parsed);
            CommandOutput output = CommandOutput.Of(parsed);
            return parsed.GetValue(farSide)
                ? FarSideProgram.RunAsync(parsed.GetValue(listen) is { } text ? IPAddress.Parse(text) : IPAddress.IPv6Any, wish.FarPorts, output, stop)
                : RunAsync(wish, output, stop);
        });
        return command;
    }

    private static async Task<int> RunAsync(VerifyWish wish, CommandOutput output, CancellationToken stop)
    {
        VerifyGround ground = GroundSurvey.Make(wish, Place.Here(), output);
        if (wish.PlanOnly)
        {
            PlanText.Write(ground, output);
            return ExitCode.Done;
        }
        var prober = new Prober(LabPatience.Seconds(wish.PatienceSeconds), TimeProvider.System);
        (var far, var farName) = await GroundSurvey.FindFarAsync(wish, ground, prober, stop);
        ground = ground with { Far = far };
        using GatewayClient? client = wish.Socket is null ? null : new GatewayClient(Path.GetFullPath(wish.Socket));
        IRecords? records = await RecordsAsync(wish, ground.AgentEntry.Id, client, stop);
        FarCounts? counts = far.IsEmpty ? null : new FarCounts(ground, farName);
        output.Tell($"verify: {TerminalText.Escape(ground.AgentEntry.Id)}, run {ground.Tokens.Run}; resolver {(ground.Resolvers.IsEmpty ? "none" : string.Join(' ', ground.Resolvers))}");
        VerifyReport report = await new VerifyRun(ground, prober, records, counts, wish.FarPorts, line => output.Tell("verify: " + line)).RunAsync(stop);
        if (output.AsJson) output.Data.WriteLine(VerifyJson.Text(report, indented: true, onlyUnheld: false));
        else VerifyTable.Write(report, output);
        if (wish.JUnit is { } junit) Save("--junit", junit, () => JUnitFile.Write(report, junit));
        if (wish.Results is { } results) Save("--results", results, () => ResultFile.Append(results, report));
        output.Tell($"verify: {report.Summary}");
        return report.Status;
    }

    private static async Task<IRecords?> RecordsAsync(VerifyWish wish, string agent, GatewayClient? client, CancellationToken stop)
    {
        if (wish.Journal is { } journal)
        {
            if (!Directory.Exists(journal)) throw new CommandFailure(ExitCode.InputWrong, $"--journal {TerminalText.Escape(journal)}: no such directory");
            return new JournalRecords(journal, agent, TimeProvider.System);
        }
        if (client is null) return null;
        try
        {
            await client.StatusAsync(stop);
        }
        catch (GatewayUnreachableException silent)
        {
            throw new CommandFailure(ExitCode.EnvironmentLacks, $"--socket {TerminalText.Escape(wish.Socket)}: no gateway answers: {silent.Message}");
        }
        return new SocketRecords(client, agent, TimeProvider.System);
    }

    // The run is over and printed: what could not be kept is said, as the environment's lack.
    private static void Save(string option, string path, Action save)
    {
        try
        {
            save();
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCode.EnvironmentLacks, $"{option} {TerminalText.Escape(path)}: {refused.Message}");
        }
    }
}
