using System.Globalization;
using Exeat.Lab.Tests.Chaos.Load;
using Exeat.Lab.Topology;
using Exeat.Lab.World;

namespace Exeat.Lab.Tests.Chaos;

/// <summary>What came of the traffic while something broke: what arrived at the far side, what stands on record, what lived on.</summary>
internal sealed record ChaosReport
{
    private static readonly string[] Nobodys = [WorldMap.Attacker.Address4, WorldMap.Attacker.Address6, WorldMap.PublicResolver.Address4, WorldMap.PublicResolver.Address6];

    public required string Fault { get; init; }

    public required int Attempts { get; init; }

    /// <summary>Permitted attempts that got through, of how many.</summary>
    public required int Through { get; init; }

    public required int Permitted { get; init; }

    public required int Denied { get; init; }

    /// <summary>Marks of permitted attempts that arrived at the far side.</summary>
    public required int Arrived { get; init; }

    /// <summary>Packets on record as judged by nobody.</summary>
    public required long NotJudged { get; init; }

    /// <summary>Packets that found the kernel's queue full.</summary>
    public required long QueueLost { get; init; }

    /// <summary>Everything that arrived and must not have.</summary>
    public required IReadOnlyList<string> Escapes { get; init; }

    /// <summary>Permitted attempts that arrived without a record.</summary>
    public required IReadOnlyList<TrafficAttempt> Unrecorded { get; init; }

    /// <summary>Attempts made while somebody judged that are neither recorded nor counted.</summary>
    public required long Missing { get; init; }

    /// <summary>As <see cref="Missing"/>, of all that was refused but questions, also while nobody judged: what the kernel dropped meanwhile is told by the next gateway.</summary>
    public required long MissingOfAll { get; init; }

    /// <summary>How often the journal notes that counts were lost.</summary>
    public required int CountsLost { get; init; }

    /// <summary>Where they are missing, before what is counted for all destinations together.</summary>
    public required IReadOnlyList<string> Lacking { get; init; }

    /// <summary>As <see cref="Lacking"/>, of <see cref="MissingOfAll"/>.</summary>
    public required IReadOnlyList<string> LackingOfAll { get; init; }

    /// <summary>Attempts made while nobody judged: the kernel dropped them.</summary>
    public required int Unjudged { get; init; }

    /// <summary>Steady flows that ended by themselves.</summary>
    public required IReadOnlyList<SteadyFlow> Ended { get; init; }

    public required int Steady { get; init; }

    public required long LongestSilenceMs { get; init; }

    public required long Recorded { get; init; }

    public required long Counted { get; init; }

    public required double OutageSeconds { get; init; }

    public int Restarts { get; init; }

    public GatewayUse Before { get; init; }

    public GatewayUse After { get; init; }

    /// <summary>Holds clients, far side and journal against each other.</summary>
    public static ChaosReport Of(
        string fault, IReadOnlyList<TrafficAttempt> attempts, IReadOnlyList<SteadyFlow> steady, WorldSnapshot before, WorldSnapshot after, Ledger ledger, IReadOnlyList<Outage> outages)
    {
        HashSet<string> arrived = [.. after.Canaries.Skip(before.Canaries.Length).Select(c => c.Canary)];
        List<string> escapes = [.. attempts.Where(a => !a.IsPermitted && arrived.Contains(a.Canary)).Select(a => $"{a.Kind} of {a.Agent} over IPv{a.Family}: {a.Canary}")];
        foreach ((LabAgent agent, int family, string there) in from id in attempts.Select(a => a.Agent).Distinct() from family in (int[])[4, 6] from there in Nobodys select (LabPlan.Find(id)!, family, there))
        {
            long packets = after.From(agent.Address(family), there).Packets - before.From(agent.Address(family), there).Packets;
            if (packets > 0) escapes.Add($"{packets} packets of {agent.Id} at {there}");
        }
        if (after.Asked("exfil.attacker.example") - before.Asked("exfil.attacker.example") is > 0 and var asked) escapes.Add($"{asked} questions below exfil.attacker.example");
        // A note excuses what it states, and no more than the second before the table was loaded again, or before the gateway that reads the counts was held.
        IEnumerable<Outage> lost = ledger.Lost.Select(l => l with { From = Math.Max(l.From, Math.Min(l.Until, outages.Where(o => o.From <= l.Until && o.Until >= l.From).Select(o => o.From).DefaultIfEmpty(l.Until).Min()) - 1) });
        List<TrafficAttempt> judged = [.. attempts.Where(a => !outages.Concat(lost).Any(o => o.Touches(a)))];
        List<TrafficAttempt> through = [.. attempts.Where(a => a.IsPermitted && (a.Succeeded || arrived.Contains(a.Canary)))];
        return new ChaosReport
        {
            Fault = fault,
            Attempts = attempts.Count,
            Permitted = attempts.Count(a => a.IsPermitted),
            Through = attempts.Count(a => a.IsPermitted && a.Succeeded),
            Denied = attempts.Count(a => !a.IsPermitted),
            Arrived = attempts.Count(a => a.IsPermitted && arrived.Contains(a.Canary)),
            QueueLost = ledger.QueueLost,
            NotJudged = ledger.NotJudged,
            Escapes = escapes,
            Unrecorded = [.. ledger.Unrecorded(through)],
            // A permitted question that failed was recorded as far as it came; only answered ones are counted here.
            Missing = ledger.Missing(judged.Where(a => !a.IsPermitted || a.Succeeded)),
            MissingOfAll = ledger.Missing(attempts.Where(a => !a.IsPermitted && !a.IsQuestion), withUnjudged: true),
            CountsLost = ledger.Lost.Count,
            Lacking = [.. ledger.Lacking(judged)],
            LackingOfAll = [.. ledger.Lacking(attempts.Where(a => !a.IsPermitted && !a.IsQuestion))],
            Unjudged = attempts.Count - judged.Count,
            Ended = [.. steady.Where(s => s.How != "stopped")],
            Steady = steady.Count,
            LongestSilenceMs = steady.Where(s => s.Kind != "udp").Select(s => s.LongestMs).DefaultIfEmpty(0).Max(),
            Recorded = ledger.Events,
            Counted = ledger.Counted,
            OutageSeconds = outages.Sum(o => Math.Min(o.Until, attempts.Select(a => a.Ended).DefaultIfEmpty(o.From).Max()) - o.From),
        };
    }

    /// <summary>One line: the row of a table.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Fault}: {Attempts} attempts; permitted {Through}/{Permitted} through; denied {Denied}, escaped {Escapes.Count}; steady {Steady - Ended.Count}/{Steady} alive, longest silence {LongestSilenceMs} ms; "
        + $"records {Recorded}, counted {Counted}, permits without {Unrecorded.Count}, missing {Missing} (of all {MissingOfAll}), counts lost {CountsLost}, queue lost {QueueLost}; nobody judged {OutageSeconds:F1} s ({Unjudged} attempts, {NotJudged} packets on record); restarts {Restarts}; "
        + $"fds {Before.Descriptors} to {After.Descriptors}, RSS {Before.RssKiB / 1024} to {After.RssKiB / 1024} MiB");
}
