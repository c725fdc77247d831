using Exeat.Lab.Report;
using Exeat.Lab.Scenario;
using Exeat.Lab.Topology;
using Exeat.Lab.World;

namespace Exeat.Lab.Catalogue;

/// <summary>All attacks against one column, one after another, so that counters and records can be told apart.</summary>
internal sealed class ColumnRun(AttackColumn column, CatalogueOptions options, Action<Attack, int, AttackSeen> made)
{
    private const int SidewaysPort = 7000, RetryPort = 8443;
    private static readonly TimeSpan RecordDeadline = LabPatience.Seconds(8), Quiet = LabPatience.Seconds(0.4), Limit = LabPatience.Seconds(2);

    private readonly List<(Attack Attack, int Family, AttackSeen Seen, IReadOnlyList<string> Marks)> _made = [];

    /// <summary>Builds the column's lab in a folder, makes every attack that has a meaning in it, and returns what was seen, with records.</summary>
    public async Task<Dictionary<(string Id, int Family), AttackSeen>> RunAsync(LabState state)
    {
        string prefix = $"{options.Prefix}{(int)column}-";
        await using LabSpaces spaces = await LabSpaces.CreateAsync(state, prefix, options.Exeat);
        await spaces.ListenAsync([LabPlan.Agents[0], LabPlan.Agents[^1]], SidewaysPort);
        await spaces.ServeQuicAsync();
        await spaces.ServeQuicAsync(RetryPort, validates: true);
        await using LabGateway? gateway = column == AttackColumn.Sabotage ? null : new LabGateway(spaces.Network, state, options.Gateway);
        if (gateway is null) await spaces.Network.ForwardPlainlyAsync();
        var lab = new AttackLab(column, spaces, gateway, options.Exeat);

        DateTimeOffset from = TimeProvider.System.GetUtcNow();
        // Those that shake the lab come last; those with one policy come together.
        foreach (var group in options.Attacks.Where(HasMeaning).GroupBy(a => (a.Disturbs, Policy: PolicyOf(a))).OrderBy(g => g.Key.Disturbs))
        {
            if (gateway is not null) await EnterAsync(gateway, group.Key.Policy);
            foreach (Attack attack in group)
            {
                foreach (int family in attack.Families.Where(f => options.Families.Contains(f))) await MakeAsync(lab, attack, family);
            }
        }
        await AddLateArrivalsAsync(spaces.World);
        if (column == AttackColumn.Contained) await AddRecordsAsync(state, from);
        return _made.ToDictionary(m => (m.Attack.Id, m.Family), m => m.Seen);
    }

    private bool HasMeaning(Attack attack) => column switch
    {
        AttackColumn.Control => attack.NoControl.Length == 0,
        AttackColumn.Sabotage => attack.NoSabotage.Length == 0,
        _ => true,
    };

    private PolicyText PolicyOf(Attack attack) => column switch
    {
        AttackColumn.Contained => attack.Policy,
        AttackColumn.Control => attack.ControlPolicy,
        _ => new PolicyText("none"),
    };

    private async Task EnterAsync(LabGateway gateway, PolicyText policy)
    {
        if (!gateway.IsStarted) await gateway.StartAsync(policy);
        else if (gateway.Policy != policy) await gateway.ReloadAsync(policy);
    }

    private async Task MakeAsync(AttackLab lab, Attack attack, int family)
    {
        lab.Marks.Clear();
        AttackSeen seen;
        try
        {
            seen = await attack.Run(lab, family);
        }
        catch (LabException e)
        {
            // The tool or the lab refused: the attack was not made, which is no containment.
            seen = new AttackSeen(false) { Fault = e.Message };
        }
        if (lab.Middle is { Process.HasEnded: true }) seen = seen with { Fault = "the gateway ended; it said: " + lab.Middle.Process.LastWords(4) };
        _made.Add((attack, family, seen, [.. lab.Marks]));
        made(attack, family, seen);
    }

    // Bytes that a gateway held and let go too late still count as arrived.
    private async Task AddLateArrivalsAsync(WorldClient world)
    {
        WorldSnapshot end = await world.DrainAsync("", Quiet, Limit);
        for (int i = 0; i < _made.Count; i++)
        {
            if (!_made[i].Seen.Arrived && _made[i].Marks.Any(end.Has)) _made[i] = _made[i] with { Seen = _made[i].Seen with { Arrived = true } };
        }
    }

    private async Task AddRecordsAsync(LabState state, DateTimeOffset from)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            IReadOnlyList<SeenRecord> all = JournalLines.Read(state.Journal, from);
            bool whole = true;
            for (int i = 0; i < _made.Count; i++)
            {
                if (_made[i].Seen.Outcome is not { } outcome || _made[i].Attack.NoRecord.Length > 0) continue;
                SeenRecord? found = RecordMatch.Find(outcome, all, NextOf(i, outcome));
                whole &= RecordMatch.IsWhole(outcome, found);
                _made[i] = _made[i] with { Seen = _made[i].Seen with { Record = found } };
            }
            if (whole || TimeProvider.System.GetElapsedTime(start) > RecordDeadline) return;
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
    }

    private DateTimeOffset NextOf(int i, Outcome outcome) => _made.Skip(i + 1)
        .Select(m => m.Seen.Outcome).Where(o => o?.Attempt.Agent == outcome.Attempt.Agent).Select(o => o!.From).FirstOrDefault(DateTimeOffset.MaxValue);
}
