using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using Exeat.Api.Control;
using Exeat.Policy;

namespace Exeat.Cli;

/// <summary><c>exeat up</c>: control, this machine's gateway, and the link between them, in one command and as long as it runs.</summary>
internal static partial class UpCommand
{
    // capabilities(7).
    private const int NetAdmin = 12, NetRaw = 13;
    private static readonly TimeSpan UpWithin = TimeSpan.FromSeconds(30);

    public static Command Create()
    {
        Option<string> config = new("--config") { Description = "the gateway's document", DefaultValueFactory = _ => "/etc/exeat/gateway.yaml" };
        Option<string?> folder = new("--dir") { Description = "keep control's data, the link's folder and logs here; without it they go with the command" };
        Option<int> people = new("--people-port") { Description = "control's port for people, on loopback", DefaultValueFactory = _ => ControlDocument.PeoplePort };
        Option<int> gateways = new("--gateways-port") { Description = "control's port for gateways, on loopback", DefaultValueFactory = _ => ControlDocument.GatewaysPort };
        var command = new Command("up", "control and this machine's gateway in one command, until interrupted. The gateway needs CAP_NET_ADMIN and CAP_NET_RAW over this network namespace: root, or a namespace of one's own") { config, folder, people, gateways };
        command.SetAction((parsed, stop) => RunAsync(parsed.GetValue(config)!, parsed.GetValue(folder), parsed.GetValue(people), parsed.GetValue(gateways), CommandOutput.Of(parsed), stop));
        return command;
    }

    private static async Task<int> RunAsync(string config, string? folder, int people, int gateways, CommandOutput output, CancellationToken stop)
    {
        GatewayResult read = GatewayDocumentLoader.Load(config);
        if (read.Gateway is not { } gateway) throw new CommandFailure(ExitCode.InputWrong, $"{config} is not a usable gateway document ({read.Problems.FirstOrDefault(p => p.Severity == Severity.Error)}); exeat init writes one");
        if (!HasRights()) throw new CommandFailure(ExitCode.EnvironmentLacks, "the gateway needs CAP_NET_ADMIN and CAP_NET_RAW over this network namespace: sudo exeat up; to try everything without them: exeat lab --control");
        bool isTemporary = folder is null;
        folder = isTemporary ? Directory.CreateTempSubdirectory("exeat-up-").FullName : Directory.CreateDirectory(folder!).FullName;
        string state = Path.Combine(folder, "link"), linked = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(config))!, $".exeat-up-{Environment.ProcessId}.yaml");
        try
        {
            await using LocalControl control = await LocalControl.StartAsync(folder, people, gateways, stop);
            output.Tell($"control answers at {control.Address}; name and password: {control.LoginFile}");
            // Enrolled over the document as it is, so that what the gateway reads today is what it begins with.
            await using LocalProgram link = await control.LinkAsync(gateway.Id, config, state, stop);
            await File.WriteAllTextAsync(linked, Linked(await File.ReadAllTextAsync(config, stop), Path.Combine(state, "current")), stop);
            await using LocalProgram running = await LocalProgram.StartAsync("exeat-gateway", Path.Combine(folder, "gateway.log"), ["--config", linked], stop);
            GatewaySummary up = await control.UntilAsync(gateway.Id, one => one.State == "up", UpWithin, stop);
            output.Tell(string.Create(CultureInfo.InvariantCulture, $"gateway {gateway.Id} is {up.State}, {up.EffectiveMode ?? "not heard of"}; everything ends with this command (Ctrl-C)"));
            output.Tell($"logs: {folder}");
            Task first = await Task.WhenAny(control.Ended, link.Ended, running.Ended, Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop));
            if (stop.IsCancellationRequested)
            {
                output.Tell("stopped; both locks of the gateway stay in the kernel, so nothing of its agents passes: exeat-gateway --remove-locks takes them away");
                return ExitCode.Done;
            }
            (string name, LocalProgram? ended) = first == link.Ended ? ("exeat-link", link) : first == running.Ended ? ("exeat-gateway", running) : ("exeat-control", null);
            throw new CommandFailure(ExitCode.EnvironmentLacks, $"{name} ended by itself{(ended is null ? "" : $"; it said:\n{ended.LastWords()}")}");
        }
        finally
        {
            File.Delete(linked);
            if (isTemporary) Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The same document, reading policy, packs and agents from where the link puts them. It lies beside the original: other paths in it stay right.</summary>
    internal static string Linked(string document, string current) =>
        PathLine().Replace(document, "").TrimEnd() + $"\npolicy: {current}/policy\npacks: {current}/packs\nagents: {current}/agents\n";

    private static bool HasRights()
    {
        string line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("CapEff:", StringComparison.Ordinal));
        ulong held = ulong.Parse(line["CapEff:".Length..].Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        return (held & (1UL << NetAdmin)) != 0 && (held & (1UL << NetRaw)) != 0;
    }

    [GeneratedRegex(@"^(policy|packs|agents):.*(\r?\n|$)", RegexOptions.Multiline)]
    private static partial Regex PathLine();
}
