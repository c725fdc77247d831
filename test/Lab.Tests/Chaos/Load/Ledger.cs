using System.Globalization;
using Exeat.Flows;

namespace Exeat.Lab.Tests.Chaos.Load;

/// <summary>What stands in the journal since a moment, added up so that it can be held against what clients tried.</summary>
internal sealed class Ledger
{
    private readonly Dictionary<(string Agent, string To, int Port, int SourcePort), long> _permits = [];
    private readonly Dictionary<(string Agent, string To, string Protocol, int Port), long> _permitted = [], _denied = [];
    private readonly Dictionary<(string Agent, string Verdict), long> _questions = [];
    private readonly Dictionary<string, long> _coarse = [];
    private readonly List<Outage> _lost = [];

    public long Events { get; private set; }

    /// <summary>Refusals that stand for more than one attempt each: how many attempts.</summary>
    public long Counted { get; private set; }

    /// <summary>Flows that a start could not join with a proof.</summary>
    public long Unproven { get; private set; }

    /// <summary>Packets that found the kernel's queue full.</summary>
    public long QueueLost { get; private set; }

    /// <summary>Packets that nobody judged, as the next gateway told.</summary>
    public long NotJudged { get; private set; }

    /// <summary>From when until when the kernel repeated refusals whose counts another tool deleted before they were read, as the journal notes it.</summary>
    public IReadOnlyList<Outage> Lost => _lost;

    public void Add(IEnumerable<FlowEvent> events)
    {
        foreach (FlowEvent e in events) Add(e);
    }

    public void Add(FlowEvent e)
    {
        Events++;
        if (e.Reason == "counts-lost") _lost.Add(new Outage(Seconds(Since(e.Note!)), Seconds(e.Time)));
        if (e.Verdict is not ("permit" or "deny") || e.Event is not ("decision" or "counted" or "update")) return;
        string agent = e.Agent ?? "";
        if (e.Event == "counted") Counted += e.Count;
        if (e.End == "not_judged") NotJudged += e.Count;
        if (e.End == "queue_full") QueueLost += e.Count;
        if (e.Reason == "unproven-after-restart") Unproven++;
        if (e.Stage == "dns") Raise(_questions, (agent, e.Verdict), e.Count);
        else if (e.Destination is null) Raise(_coarse, agent, e.Count);
        else
        {
            // Echo has no ports; a record may show the type instead.
            int port = e.Protocol is "icmp" or "icmpv6" ? 0 : e.Port;
            Raise(e.Verdict == "permit" ? _permitted : _denied, (agent, e.Destination, e.Protocol ?? "", port), e.Count);
            if (e.Verdict == "permit") Raise(_permits, (agent, e.Destination, e.Port, e.SourcePort), 1);
        }
    }

    /// <summary>Permits on record for a destination of an agent.</summary>
    public long Permitted(string agent, string to, string protocol, int port) => _permitted.GetValueOrDefault((agent, to, protocol, port));

    /// <summary>Permitted attempts that got through, or arrived, and have no record of their own. No fault excuses one.</summary>
    public IEnumerable<TrafficAttempt> Unrecorded(IEnumerable<TrafficAttempt> through)
    {
        var seen = new Dictionary<(string, string, int, int), long>();
        foreach (TrafficAttempt a in through.Where(a => a.IsPermitted && !a.IsQuestion))
        {
            (string, string, int, int) key = (a.Agent, a.To, a.Port, a.SourcePort);
            seen[key] = seen.GetValueOrDefault(key) + 1;
            if (_permits.GetValueOrDefault((a.Agent, a.To, a.Port, a.SourcePort)) < seen[key]) yield return a;
        }
    }

    /// <summary>
    /// How many of these attempts are neither on record nor among the counts. Refusals that repeat are counted by destination, the kernel's own by agent or for all together:
    /// so the sums are compared, for each destination first.
    /// </summary>
    /// <param name="attempts">What clients tried.</param>
    /// <param name="withUnjudged">Whether some of these found no gateway: then what the next one told of them counts as well.</param>
    public long Missing(IEnumerable<TrafficAttempt> attempts, bool withUnjudged = false)
    {
        long all = 0;
        foreach (IGrouping<string, TrafficAttempt> own in attempts.GroupBy(a => a.Agent))
        {
            long lacking = 0;
            foreach (var group in own.Where(a => !a.IsPermitted && !a.IsQuestion).GroupBy(a => (a.Agent, a.To, a.Protocol, a.Port)))
                lacking += Math.Max(0, group.Count() - _denied.GetValueOrDefault(group.Key));
            foreach ((string kind, string verdict) in (ReadOnlySpan<(string, string)>)[("lookup", "permit"), ("tunnel", "deny")])
                lacking += Math.Max(0, own.Count(a => a.Kind == kind) - _questions.GetValueOrDefault((own.Key, verdict)));
            all += Math.Max(0, lacking - _coarse.GetValueOrDefault(own.Key));
        }
        return Math.Max(0, all - _coarse.GetValueOrDefault("") + (withUnjudged ? 0 : NotJudged));
    }

    /// <summary>Which refusals and questions are fewer on record than at the client, for a message.</summary>
    public IEnumerable<string> Lacking(IEnumerable<TrafficAttempt> attempts) => LackingRefusals(attempts).Concat(
        from a in attempts
        where a.IsQuestion
        group a by (a.Agent, a.Kind) into asked
        let permitted = _questions.GetValueOrDefault((asked.Key.Agent, "permit"))
        let denied = _questions.GetValueOrDefault((asked.Key.Agent, "deny"))
        where (asked.Key.Kind == "lookup" ? permitted : denied) < asked.Count()
        select $"{asked.Key.Agent} {asked.Key.Kind}: {permitted} permitted, {denied} denied of {string.Join(", ", asked.GroupBy(a => a.Result).Select(g => $"{g.Count()} {g.Key}"))}");

    private IEnumerable<string> LackingRefusals(IEnumerable<TrafficAttempt> attempts) =>
        from a in attempts
        where !a.IsPermitted && !a.IsQuestion
        group a by (a.Agent, a.To, a.Protocol, a.Port) into tried
        let recorded = _denied.GetValueOrDefault(tried.Key)
        where recorded < tried.Count()
        select $"{tried.Key.Agent} {tried.Key.Protocol} {tried.Key.To} {tried.Key.Port}: {recorded} of {tried.Count()} ({string.Join(", ", tried.GroupBy(a => a.Kind + " " + a.Result).Select(g => $"{g.Count()} {g.Key}"))})";

    private static DateTimeOffset Since(string note)
    {
        const string Before = "of repeated refusals since ";
        string rest = note[(note.IndexOf(Before, StringComparison.Ordinal) + Before.Length)..];
        return DateTimeOffset.Parse(rest[..rest.IndexOf(',', StringComparison.Ordinal)], CultureInfo.InvariantCulture);
    }

    private static double Seconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).TotalSeconds;

    private static void Raise<T>(Dictionary<T, long> sums, T key, long by)
        where T : notnull => sums[key] = sums.GetValueOrDefault(key) + by;
}
