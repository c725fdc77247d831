namespace Exeat.Policy;

/// <summary>Sizes of everything an agent can fill (invariant I10). A full table denies the newcomer and never evicts the living.</summary>
public sealed record GatewayLimits
{
    /// <summary>New flows per second and agent that reach user space; more are dropped in the kernel. 200: ten times what a page load in a browser opens at once.</summary>
    public int NewFlowsPerSecond { get; init; } = 200;

    /// <summary>Burst on top of <see cref="NewFlowsPerSecond"/>: package managers open some hundred connections at once.</summary>
    public int NewFlowsBurst { get; init; } = 400;

    /// <summary>Flows of one agent that wait for their hello. 1,024: connections between SYN and hello live for one round trip.</summary>
    public int PendingFlows { get; init; } = 1024;

    /// <summary>Largest hello that is looked at. 64 KiB: half of OpenSSL's own cap (131,396 bytes); hellos with post-quantum keys have about 2 KiB.</summary>
    public int HelloBytes { get; init; } = 64 * 1024;

    /// <summary>Buffers of one agent for bytes that are not yet judged, or that the server does not have yet. 4 MiB: a thousand hellos, or sixteen uploads over plain HTTP at full speed.</summary>
    public int HeldBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Bytes of one plain HTTP connection that the server does not have yet; more waits for it. 256 KiB: 10 Mbit/s over 200 ms.</summary>
    public int RequestBytes { get; init; } = 256 * 1024;

    /// <summary>Packets per second and agent of flows that are not permitted yet (plain HTTP by name stays so); more are dropped in the kernel. 10,000: a tenth of what one core judges.</summary>
    public int PendingPacketsPerSecond { get; init; } = 10_000;

    /// <summary>How long a permitted SYN may wait for its hello, in milliseconds. 10 s: three times a SYN's first retransmissions on a bad line.</summary>
    public int HelloMilliseconds { get; init; } = 10_000;

    /// <summary>Conntrack entries of one agent. 8,192: a twentieth of a small machine's nf_conntrack_max.</summary>
    public int Connections { get; init; } = 8192;

    /// <summary>Bindings (name, address) of one agent. 16,384: twenty names of content stores, beside a browser's day of some hundred names with a few addresses each.</summary>
    public int Bindings { get; init; } = 16_384;

    /// <summary>Addresses of one name that are kept. 768: of a name that gives eight others every five seconds, as content stores do, as many come together while a binding lives.</summary>
    public int AddressesPerName { get; init; } = 768;

    /// <summary>Least time a binding lives, in seconds. 300: clients keep addresses longer than a TTL of a few seconds says.</summary>
    public int BindingSeconds { get; init; } = 300;

    /// <summary>DNS questions per second and agent. 100: a browser's page asks for about thirty names.</summary>
    public int DnsQuestionsPerSecond { get; init; } = 100;

    /// <summary>Different names that one agent may ask for in an hour, under permitted wildcards too: labels carry data out.</summary>
    public int DnsNamesPerHour { get; init; } = 5000;

    /// <summary>Refusals per second and agent that have a record each; more are counted by destination, rule and reason. 20: what a client does that tries again without a pause.</summary>
    public int DenialsPerSecond { get; init; } = 20;

    /// <summary>Such refusals at once. 400: twice a burst of DNS questions.</summary>
    public int DenialsBurst { get; init; } = 400;

    /// <summary>Answers that the resolver keeps for all agents together. 20,000: about 20 MiB.</summary>
    public int DnsCacheEntries { get; init; } = 20_000;
}
