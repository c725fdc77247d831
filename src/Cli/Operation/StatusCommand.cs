using System.CommandLine;
using System.Text.Json;
using Exeat.Api;

namespace Exeat.Cli;

/// <summary><c>exeat status</c>: whether the gateway of this machine enforces, since when, and what to do next.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        (Option<string?> socket, Option<string?> config) = GatewaySocket.Options();
        var command = new Command("status", "whether the gateway enforces, since when, and what to do next") { socket, config };
        GatewaySocket.RefuseBoth(command, socket, config);
        command.SetAction((parsed, cancel) => RunAsync(GatewaySocket.Find(parsed.GetValue(socket), parsed.GetValue(config)), CommandOutput.Of(parsed), cancel));
        return command;
    }

    private static async Task<int> RunAsync(string socket, CommandOutput output, CancellationToken cancel)
    {
        GatewayStatus status;
        using (var client = new GatewayClient(socket))
        {
            try
            {
                status = await client.StatusAsync(cancel);
            }
            catch (GatewayUnreachableException silent)
            {
                return Absent(socket, silent.Message, output);
            }
        }
        if (output.AsJson) output.Data.WriteLine(JsonSerializer.Serialize(status, ApiJson.Default.GatewayStatus));
        else StatusText.Write(status, output);
        return status.Enforcing && status.Alarms.IsEmpty && status.Journal.Writable ? ExitCode.Done : ExitCode.ExpectationFailed;
    }

    // Without a gateway the locks are what counts, and they can be looked at without it.
    private static int Absent(string socket, string why, CommandOutput output)
    {
        KernelLocks locks = KernelLocks.Look();
        if (output.AsJson)
        {
            using var json = new Utf8JsonWriter(Console.OpenStandardOutput());
            json.WriteStartObject();
            json.WriteNumber("v", GatewayStatus.CurrentVersion);
            json.WriteBoolean("answers", false);
            json.WriteString("socket", socket);
            json.WriteString("why", why);
            json.WriteString("locks", locks.Word);
            json.WriteEndObject();
            json.Flush();
            output.Data.WriteLine();
            return ExitCode.EnvironmentLacks;
        }
        output.Tell($"no gateway answers at {socket}: {why}", LogLevel.Error);
        output.Tell($"locks: {locks.Sentence}", LogLevel.Error);
        output.Tell($"next: {StatusAdvice.WhenAbsent(socket, why, locks)}", LogLevel.Error);
        return ExitCode.EnvironmentLacks;
    }
}
