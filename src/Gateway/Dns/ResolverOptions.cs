using System.Collections.Immutable;
using System.Net;
using Exeat.Names;

namespace Exeat.Gateway.Dns;

/// <summary>What the policy resolver takes, whom it asks, and its limits.</summary>
public sealed record ResolverOptions
{
    /// <summary>Resolver addresses that agents ask; the kernel redirects their port 53 to ours.</summary>
    public required ImmutableArray<Address> Intercepts { get; init; }

    /// <summary>Resolvers that are asked, in this order.</summary>
    public required ImmutableArray<IPEndPoint> Upstreams { get; init; }

    /// <summary>The gateway's own addresses now: no answer may lead there (I7).</summary>
    public Func<Address, bool> IsOwnAddress { get; init; } = _ => false;

    /// <summary>The limits.</summary>
    public ResolverLimits Limits { get; init; } = new();
}
