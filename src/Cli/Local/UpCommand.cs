using System.CommandLine;
using System.Globalization;
using Exeat.Api.Control;
using Exeat.Policy;

namespace Exeat.Cli;

/// <summary><c>exeat up</c>: control, this machine's gateway, and the link between them, in one command and as long as it runs.</summary>
internal static class UpCommand
{
    public const string Name = "up";

    /// <summary>How long ending everything may take: each of three programs has ten seconds, and the tables are taken away.</summary>
    public static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(60);

    // In the folder: what the gateway runs, which is the document with the link's paths.
    private const string Linked = "gateway.yaml";
    // capabilities(7).
    private const int NetAdmin = 12, NetRaw = 13;
    private static readonly TimeSpan UpWithin = TimeSpan.FromSeconds(30);

    public static Command Create()
    {
        Option<string> config = new("--config") { Description = "the gateway's document", DefaultValueFactory = _ => "/etc/exeat/gateway.yaml" };
        Option<string?> folder = new("--dir") { Description = "keep control's data, the link's folder and logs here; without it they go with the command" };
        Option<int> people = new("--people-port") { Description = "control's port for people, on loopback; 0: a free one", DefaultValueFactory = _ => ControlDocument.PeoplePort };
        Option<int> gateways = new("--gateways-port") { Description = "control's port for gateways, on loopback; 0: a free one", DefaultValueFactory = _ => ControlDocument.GatewaysPort };
        var command = new Command(Name, "control and this machine's gateway in one command, until interrupted. The gateway needs CAP_NET_ADMIN and CAP_NET_RAW over this network namespace: root, or a namespace of one's own") { config, folder, people, gateways };
        command.SetAction((parsed, stop) => RunAsync(parsed.GetValue(config)!, parsed.GetValue(folder), ReadPort(parsed.GetValue(people), people.Name), ReadPort(parsed.GetValue(gateways), gateways.Name), CommandOutput.Of(parsed), stop));
        return command;
    }

