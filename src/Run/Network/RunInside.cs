using System.Collections.Immutable;
using System.ComponentModel;
using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json;
using Exeat.Linux;
using Exeat.Run.Box;

namespace Exeat.Run.Network;

/// <summary>
/// The first process of a run's namespaces of users, mounts and processes: joins the three network namespaces, starts way out, gateway and command, and ends with the command. However it
/// ends, the kernel ends everything in here with it.
/// </summary>
public sealed class RunInside : IDisposable
{
    private readonly string _folder;
    private readonly RunPlan _plan;
    private readonly RunChannel _channel;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _outMade = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _resolversKnown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Stack<IAsyncDisposable> _kept = [];
    private ImmutableArray<IPAddress> _resolvers = [];
    private ResolverRelay? _relay;
    // One moment decides whether a signal is for the command or ends the run before it.
    private readonly Lock _gate = new();
    private readonly List<int> _whileStarting = [];
    private bool _begins;
    private int _endedBy;
    private ContainedCommand? _command;

    private RunInside(string folder, RunPlan plan, RunChannel channel) => (_folder, _plan, _channel) = (folder, plan, channel);

    /// <summary>Runs to the end of the command; what came of it is told to the one who started this.</summary>
    public static async Task<int> RunAsync(string folder)
    {
        using RunChannel channel = RunChannel.Connect(Path.Combine(folder, RunFolder.Channel));
        // Signals of the terminal are for the command; it gets them from the one who started this.
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        using PosixSignalRegistration quit = PosixSignalRegistration.Create(PosixSignal.SIGQUIT, context => context.Cancel = true);
        using PosixSignalRegistration term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => context.Cancel = true);
        using PosixSignalRegistration hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => context.Cancel = true);
        RunPlan plan = JsonSerializer.Deserialize(await File.ReadAllTextAsync(Path.Combine(folder, RunFolder.Plan)).ConfigureAwait(false), RunJson.Default.RunPlan)!;
        using var inside = new RunInside(folder, plan, channel);
        Task hearing = inside.HearAsync();
        try
        {
            await Task.WhenAny(inside.WorkAsync(), hearing).Unwrap().ConfigureAwait(false);
            return 0;
        }
        catch (OperationCanceledException)
        {
            await inside.EndAsync().ConfigureAwait(false);
            if (Volatile.Read(ref inside._endedBy) is > 0 and int signal) channel.Say("ended", $"{128 + signal}");
            return 0;
        }
        catch (Exception failure) when (failure is RunException or BoxException or KernelException or Win32Exception or IOException or System.Net.Sockets.SocketException)
        {
            // Whoever hears of it ends the rest of us at once; the gateway's last records are written when it stops.
            await inside.EndAsync().ConfigureAwait(false);
            int status = failure is RunException known ? known.Status : RunException.EnvironmentLacks;
            channel.Say("failed", $"{status} {failure.Message}");
            return status;
        }
        finally
        {
            await inside.EndAsync().ConfigureAwait(false);
        }
    }

    private async Task WorkAsync()
    {
        RunSpaces spaces = RunSpaces.Create(Path.Combine(_folder, RunFolder.Spaces));
        if (_plan.Out == WayOut.Veth)
        {
            _channel.Say("spaces");
            await _outMade.Task.ConfigureAwait(false);
            HostWay.Join(spaces.Way);
        }
        else
        {
            _kept.Push(await UserSpaceWay.StartAsync(_plan.Out, spaces, _folder, _stop.Token).ConfigureAwait(false));
        }
        spaces.Open(_plan.HostPorts);
        using var ports = new PortCarrier();
        using PublishedPorts? published = _plan.Published.IsEmpty ? null : new PublishedPorts(_folder, _plan);
        foreach (int port in _plan.Published) ports.Publish(port, spaces.Agent, published!.Opened);
        foreach (int port in _plan.HostPorts) ports.Permit(port, spaces.Way);
        await _resolversKnown.Task.WaitAsync(_stop.Token).ConfigureAwait(false);
        using var relay = new ResolverRelay(spaces);
        relay.Ask(_resolvers);
        Volatile.Write(ref _relay, relay);
        _kept.Push(await GatewayProcess.StartAsync(spaces, _plan.Gateway, _folder, _stop.Token).ConfigureAwait(false));
        Begin();
        _channel.Say("ready");
        await using ContainedCommand command = ContainedCommand.Start(Request(spaces));
        Hand(command);
        int status = await command.EndAsync(_stop.Token).ConfigureAwait(false);
        lock (_gate) _command = null;
        // The gateway's last records are written when it stops.
        await EndAsync().ConfigureAwait(false);
        _channel.Say("ended", $"{status}");
    }

    private BoxRequest Request(RunSpaces spaces) => new()
    {
        Command = _plan.Command,
        Folder = _plan.Folder,
        NetworkNamespace = spaces.Agent,
        User = _plan.User,
        Environment = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
            .ToImmutableSortedDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "", StringComparer.Ordinal)
            .SetItem("PATH", _plan.SearchPath)
            .SetItems(_plan.PersonHome is { } home ? [new("HOME", home)] : [])
            .SetItems(_plan.HostPorts.IsEmpty ? [] : [new("EXEAT_HOST", RunAddresses.HostPorts4)]),
        Resolvers = [RunAddresses.Resolver4, RunAddresses.Resolver6],
        Home = _plan.Home,
        KeptHome = _plan.KeptHome,
        ReadOnly = _plan.ReadOnly,
        Hidden = _plan.Hidden,
        StandIns = Path.Combine(_folder, RunFolder.StandIns),
    };

    private async Task HearAsync()
    {
        while (await _channel.HearAsync(CancellationToken.None).ConfigureAwait(false) is var (word, rest))
        {
            switch (word)
            {
                case "out":
                    _outMade.TrySetResult();
                    break;
                case "resolvers":
                    _resolvers = [.. rest.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(IPAddress.Parse)];
                    Volatile.Read(ref _relay)?.Ask(_resolvers);
                    _resolversKnown.TrySetResult();
                    break;
                case "signal":
                    // What is being prepared stops, and is put away where it is prepared.
                    if (Ends(int.Parse(rest, System.Globalization.CultureInfo.InvariantCulture))) await _stop.CancelAsync().ConfigureAwait(false);
                    break;
            }
        }
        // Whoever started this is gone: the command ends too, and at once.
        await _stop.CancelAsync().ConfigureAwait(false);
    }

    // From here on signals are for the command; if one came before, there will be none.
    private void Begin()
    {
        lock (_gate)
        {
            if (_endedBy > 0) throw new OperationCanceledException(_stop.Token);
            _stop.Token.ThrowIfCancellationRequested();
            _begins = true;
        }
    }

    // The command gets those that came while it was being started.
    private void Hand(ContainedCommand command)
    {
        lock (_gate)
        {
            _command = command;
            foreach (int signal in _whileStarting) command.Send(signal);
        }
    }

    // Whether the signal ends the run: the command has not begun, and never will.
    private bool Ends(int signal)
    {
        lock (_gate)
        {
            if (!_begins)
            {
                if (_endedBy == 0) _endedBy = signal;
                return true;
            }
            if (_command is { } command) command.Send(signal);
            else _whileStarting.Add(signal);
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private async Task EndAsync()
    {
        while (_kept.TryPop(out IAsyncDisposable? kept)) await kept.DisposeAsync().ConfigureAwait(false);
    }
}
