using System.Collections.Immutable;
using Exeat.Flows;
using Exeat.Names;
using Exeat.Policy;
using Exeat.Wire.Dns;

namespace Exeat.Cli.Verify;

/// <summary>The course of a run: what the documents say, what permitted destinations do, what escapes do; then records and arrivals are read and all is judged.</summary>
internal sealed class VerifyRun(VerifyGround ground, IProber prober, IRecords? records, FarCounts? far, IReadOnlyList<int> farPorts, Action<string> say)
{
    private readonly AttemptLog _attempts = new(prober, records);
    private FarAnswer? _farBefore, _farAfter;

    public async Task<VerifyReport> RunAsync(CancellationToken stop)
    {
        if (far is not null) _farBefore = await far.AskAsync(farPorts, stop);
        var trials = new TrialRunner(ground, _attempts);
        Trial[] planned = [.. Trials()];
        List<PendingResult> made = [.. StaticChecks.Documents(ground), .. StaticChecks.Families(ground)];
        foreach (Rule rule in TrialPlan.Untried(ground))
            made.Add(PendingResult.Of($"permit/{rule.Name}/0", $"rule {rule.Name}", CheckOutcome.NotTested, "only a client of its protocol, or a host of its range, could tell"));
        made.AddRange((await EachAsync(planned, trials.MakeAsync, stop)).SelectMany(r => r));
        say($"{_attempts.Made} attempts at what the policy names");
        VerifyCheck[] checks = [.. ground.Families.SelectMany(f => Lookups(f, trials.Alive(f)).Concat(new EscapePlan(ground, f, trials.Alive(f)).All()).Concat(FarPlan.Of(ground, f, trials.Alive(f))))];
        made.AddRange(await EachAsync(checks, TryAsync, stop));
        say($"{_attempts.Made} attempts in all");
        if (far is not null && _farBefore is not null) _farAfter = await far.AskAsync(farPorts, stop);

        PendingResult[] tried = [.. made.Where(m => m.Seen is not null)];
        IReadOnlyList<RecordLook> found = records is null ? [.. tried.Select(_ => RecordLook.None)] : await records.FindAsync([.. tried.Select(t => (t.Check!.Probe, t.Seen!))], stop);
        List<CheckResult> results = [.. made.Where(m => m.Known is not null).Select(m => m.Known!), .. tried.Select((t, i) => Result(t, found[i]))];
        results = [.. results.GroupBy(r => r.Id).Select(Merge)];
        results.AddRange(StaticChecks.Whole(ground, results, found, records is not null));
        return new VerifyReport
        {
            Agent = ground.AgentEntry.Id,
            Policy = ground.Compiled.Version,
            Time = ground.Now,
            Run = ground.Tokens.Run,
            Families = ground.Families,
            Attempts = _attempts.Made,
            Results = [.. results.OrderBy(r => Order(r.Group)).ThenBy(r => r.Family)],
            FarIsCompared = far is null || _farAfter is not null,
        };
    }

    private IEnumerable<Trial> Trials()
    {
        HashSet<string> known = [];
        // A test of what a rule's own trial tries already is tried as the test: its title says where it is written.
        return ((Trial[])[.. TrialPlan.Permits(ground), .. TrialPlan.Tests(ground), .. TrialPlan.Denials(ground), .. TrialPlan.Unknown(ground)])
            .Where(t => t.Rule is not null || known.Add($"{t.Names[0]} {t.Kind} {t.Port} {t.Family}"));
    }

    // 6: the resolver that may be asked answers, over both transports.
    private IEnumerable<VerifyCheck> Lookups(int family, IReadOnlyList<AliveHost> alive)
    {
        DomainName? name = alive.Select(h => h.Name).FirstOrDefault() ?? ground.Families.Where(f => f != family).SelectMany(_ => alive).Select(h => h.Name).FirstOrDefault();
        Address resolver = ground.Resolvers.FirstOrDefault(r => VerifyGround.FamilyOf(r) == family);
        if (name is null || !resolver.IsKnown) yield break;
        foreach (ProbeKind kind in (ProbeKind[])[ProbeKind.Question, ProbeKind.QuestionOverTcp])
        {
            var probe = new Probe { Kind = kind, To = resolver, Port = 53, Name = name, Type = family == 6 ? DnsType.AAAA : DnsType.A };
            yield return new VerifyCheck { Id = $"resolver/{(kind == ProbeKind.Question ? "udp" : "tcp")}/{family}", Title = "a look-up at the permitted resolver", Probe = probe, Expected = ground.Foresight.Of(probe) };
        }
    }