    private static async Task<int> RunAsync(string config, string? folder, int people, int gateways, CommandOutput output, CancellationToken stop)
    {
        GatewayResult read = GatewayDocumentLoader.Load(config);
        if (read.Gateway is not { } gateway) throw new CommandFailure(ExitCode.InputWrong, $"{config} is not a usable gateway document ({read.Problems.FirstOrDefault(p => p.Severity == Severity.Error)}); exeat init writes one");
        if (!HasRights()) throw new CommandFailure(ExitCode.EnvironmentLacks, "the gateway needs CAP_NET_ADMIN and CAP_NET_RAW over this network namespace: sudo exeat up; to try everything without them: exeat lab --control");
        LocalControl.RequireFree(people, "--people-port");
        LocalControl.RequireFree(gateways, "--gateways-port");
        bool isTemporary = folder is null;
        folder = Open(folder);
        RequireSame(gateway, Path.Combine(folder, Linked));
        GroundBefore before = GroundBefore.Look(folder);
        try
        {
            try
            {
                return await RunAsync(gateway, config, folder, people, gateways, output, stop);
            }
            finally
            {
                output.Tell($"ended: {await before.PutBackAsync()}");
            }
        }
        finally
        {
            if (isTemporary) Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<int> RunAsync(GatewayDocument gateway, string config, string folder, int people, int gateways, CommandOutput output, CancellationToken stop)
    {
        string state = Path.Combine(folder, "link"), linked = Path.Combine(folder, Linked), current = Path.Combine(state, "current");
        // Without one neither the link nor exeat status could ask the gateway. Where units are installed, the service manager makes its folder.
        string socket = gateway.Management.Socket ?? Path.Combine(folder, "gateway.sock");
        using var _ = new MadeFolder(Path.GetDirectoryName(socket)!);
        bool isFirst = !Path.Exists(current);
        await using LocalControl control = await LocalControl.StartAsync(folder, people, gateways, stop);
        output.Tell($"control answers at {control.Address}; in another terminal, as this user:\n  {CommandPath.Program} login {control.Address} --user {LocalControl.User} --fingerprint {control.Fingerprint} --password-stdin <{control.PasswordFile}");
        // Enrolled over the document as it is, so that what the gateway reads today is what it begins with.
        await control.EnrolAsync(gateway.Id, config, state, stop);
        if (!isFirst) output.Tell($"policy and agents are those that control had here before, not those that the document names: {CommandPath.Program} policy publish and {CommandPath.Program} agents set change them");
        await File.WriteAllTextAsync(linked, GatewayDocumentWriter.Text(gateway with
        {
            Policy = Path.Combine(current, "policy"),
            Packs = Path.Combine(current, "packs"),
            Agents = Path.Combine(current, "agents"),
            Management = gateway.Management with { Socket = socket },
        }), stop);
        await using LocalProgram running = await LocalProgram.StartAsync("exeat-gateway", Path.Combine(folder, "gateway.log"), ["--config", linked], stop);
        // After the gateway, so that its first report is of one that answers.
        await using LocalProgram link = await control.StartLinkAsync(linked, state, stop);
        Task<GatewaySummary> coming = control.UntilAsync(gateway.Id, one => one.State == "up", UpWithin, stop);
        Task ended = Task.WhenAny(control.Ended, link.Ended, running.Ended);
        if (await Task.WhenAny(coming, ended) == coming)
        {
            GatewaySummary up = await coming;
            if (up.State != "up") throw new CommandFailure(ExitCode.EnvironmentLacks, $"the gateway is {up.State} and not up after {UpWithin.TotalSeconds} s; the link said:\n{link.LastWords()}");
            output.Tell(string.Create(CultureInfo.InvariantCulture, $"ready: gateway {gateway.Id} is {up.State}, {up.EffectiveMode ?? "of unknown mode"}; what it decides: {CommandPath.Program} flows query --control {control.Address.Authority}; everything ends with this command (Ctrl-C)"));
            output.Tell($"documents and logs: {folder}");
            await Task.WhenAny(ended, Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop));
            if (stop.IsCancellationRequested) return ExitCode.Done;
        }
        (string name, LocalProgram? first) = link.Ended.IsCompleted ? ("exeat-link", link) : running.Ended.IsCompleted ? ("exeat-gateway", running) : ("exeat-control", null);
        throw new CommandFailure(ExitCode.EnvironmentLacks, $"{name} ended by itself; it said:\n{(first is null ? control.LastWords() : first.LastWords())}");
    }

    // For its owner alone: there are keys and a password in it.
    private static string Open(string? folder)
    {
        if (folder is null) return Directory.CreateTempSubdirectory("exeat-up-").FullName;
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException();
        try
        {
            string made = Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
            File.WriteAllText(Path.Combine(made, "README"), "Control's data, the link's folder and logs of exeat up. Remove the folder when no exeat up runs on it.\n");
            return made;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCode.EnvironmentLacks, $"{folder} cannot be written ({refused.Message.TrimEnd('.')}): name another folder with --dir, or none");
        }
    }

    // What control sent one gateway is not for another, and its journal is where the link's mark of what was shipped belongs.
    private static void RequireSame(GatewayDocument gateway, string linked)
    {
        if (!File.Exists(linked) || GatewayDocumentLoader.Load(linked).Gateway is not { } before) return;
        string? other = before.Id != gateway.Id ? $"the gateway {before.Id}, and the document is that of {gateway.Id}"
            : before.State != gateway.State || before.Journal.Dir != gateway.Journal.Dir ? $"a gateway with its state in {before.State} and its journal in {before.Journal.Dir}, and the document names others"
            : null;
        if (other is not null) throw new CommandFailure(ExitCode.InputWrong, $"{Path.GetDirectoryName(linked)} is the folder of {other}: name another folder with --dir");
    }

    private static int ReadPort(int port, string option) => port is >= 0 and <= 65535 ? port : throw new CommandFailure(ExitCode.InputWrong, $"{option} is {port}: write a port from 1 to 65535, or 0 for a free one");

    private static bool HasRights()
    {
        string line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("CapEff:", StringComparison.Ordinal));
        ulong held = ulong.Parse(line["CapEff:".Length..].Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        return (held & (1UL << NetAdmin)) != 0 && (held & (1UL << NetRaw)) != 0;
    }
}
