using Exeat.Lab.Report;
using Exeat.Lab.Scenario;
using Exeat.Lab.Topology;
using Exeat.Lab.World;

namespace Exeat.Lab.Catalogue;

/// <summary>One of the three labs of the catalogue, as an attack sees it.</summary>
public sealed class AttackLab
{
    private readonly AttemptRunner _runner;

    /// <summary>Of a lab that stands.</summary>
    public AttackLab(AttackColumn column, LabSpaces spaces, LabGateway? gateway, IReadOnlyList<string> exeat)
    {
        (Column, Spaces, Middle, Exeat) = (column, spaces, gateway, exeat);
        Commands = new AttemptCommands(spaces.State.Authority, spaces.State.Scratch, exeat);
        _runner = new AttemptRunner(spaces, Commands, _ => { });
    }

    /// <summary>Which column it is.</summary>
    public AttackColumn Column { get; }

    /// <summary>The namespaces, the world and its counters.</summary>
    public LabSpaces Spaces { get; }

    /// <summary>The gateway in the middle; null when plain forwarding stands there.</summary>
    public LabGateway? Middle { get; }

    /// <summary>The gateway in the middle, for attacks that have a meaning with one only (<see cref="Attack.NoSabotage"/>).</summary>
    public LabGateway Gateway => Middle ?? throw new LabException("there is no gateway in this lab");

    /// <summary>The counters of the world.</summary>
    public WorldClient World => Spaces.World;

    /// <summary>The command line that starts the CLI, for tools inside the namespaces.</summary>
    public IReadOnlyList<string> Exeat { get; }

    /// <summary>The command lines of clients and tools, with their environment.</summary>
    public AttemptCommands Commands { get; }

    /// <summary>The marks that the attack under way tries to carry out: one that arrives late still arrived.</summary>
    internal List<string> Marks { get; } = [];

    /// <summary>Makes one attempt with a client or a tool, and reads what arrived. Where nothing is between them and the world, one lost datagram is tried again.</summary>
    public async Task<Outcome> TryAsync(string kind, string to, int family, int port = 443, string agent = "coding-1")
    {
        Outcome outcome = await OnceAsync(kind, to, family, port, agent);
        // A datagram may be lost while neighbours are still being found; what must arrive is tried again, what must not never is.
        for (int i = 0; i < 2 && Column != AttackColumn.Contained && !outcome.Arrived; i++) outcome = await OnceAsync(kind, to, family, port, agent);
        return outcome;
    }

    /// <summary>Runs a command in a namespace (an agent's id, <see cref="LabPlan.Gateway"/>, <see cref="LabPlan.World"/>), with a client's environment.</summary>
    public Task<Finished> RunAsync(string space, params IReadOnlyList<string> command) =>
        Subprocess.RunAsync(Spaces.Network.Inside(space, command), LabPatience.Seconds(30), environment: Commands.Environment);

    /// <summary>The first record since a moment that fits, waited for as long as records may take; null when none came, or when nobody records.</summary>
    public async Task<SeenRecord?> RecordAsync(DateTimeOffset from, Func<SeenRecord, bool> fits)
    {
        if (Middle is null) return null;
        long start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (JournalLines.Read(Spaces.State.Journal, from).FirstOrDefault(fits) is { } found) return found;
            if (TimeProvider.System.GetElapsedTime(start) > LabPatience.Seconds(8)) return null;
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
    }

    private Task<Outcome> OnceAsync(string kind, string to, int family, int port, string agent)
    {
        var entry = new ScenarioEntry { Id = kind, Title = kind, Kind = kind, Agents = [agent], To = to, Port = port, Decision = "deny" };
        var attempt = new PlannedAttempt(entry, LabStep.Enforce, LabPlan.Find(agent)!, family);
        Marks.Add(attempt.Canary);
        return _runner.MakeAsync(attempt);
    }
}
