using System.Collections.Immutable;
using Exeat.Names;
using Exeat.Wire.Dns;

namespace Exeat.Cli.Verify;

/// <summary>Makes trials: asks the resolver, and goes where the answer leads. Keeps what answered, as the ground of refusals.</summary>
internal sealed class TrialRunner(VerifyGround ground, AttemptLog attempts)
{
    private const ushort Dns = 53;

    private readonly List<AliveHost> _alive = [];

    /// <summary>The permitted hosts that answered in this family.</summary>
    public IReadOnlyList<AliveHost> Alive(int family)
    {
        lock (_alive) return [.. _alive.Where(h => VerifyGround.FamilyOf(h.Address) == family).OrderBy(h => h.Name.Text, StringComparer.Ordinal)];
    }

    /// <summary>Makes one, name after name until one answers. What they come to is judged when the records are read.</summary>
    public async Task<IReadOnlyList<PendingResult>> MakeAsync(Trial trial, CancellationToken stop)
    {
        if (Resolver(trial.Family) is not { } resolver) return [PendingResult.Of(trial, CheckOutcome.NotTested, "there is no resolver that this agent may ask")];
        List<PendingResult> results = [];
        foreach (DomainName name in trial.Names)
        {
            results.Add(await TryAsync(trial, name, resolver, stop));
            if (results[^1] is { Seen: not null, IsOnlySilent: false }) break;
        }
        return results;
    }

    private async Task<PendingResult> TryAsync(Trial trial, DomainName name, Address resolver, CancellationToken stop)
    {
        var question = new Probe { Kind = ProbeKind.Question, To = resolver, Port = Dns, Name = name, Type = trial.Family == 6 ? DnsType.AAAA : DnsType.A };
        VerifyCheck asked = new() { Id = trial.Id, Title = trial.Title, Probe = question, Expected = ground.Foresight.Of(question) };
        Seen answer = await attempts.MakeAsync(question, stop);
        if (!asked.Expected.Permits || trial.Port == 0 || answer.Look == Look.Blocked) return new PendingResult(asked, answer, trial.Family);
        ImmutableArray<Address> addresses = [.. answer.Addresses.Where(a => VerifyGround.FamilyOf(a) == trial.Family)];
        if (addresses.IsEmpty)
        {
            return answer.Look is Look.NoSuchName or Look.Answered
                ? PendingResult.Of(trial, name, CheckOutcome.NotTested, $"{name} has no IPv{trial.Family} address")
                : PendingResult.Of(trial, name, CheckOutcome.Inconclusive, $"{name}: {answer.Text}");
        }
        var probe = new Probe { Kind = trial.Kind, To = addresses[0], Port = trial.Port, Name = trial.Kind == ProbeKind.Tcp ? null : name, Token = ground.Tokens.Next() };
        VerifyCheck check = new() { Id = trial.Id, Title = trial.Title, Probe = probe, For = name, Expected = ground.Foresight.Of(probe, name) };
        if (trial.Rule is not null && (!check.Expected.Permits || check.Expected.Rule != trial.Rule))
            return PendingResult.Of(trial, name, CheckOutcome.NotTested, $"{name} is decided by {check.Expected.Rule}");
        Seen seen = await attempts.MakeAsync(probe, stop);
        if (check.Expected.Permits && seen.Look == Look.Answered)
        {
            lock (_alive) _alive.Add(new AliveHost(name, addresses[0], trial.Port, addresses));
        }
        return new PendingResult(check, seen, trial.Family);
    }

    // The family's own where there is one, so that both ways to the resolver are used.
    private Address? Resolver(int family) => ground.Resolvers.Where(r => VerifyGround.FamilyOf(r) == family).Concat(ground.Resolvers).Select(r => (Address?)r).FirstOrDefault();
}
