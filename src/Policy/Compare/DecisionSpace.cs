using System.Runtime.InteropServices;
using Exeat.Names;

namespace Exeat.Policy;

/// <summary>All attempts there are, by representatives that two policies cannot tell from the attempts they stand for.</summary>
/// <remarks>
/// Agents, protocols, ports, addresses and names are each cut where a rule of either policy begins or ends to match. A hello that is decided differently is decided so
/// already with at most two bound names beside the claim: one that lets a rule with <c>proof: dns</c> permit, and one that a deny matches when nothing is claimed;
/// more bound names can only let more rules match. If all hellos are decided alike, so are all first packets, since these look no further than to every hello.
/// </remarks>
internal sealed class DecisionSpace
{
    private static readonly byte[] UsualProtocols = [6, 17, 1, 58];
    private static readonly ushort[] UsualPorts = [443, 80, 22, 53, 0];
    private static readonly Address[] UsualAddresses = [PolicyWalk.StandIn, Address.V6(((UInt128)0x20010DB8 << 96) + 1)];

    private readonly CompiledPolicy[] _policies;
    private readonly List<(byte Protocol, ushort Port)> _transports;
    private readonly List<Address> _addresses;

    public DecisionSpace(CompiledPolicy a, CompiledPolicy b)
    {
        _policies = [a, b];
        NameRegions regions = NameRegions.Of(a.LivePatterns().Concat(b.LivePatterns()).Distinct());
        IsExact = regions.IsExact;
        Names = GroupNames(regions);
        byte[] protocols = Distinct<byte>([.. UsualProtocols, .. Enumerable.Range(0, 256).Select(number => (byte)number)], (policy, protocol) => policy.ProtocolRow(protocol));
        ushort[] ports = Distinct<ushort>([.. UsualPorts, .. a.PortEdges(), .. b.PortEdges()], (policy, port) => policy.PortRow(port));
        // Protocols without ports have port 0; with their own rules only, other ports are not told apart for them.
        _transports = [.. protocols.SelectMany(protocol => ports.Select(port => (protocol, port)))];
        Address[] edges = [.. a.AddressEdges(), .. b.AddressEdges(), .. AddressScreen.Edges];
        // The second address of a prefix makes a better example than its network's own.
        _addresses =
        [
            .. Distinct<Address>([.. UsualAddresses, .. edges.Select(Next), .. edges], (policy, address) => policy.AddressRow(address), address => (int)AddressScreen.KindOf(address))
                .OrderByDescending(AddressScreen.KindOf),
        ];
        AgentGroups = [.. Enumerable.Range(0, a.Agents.Length).Where(agent => !a.Agents[agent].Quarantined).GroupBy(AgentKey).Select(group => group.ToArray())];
    }

    /// <summary>False: there were too many names or patterns to visit all.</summary>
    public bool IsExact { get; }

    /// <summary>Agents that neither policy tells apart. Those in quarantine are in none.</summary>
    public IReadOnlyList<int[]> AgentGroups { get; }

    /// <summary>Names that neither policy tells apart.</summary>
    public IReadOnlyList<NameGroup> Names { get; }

    /// <summary>Every attempt of one agent, the plain ones first at each place; with it the groups whose names it may as well have.</summary>
    public IEnumerable<(Probe Probe, IReadOnlyList<NameGroup> Alike)> Probes(int agent)
    {
        foreach (NameGroup group in Names)
            yield return (new Probe { Agent = agent, Stage = Stage.Dns, Claim = Claim.Name, Claimed = group.First, IsPlain = true }, [group]);
        foreach ((byte protocol, ushort port, Address address, ulong[][] reach) in Places(agent))
        {
            var at = new Probe { Agent = agent, Stage = Stage.Hello, Protocol = protocol, Port = port, Destination = address };
            foreach ((Probe, IReadOnlyList<NameGroup>) probe in Hellos(at, Alike(reach))) yield return probe;
        }
    }

    /// <summary>One address of every kind that answers are sorted by, where the same rules hold.</summary>
    public IReadOnlyList<Address> Addresses => _addresses;

