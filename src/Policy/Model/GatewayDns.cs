using System.Collections.Immutable;
using Exeat.Names;

namespace Exeat.Policy;

/// <summary>What the policy resolver takes and whom it asks.</summary>
public sealed record GatewayDns
{
    /// <summary>Resolver addresses that agents are permitted to ask; their port 53 is taken by the gateway.</summary>
    public required ImmutableArray<Address> Intercept { get; init; }

    /// <summary>Resolvers that the gateway asks, in this order.</summary>
    public required ImmutableArray<AddressAndPort> Upstream { get; init; }
}
