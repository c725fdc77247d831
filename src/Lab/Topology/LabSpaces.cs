using Exeat.Lab.World;

namespace Exeat.Lab.Topology;

/// <summary>A lab that stands: the network, the world outside, and the counters; what is in the middle is the caller's choice.</summary>
public sealed class LabSpaces : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = LabPatience.Seconds(15);

    private readonly IReadOnlyList<string> _exeat;
    private readonly Dictionary<string, LabProcess> _processes = [];
    private readonly Dictionary<string, WorldClient> _listeners = [];

    private LabSpaces(LabState state, LabNetwork network, IReadOnlyList<string> exeat)
    {
        (State, Network, _exeat) = (state, network, exeat);
        World = new WorldClient(Path.Combine(state.Folder, WorldProgram.SocketFile));
    }

    /// <summary>The lab's folder.</summary>
    public LabState State { get; }

    /// <summary>The namespaces.</summary>
    public LabNetwork Network { get; }

    /// <summary>The counters of the world.</summary>
    public WorldClient World { get; }

    /// <summary>The counters of agents that listen, by id.</summary>
    public IReadOnlyDictionary<string, WorldClient> Listeners => _listeners;

    /// <summary>Makes the namespaces and starts the world. <paramref name="exeat"/> is the command line that starts the CLI.</summary>
    public static async Task<LabSpaces> CreateAsync(LabState state, string prefix, IReadOnlyList<string> exeat)
    {
        var spaces = new LabSpaces(state, new LabNetwork(prefix), exeat);
        try
        {
            await Task.WhenAll(spaces.Network.CreateAsync(), LabRepository.CreateAsync(state));
            spaces._processes[LabPlan.World] = await LabProcess.StartAsync(
                spaces.Network.Inside(LabPlan.World, [.. exeat, "lab-world", state.Folder]), Path.Combine(state.Folder, "world.log"), Deadline);
            return spaces;
        }
        catch
        {
            await spaces.DisposeAsync();
            throw;
        }
    }

    /// <summary>Lets agents listen on a port of their own, and counts what arrives there.</summary>
    public Task ListenAsync(IEnumerable<LabAgent> agents, int port) => Task.WhenAll(agents.Select(async agent =>
    {
        string socket = Path.Combine(State.Folder, $"{agent.Id}.sock");
        LabProcess process = await LabProcess.StartAsync(
            Network.Inside(agent.Id, [.. _exeat, "lab-listen", socket, $"{port}"]), Path.Combine(State.Folder, $"{agent.Id}.log"), Deadline);
        lock (_processes) (_processes[agent.Id], _listeners[agent.Id]) = (process, new WorldClient(socket));
    }));

    /// <summary>Starts a real QUIC server on a port of the world. <paramref name="validates"/>: it answers a first hello with a Retry.</summary>
    public async Task ServeQuicAsync(int port = 443, bool validates = false)
    {
        LabProcess server = await QuicServer.StartAsync(State, Network, port, validates);
        lock (_processes) _processes[$"quic-{port}"] = server;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_processes.Values.Select(p => p.DisposeAsync().AsTask()));
        await Network.DisposeAsync();
    }
}
