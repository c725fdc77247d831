using System.Collections.Immutable;
using System.Security.Cryptography;
using Exeat.Flows;
using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Cli.Verify;

/// <summary>Finds out what a run stands on: who the agent is, which resolver it may ask, what the far side's addresses are.</summary>
internal static class GroundSurvey
{
    public static VerifyGround Make(VerifyWish wish, Place place, CommandOutput output)
    {
        (Policy.Policy policy, AgentsDocument agents, CompiledPolicy compiled) = wish.Input.Load(output);
        int agent = FindAgent(compiled, wish.Agent, place);
        if (!compiled.Agents[agent].Addresses.Any(place.Addresses.Contains) && !compiled.Agents[agent].Addresses.IsEmpty)
            output.Tell($"this place has none of the addresses of {compiled.Agents[agent].Id}: behind translation, the gateway may take it for somebody else", LogLevel.Warning);
        if (place.Families.IsEmpty && !wish.PlanOnly) throw new CommandFailure(ExitCode.EnvironmentLacks, "there is no route to the world from here, over IPv4 or IPv6: nothing can be tested");
        return new VerifyGround
        {
            Policy = policy,
            Agents = agents,
            Compiled = compiled,
            Agent = agent,
            Now = compiled.CompiledAt,
            Families = place.Families.IsEmpty ? [4, 6] : place.Families,
            Resolvers = Resolvers(wish, policy, compiled, agent, place),
            NextHops = place.NextHops,
            OtherResolvers = [.. wish.OtherResolvers.Select(text => Read("--other-resolver", text)), .. AddressSamples.PublicResolvers],
            NamesPerRule = wish.Names == 0 ? int.MaxValue : wish.Names,
            Tokens = new Tokens(BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4))),
            Random = Random.Shared,
        };
    }

    /// <summary>The far side's addresses: literal, or asked for by a name that the policy permits.</summary>
    public static async Task<(ImmutableArray<Address> Addresses, DomainName? Name)> FindFarAsync(VerifyWish wish, VerifyGround ground, IProber prober, CancellationToken stop)
    {
        var addresses = ImmutableArray.CreateBuilder<Address>();
        DomainName? name = null;
        foreach (string host in wish.Far)
        {
            if (Address.TryParse(host, out Address literal)) addresses.Add(literal);
            else if (NameSamples.Read(host) is not { } read) throw new CommandFailure(ExitCode.InputWrong, $"--far {TerminalText.EscapeName(host)} is no name and no address");
            else if (!ground.Foresight.Resolves(read) || ground.Resolvers.IsEmpty)
                throw new CommandFailure(ExitCode.InputWrong, $"--far {read}: the policy does not let this agent ask for that name; give the host's addresses");
            else
            {
                name = read;
                foreach (int family in ground.Families)
                {
                    Seen answer = await prober.MakeAsync(
                        new Probe { Kind = ProbeKind.Question, To = ground.Resolvers[0], Port = 53, Name = read, Type = family == 6 ? Wire.Dns.DnsType.AAAA : Wire.Dns.DnsType.A }, stop);
                    addresses.AddRange(answer.Addresses.Where(a => VerifyGround.FamilyOf(a) == family).Take(1));
                }
            }
        }
        if (addresses.Count == 0 && !wish.Far.IsEmpty) throw new CommandFailure(ExitCode.EnvironmentLacks, $"--far {name}: the resolver gave no address");
        return (addresses.ToImmutable(), name);
    }

    internal static int FindAgent(CompiledPolicy policy, string? id, Place place)
    {
        string declared = string.Join(", ", policy.Agents.Select(a => a.Id));
        if (id is not null)
        {
            int named = policy.FindAgent(id);
            return named >= 0 ? named : throw new CommandFailure(ExitCode.InputWrong, $"--agent: there is no agent {TerminalText.Escape(id)}; declared are {declared}");
        }
        int[] own = [.. policy.Agents.Index().Where(a => a.Item.Addresses.Any(place.Addresses.Contains)).Select(a => a.Index)];
        return own.Length == 1 ? own[0] : throw new CommandFailure(
            ExitCode.InputWrong, $"{(own.Length == 0 ? "no agent is declared with an address of this place" : "several agents are declared with addresses of this place")}; give --agent ID, one of {declared}");
    }

    private static ImmutableArray<Address> Resolvers(VerifyWish wish, Policy.Policy written, CompiledPolicy policy, int agent, Place place)
    {
        var foresight = new Foresight(policy, agent);
        Address[] given = [.. wish.Resolvers.Select(text => Read("--resolver", text))];
        if (given.FirstOrDefault(r => !foresight.MayAsk(r)) is { IsKnown: true } refused)
            throw new CommandFailure(ExitCode.InputWrong, $"--resolver {refused}: the policy does not let {policy.Agents[agent].Id} ask it (UDP, port 53)");
        if (given.Length > 0) return [.. given];
        // What the policy names one by one, beside what this place is told: a stub of its own hides the real one.
        return [.. place.Nameservers.Concat(Singles(written)).Distinct().Where(foresight.MayAsk)];
    }

    private static IEnumerable<Address> Singles(Policy.Policy policy) =>
        from rule in policy.Rules
        where rule.Action == RuleAction.Permit && rule.Ports.Any(p => p.Contains(53))
        from prefix in AddressSamples.Of(rule, policy)
        where prefix.Length == prefix.Network.Width
        select prefix.Network;

    private static Address Read(string option, string text) =>
        Address.TryParse(text, out Address address) ? address : throw new CommandFailure(ExitCode.InputWrong, $"{option} {TerminalText.Escape(text)} is no address");
}