    private async Task<PendingResult> TryAsync(VerifyCheck check, CancellationToken stop)
    {
        Seen seen = await _attempts.MakeAsync(check.Probe, stop);
        bool asks = records is null && seen.Look == Look.Reset && check.Witness == Witness.None && !check.Expected.Permits;
        return new PendingResult(check, seen, check.Family) { RefusedOnTheWay = asks && await IsRefusedOnTheWayAsync(check.Probe, stop) };
    }

    // A reset may be the host's own. Who refuses a datagram says so, and says who it is.
    private async Task<bool> IsRefusedOnTheWayAsync(Probe probe, CancellationToken stop)
    {
        var datagram = new Probe { Kind = ProbeKind.Udp, To = probe.To, Port = probe.Port, Token = ground.Tokens.Next() };
        return !ground.Foresight.Of(datagram).Permits && (await _attempts.MakeAsync(datagram, stop)).Look == Look.Prohibited;
    }

    private CheckResult Result(PendingResult made, RecordLook record)
    {
        (VerifyCheck check, Seen seen) = (Informed(made.Check!, record), made.Seen!);
        (CheckOutcome outcome, string why) = Judge.Of(check, seen, record, Arrived(check), made.RefusedOnTheWay);
        return new CheckResult
        {
            Id = check.Id,
            Title = check.Title,
            Family = made.Family,
            To = check.To,
            Expected = check.Expected.Text,
            Outcome = outcome,
            Why = why,
            Token = check.IsFar ? check.Probe.Token : "",
            Record = record.Event,
            Denial = seen.Denial ?? record.Event?.Denial,
            WasToBeRefused = !check.Expected.Permits,
        };
    }

    // Names that an earlier question of the agent's bound to the address (in monitor denied ones resolve too) change which rule denies. That something is denied, no record changes.
    private VerifyCheck Informed(VerifyCheck check, RecordLook record)
    {
        if (check.Expected.Permits || record.Event is not { } read) return check;
        DomainName[] bound = [.. read.Names.Where(n => n.Source == NameSource.Binding.Text()).Select(n => NameSamples.Read(n.Name)).OfType<DomainName>()];
        Expected informed = bound.Length == 0 ? check.Expected : ground.Foresight.Of(check.Probe, bound);
        return informed.Permits ? check : check with { Expected = informed };
    }

    // Only what was listened on from before the first attempt until after the last can be missed.
    private bool? Arrived(VerifyCheck check)
    {
        if (!check.IsFar || _farAfter is null || _farAfter.Since != _farBefore!.Since) return null;
        string protocol = FlowWords.ProtocolText(check.Probe.Protocol)!;
        if (_farAfter.Arrivals.Any(a => a.Token == check.Probe.Token)) return true;
        return _farAfter.Counts.Contains($"{protocol}/{check.Probe.Port}") ? false : null;
    }

    // Several names of one rule: one that fails is one too many, one that answers is enough.
    private static CheckResult Merge(IGrouping<string, CheckResult> same)
    {
        CheckResult chosen = same.FirstOrDefault(r => r.Outcome == CheckOutcome.Failed) ?? same.FirstOrDefault(r => r.Outcome == CheckOutcome.Held)
            ?? same.FirstOrDefault(r => r.Outcome == CheckOutcome.Inconclusive) ?? same.First();
        string[] others = [.. same.Where(r => r != chosen && r.Outcome != CheckOutcome.Held).Select(r => r.To.Length > 0 && !r.Why.StartsWith(r.To, StringComparison.Ordinal) ? $"{r.To}: {r.Why}" : r.Why)];
        return others.Length == 0 ? chosen : chosen with { Why = $"{chosen.Why}; before: {string.Join("; ", others)}" };
    }

    private async Task<TOut[]> EachAsync<TIn, TOut>(IReadOnlyList<TIn> all, Func<TIn, CancellationToken, Task<TOut>> make, CancellationToken stop)
    {
        var results = new TOut[all.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = records?.Parallel ?? Parallelism, CancellationToken = stop };
        await Parallel.ForEachAsync(Enumerable.Range(0, all.Count), options, async (i, cancel) => results[i] = await make(all[i], cancel));
        return results;
    }

    // Far below what any gateway's limits call a flood.
    private const int Parallelism = 4;

    private static int Order(string group) => group switch { "policy" => 0, "family" => 1, "permit" => 2, "resolver" => 3, "deny" => 4, "unknown" => 5, "test" => 6, "escape" => 7, _ => 8 };
}
