using Exeat.Lab.Report;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Scenario;

/// <summary>The course of the lab: everything in monitor, everything again in enforce, a live update, a policy that must be refused.</summary>
public sealed class LabRun(LabSpaces spaces, LabRunOptions options, Action<string> say)
{
    private const int SidewaysPort = 7000;
    private static readonly TimeSpan RecordDeadline = LabPatience.Seconds(8);

    private readonly List<LabRow> _rows = [];

    /// <summary>Runs what was chosen. The gateway must have been started under the monitor policy; null stands for plain forwarding.</summary>
    public async Task<LabReport> RunAsync(LabGateway? gateway)
    {
        ScenarioDocument scenario = ScenarioDocument.Shipped;
        LabStep[] steps = gateway is null ? [LabStep.Enforce] : [LabStep.Monitor, LabStep.Enforce, LabStep.LiveUpdate];
        var plan = steps.Where(s => options.Phase is null || s.Mode == options.Phase)
            .Select(s => (Step: s, Attempts: Chosen(scenario.Plan(s)))).Where(p => p.Attempts.Count > 0).ToList();
        int declared = plan.Sum(p => p.Attempts.Count);
        await spaces.ListenAsync(plan.SelectMany(p => p.Attempts).Select(PeerOf).OfType<LabAgent>().Distinct(), SidewaysPort);
        foreach ((LabStep step, IReadOnlyList<PlannedAttempt> attempts) in plan)
        {
            if (gateway is not null) await EnterAsync(gateway, step);
            await MakeAsync(step, attempts, recorded: gateway is not null);
            if (gateway is not null && step == LabStep.Enforce && options.Agents.IsDefaultOrEmpty)
            {
                declared++;
                _rows.Add(await ContradictionCheck.MakeAsync(spaces, gateway, options.Exeat));
                say($"{step.Mode}: {_rows[^1].Attempt}: {(_rows[^1].Ok ? "ok" : "FAILED")}");
            }
        }
        return LabReport.Of(_rows, declared);
    }

    private async Task EnterAsync(LabGateway gateway, LabStep step)
    {
        var policy = new PolicyText(step.Mode, LiveUpdate: step == LabStep.LiveUpdate);
        if (step != LabStep.Monitor) await gateway.ReloadAsync(policy);
        say($"{step.Name}: policy {gateway.Applied().Version} applies, mode {gateway.Applied().Mode}");
    }

    private async Task MakeAsync(LabStep step, IReadOnlyList<PlannedAttempt> attempts, bool recorded)
    {
        DateTimeOffset from = TimeProvider.System.GetUtcNow();
        int done = 0;
        var commands = new AttemptCommands(spaces.State.Authority, spaces.State.Scratch, options.Exeat);
        var runner = new AttemptRunner(spaces, commands, o => say(
            $"{step.Name} {Interlocked.Increment(ref done)}/{attempts.Count}: {o.Attempt.Agent.Id}: {o.Attempt.Entry.Title} → {o.Attempt.Destination}: "
            + (o.Arrived ? "arrived" : "did not arrive")
            + (o.Client.Succeeded || !o.Attempt.ShouldArrive ? "" : $" ({o.Client.LastLine})")));
        IReadOnlyList<Outcome> outcomes = await runner.RunAsync(attempts);
        outcomes = await LateArrivals.AddAsync(spaces, outcomes);
        IReadOnlyList<SeenRecord?> records = recorded ? await RecordsOfAsync(outcomes, from) : [.. outcomes.Select(_ => (SeenRecord?)null)];
        _rows.AddRange(outcomes.Select((o, i) => LabRow.Of(o, records[i])));
    }

    // Records of permits are on disk before the permit; those of denials may follow within moments.
    private async Task<IReadOnlyList<SeenRecord?>> RecordsOfAsync(IReadOnlyList<Outcome> outcomes, DateTimeOffset from)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            IReadOnlyList<SeenRecord> all = JournalLines.Read(spaces.State.Journal, from);
            List<SeenRecord?> found = [.. outcomes.Select(o => RecordMatch.Find(o, all, NextOf(o, outcomes)))];
            if (!outcomes.Where((o, i) => !RecordMatch.IsWhole(o, found[i])).Any() || TimeProvider.System.GetElapsedTime(start) > RecordDeadline) return found;
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
    }

    private static DateTimeOffset NextOf(Outcome o, IReadOnlyList<Outcome> all) => all
        .Where(n => n.Attempt.Agent == o.Attempt.Agent && n.From > o.From).Select(n => n.From).DefaultIfEmpty(DateTimeOffset.MaxValue).Min();

    private IReadOnlyList<PlannedAttempt> Chosen(IEnumerable<PlannedAttempt> plan) =>
        [.. plan.Where(a => options.Agents.IsDefaultOrEmpty || options.Agents.Contains(a.Agent.Id))];

    private static LabAgent? PeerOf(PlannedAttempt a) => LabPlan.Agents.FirstOrDefault(p => p.Address(a.Family) == a.Address);
}
