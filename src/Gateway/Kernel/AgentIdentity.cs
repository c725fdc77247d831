using Exeat.Names;

namespace Exeat.Gateway.Kernel;

/// <summary>How one agent is attached: what every packet of it must show before any mark counts (I11).</summary>
/// <param name="Interface">The interface it comes in by.</param>
/// <param name="Addresses">Its source addresses.</param>
/// <param name="Mac">Its hardware address on a shared segment; null on a point-to-point link.</param>
/// <param name="Zone">The conntrack zone of the interface, 1 to 65,535.</param>
internal sealed record AgentIdentity(string Interface, IReadOnlyList<Address> Addresses, string? Mac, ushort Zone)
{
    /// <summary>The agent's number in the kernel: names its limits and counters there. Kept for as long as the gateway runs.</summary>
    public required int Number { get; init; }
}
