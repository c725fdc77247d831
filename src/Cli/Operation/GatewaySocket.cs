using System.CommandLine;
using Exeat.Api;
using Exeat.Policy;

namespace Exeat.Cli;

/// <summary>Which gateway a live command speaks to: the socket given, the one of a gateway document, or that of an installed gateway.</summary>
internal static class GatewaySocket
{
    public static (Option<string?> Socket, Option<string?> Config) Options() => (
        new Option<string?>("--socket") { Description = $"the gateway's Unix socket (default: {GatewayClient.DefaultSocket})", HelpName = "PATH" },
        new Option<string?>("--config") { Description = "the gateway document, whose management.socket is taken", HelpName = "FILE" });

    public static void RefuseBoth(Command command, Option<string?> socket, Option<string?> config) => command.Validators.Add(result =>
    {
        if (result.GetValue(socket) is not null && result.GetValue(config) is not null) result.AddError("give either --socket or --config");
    });

    public static string Find(string? socket, string? config)
    {
        if (config is null) return Path.GetFullPath(socket ?? GatewayClient.DefaultSocket);
        return Document(config).Management.Socket
            ?? throw new CommandFailure(ExitCode.InputWrong, $"{config}: management.socket is not set, so the gateway cannot be asked; set it and restart the gateway");
    }

    /// <summary>Reads a gateway document, or ends the command with its first problem.</summary>
    public static GatewayDocument Document(string config)
    {
        GatewayResult read = GatewayDocumentLoader.Load(config);
        return read.Gateway ?? throw new CommandFailure(ExitCode.InputWrong, $"{read.Problems.First(p => p.Severity == Severity.Error)}; exeat gateway check {config} says all");
    }
}