    // What a place lets match in each policy; equal places are visited once.
    private IEnumerable<(byte, ushort, Address, ulong[][])> Places(int agent)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach ((byte protocol, ushort port) in _transports)
        {
            foreach (Address address in _addresses)
            {
                ulong[][] reach = [.. _policies.Select(policy => Reach(policy, agent, protocol, port, address))];
                if (seen.Add(KeyOf(reach))) yield return (protocol, port, address, reach);
            }
        }
    }

    private static ulong[] Reach(CompiledPolicy policy, int agent, byte protocol, ushort port, Address address)
    {
        ReadOnlySpan<ulong> from = policy.AgentRow(agent), on = policy.ProtocolRow(protocol), to = policy.PortRow(port), at = policy.AddressRow(address), enforced = policy.EnforcedRow;
        var reach = new ulong[policy.Words];
        for (int w = 0; w < reach.Length; w++) reach[w] = from[w] & on[w] & to[w] & at[w] & enforced[w];
        return reach;
    }

    // At one place most rules are out of reach, and names that only those tell apart are alike.
    private List<(List<NameGroup> Groups, bool IsProofDns)> Alike(ulong[][] reach)
    {
        var alike = new Dictionary<string, (List<NameGroup> Groups, bool IsProofDns)>(StringComparer.Ordinal);
        foreach (NameGroup group in Names)
        {
            ulong[][] named = [And(group.Named[0], reach[0]), And(group.Named[1], reach[1])];
            string key = KeyOf(named);
            if (alike.TryGetValue(key, out (List<NameGroup> Groups, bool) known)) known.Groups.Add(group);
            else alike[key] = ([group], Bits.FirstBoth(named[0], _policies[0].ProofDnsRow) != Bits.None || Bits.FirstBoth(named[1], _policies[1].ProofDnsRow) != Bits.None);
        }
        return [.. alike.Values];
    }

    private static IEnumerable<(Probe, IReadOnlyList<NameGroup>)> Hellos(Probe at, List<(List<NameGroup> Groups, bool IsProofDns)> classes)
    {
        DomainName[] byProof = [.. classes.Where(alike => alike.IsProofDns).Select(alike => alike.Groups[0].First)];
        foreach ((List<NameGroup> groups, _) in classes)
            yield return (at with { Claim = Claim.Name, Claimed = groups[0].First, Bound = [groups[0].First], IsPlain = true }, groups);
        yield return (at with { Claim = Claim.Nothing, IsPlain = true }, []);
        foreach ((List<NameGroup> groups, _) in classes)
        {
            DomainName name = groups[0].First;
            yield return (at with { Claim = Claim.Nothing, Bound = [name] }, groups);
            yield return (at with { Claim = Claim.Name, Claimed = name }, groups);
            foreach (DomainName proof in byProof)
            {
                if (proof != name)
                {
                    yield return (at with { Claim = Claim.Name, Claimed = name, Bound = [name, proof] }, groups);
                    yield return (at with { Claim = Claim.Name, Claimed = name, Bound = [proof] }, groups);
                    yield return (at with { Claim = Claim.Nothing, Bound = [name, proof] }, groups);
                }
                // Another name of the same kind is claimed than is bound.
                else if (Another(groups) is { } other) yield return (at with { Claim = Claim.Name, Claimed = other, Bound = [proof] }, groups);
            }
        }
        yield return (at with { Claim = Claim.Unreadable }, []);
        foreach (DomainName proof in byProof) yield return (at with { Claim = Claim.Unreadable, Bound = [proof] }, []);
    }

    private static DomainName? Another(List<NameGroup> groups) => groups.Count > 1 ? groups[1].First : groups[0].Second;

    private List<NameGroup> GroupNames(NameRegions regions)
    {
        var groups = new Dictionary<string, NameGroup>(StringComparer.Ordinal);
        foreach (NameRegions.Witness witness in regions.Witnesses)
        {
            ulong[][] named = [.. _policies.Select(policy => new ulong[policy.Words])], resolvable = [.. _policies.Select(policy => new ulong[policy.Words])];
            for (int p = 0; p < _policies.Length; p++) _policies[p].CollectNames(witness.First.Bytes, named[p], resolvable[p]);
            string key = KeyOf([.. named, .. resolvable]);
            if (!groups.TryGetValue(key, out NameGroup? group)) groups[key] = group = new NameGroup { Named = named };
            group.Add(witness);
        }
        return [.. groups.Values];
    }

    private string AgentKey(int agent) => KeyOf([_policies[0].AgentRow(agent).ToArray(), _policies[1].AgentRow(agent).ToArray()])
        + string.Join(',', _policies.Select(policy => $"{policy.PermitsByDefault(agent)} {policy.Agents[agent].EffectiveMode}"));

    private delegate ReadOnlySpan<ulong> RowOf<T>(CompiledPolicy policy, T value);

    // The first of all values that have the same rows in both policies.
    private T[] Distinct<T>(IEnumerable<T> values, RowOf<T> row, Func<T, int>? kind = null)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return [.. values.Where(value => seen.Add(KeyOf([row(_policies[0], value).ToArray(), row(_policies[1], value).ToArray()]) + kind?.Invoke(value)))];
    }

    private static Address Next(Address address) => address.IsV4 ? Address.V4((uint)address.Bits + 1) : Address.V6(address.Bits + 1);

    private static ulong[] And(ulong[] a, ulong[] b)
    {
        var both = new ulong[a.Length];
        for (int w = 0; w < both.Length; w++) both[w] = a[w] & b[w];
        return both;
    }

    private static string KeyOf(ulong[][] rows) => string.Join('|', rows.Select(row => Convert.ToHexString(MemoryMarshal.AsBytes(row.AsSpan()))));
}
