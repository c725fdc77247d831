using Exeat.Lab.Report;
using Exeat.Lab.Scenario;
using Exeat.Lab.Topology;
using Exeat.Lab.World;

namespace Exeat.Lab.Tests.Labs;

/// <summary>A lab of one test class: its own namespaces, world and folder. What stands in the middle is the subclass's choice.</summary>
/// <remarks>
/// <code>
///   agent namespaces ── ag-1 … ag-5 ── [gateway | plain forwarding] ── wan ── wan0 ── world (servers and counters)
/// </code>
/// The whole plan is drawn in <c>src/Lab/Topology/LabPlan.cs</c>.
/// </remarks>
public abstract class LabFixture : IAsyncLifetime
{
    private const int SidewaysPort = 7000;
    private static int s_number;

    private readonly LabState _state = LabState.Create();
    private readonly IDisposable _held;
    private LabSpaces? _spaces;

    protected LabFixture() => _held = _state.Hold();

    protected LabSpaces Spaces => _spaces ?? throw new InvalidOperationException("the lab was not built");

    internal LabState State => _state;

    internal LabNetwork Network => Spaces.Network;

    internal WorldClient World => Spaces.World;

    public async ValueTask InitializeAsync()
    {
        if (!TestSpaces.Fresh) return;
        await TestSpaces.EnsureAsync();
        _spaces = await LabSpaces.CreateAsync(_state, $"t{Interlocked.Increment(ref s_number)}-", LabPrograms.Exeat);
        await _spaces.ListenAsync([LabPlan.Agents[0]], SidewaysPort);
        await FillMiddleAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await EmptyMiddleAsync();
        if (_spaces is not null) await _spaces.DisposeAsync();
        _held.Dispose();
        _state.Remove();
        GC.SuppressFinalize(this);
    }

    /// <summary>Makes one attempt with a real client or an attack tool, and reads what arrived.</summary>
    internal async Task<Outcome> TryAsync(string kind, string to, int family, int port = 443, string agent = "coding-1", string decision = "deny")
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        var entry = new ScenarioEntry { Id = kind, Title = kind, Kind = kind, Agents = [agent], To = to, Port = port, Decision = decision };
        var attempt = new PlannedAttempt(entry, LabStep.Enforce, LabPlan.Find(agent)!, family);
        var commands = new AttemptCommands(_state.Authority, _state.Scratch, LabPrograms.Exeat);
        return await new AttemptRunner(Spaces, commands, _ => { }).MakeAsync(attempt);
    }

    /// <summary>The record of an attempt; waits for one within a limit.</summary>
    internal async Task<SeenRecord?> RecordOfAsync(Outcome outcome)
    {
        SeenRecord? found = null;
        for (int i = 0; i < 40; i++)
        {
            found = RecordMatch.Find(outcome, JournalLines.Read(_state.Journal, outcome.From), DateTimeOffset.MaxValue);
            // What a permitted attempt before left behind (the client is gone, the server's packets are not) may be refused within this one's time, and be read before its own record is written.
            if (RecordMatch.IsWhole(outcome, found) && (found!.Verdict == "permit" || !outcome.Attempt.Entry.IsPermitted)) return found;
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
        return found;
    }

    /// <summary>Runs a command inside one of the lab's namespaces.</summary>
    internal Task<Finished> RunAsync(string space, params string[] command) =>
        Subprocess.RunAsync(Network.Inside(space, command), TimeSpan.FromSeconds(30));

    protected abstract Task FillMiddleAsync();

    protected virtual Task EmptyMiddleAsync() => Task.CompletedTask;
}
