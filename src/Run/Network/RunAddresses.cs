namespace Exeat.Run.Network;

/// <summary>Who stands where in a run. Ranges that no real network uses, so that none of the person's is covered.</summary>
/// <remarks>
/// <code>
///   agent                     gateway (exeat-gateway)     way out                           the person's network
///  ┌──────────────────┐      ┌────────────────────┐      ┌────────────────────────────┐    ┌──────────────────────┐
///  │ eth0 192.0.2.194 ├─veth─┤ ag-1 192.0.2.193   │      │ in 192.0.2.202 (resolver)  │    │                      │
///  │      fd65:…:1::2 │      │ wan  192.0.2.201   ├─veth─┤    192.0.2.203 (its ports) │    │                      │
///  └──────────────────┘      └────────────────────┘      │ out ── masquerade ─────────┼────┤ pasta, slirp4netns   │
///                                                        └────────────────────────────┘    │ or veth (root)       │
///                                                                                          └──────────────────────┘
/// </code>
/// All three are network namespaces of the run's own user namespace. The process that joins them, <c>exeat run-inside</c>, stands in the person's network: it answers the gateway's questions
/// with the person's resolvers, and carries ports.
/// </remarks>
internal static class RunAddresses
{
    public const string AgentLink = "eth0", GatewayLink = "ag-1", Outside = "wan", InLink = "in", OutLink = "out";

    public const string Agent4 = "192.0.2.194", Gateway4 = "192.0.2.193", Outside4 = "192.0.2.201", In4 = "192.0.2.202", HostPorts4 = "192.0.2.203";

    // Addresses of one's own (RFC 4193): a client prefers IPv4 to them, so that a network without IPv6 hurts nobody (RFC 6724).
    public const string Agent6 = "fd65:7865:6174:1::2", Gateway6 = "fd65:7865:6174:1::1", Outside6 = "fd65:7865:6174:2::1", In6 = "fd65:7865:6174:2::2", HostPorts6 = "fd65:7865:6174:2::3";

    /// <summary>What the agent asks names of; the gateway answers.</summary>
    public const string Resolver4 = "192.0.2.253", Resolver6 = "fd65:7865:6174::53";

    /// <summary>Between the way out and the host, where both are ours (root).</summary>
    public const string HostSide4 = "192.0.2.209", FarSide4 = "192.0.2.210", HostSide6 = "fd65:7865:6174:3::1", FarSide6 = "fd65:7865:6174:3::2";

    public const string Agents4 = "192.0.2.192/30", Agents6 = "fd65:7865:6174:1::/64";
}
