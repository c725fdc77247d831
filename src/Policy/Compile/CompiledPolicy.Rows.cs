using Exeat.Names;

namespace Exeat.Policy;

// What comparing policies needs to know of the tables: where they change, and which rules they tell apart. Deciding stays with Decide.
public sealed partial class CompiledPolicy
{
    internal int Words => _words;

    /// <summary>The patterns that take part, also those that only make names resolvable.</summary>
    internal IEnumerable<NamePattern> LivePatterns() => Rules.Where((_, r) => Bits.Has(_kinds.Enforced, r))
        .SelectMany(rule => rule.ToNames.Where(entry => !entry.IsExpired(CompiledAt)).Select(entry => entry.Pattern).Concat(rule.Resolve)).Distinct();

    /// <summary>The first address of every interval in which the same rules hold.</summary>
    internal IEnumerable<Address> AddressEdges() => _addressesV4.Starts.Select(start => Address.V4((uint)start)).Concat(_addressesV6.Starts.Select(Address.V6));

    /// <summary>The first port of every interval in which the same rules hold.</summary>
    internal IEnumerable<ushort> PortEdges() => _transports.PortEdges.Select(start => (ushort)start);

    internal ReadOnlySpan<ulong> AgentRow(int agent) => _rows[_agentRows[agent]];

    internal ReadOnlySpan<ulong> AddressRow(Address address) => RowAt(address);

    internal ReadOnlySpan<ulong> ProtocolRow(byte protocol) => _transports.OfProtocol(protocol);

    internal ReadOnlySpan<ulong> PortRow(ushort port) => _transports.OfPort(port);

    internal ReadOnlySpan<ulong> EnforcedRow => _kinds.Enforced;

    internal ReadOnlySpan<ulong> ProofDnsRow => _kinds.ProofDns;

    internal void CollectNames(ReadOnlySpan<byte> name, Span<ulong> named, Span<ulong> resolvable) => _names.Collect(name, named, resolvable);

    internal bool PermitsByDefault(int agent) => DefaultOf(agent) == Verdict.Permit;
}
