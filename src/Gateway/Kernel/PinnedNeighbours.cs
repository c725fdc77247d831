using Exeat.Linux;
using Exeat.Names;

namespace Exeat.Gateway.Kernel;

/// <summary>
/// On a shared segment the gateway sends what is for an agent to the hardware address that the agents document states, whatever anybody on the segment says about it (K8): identity holds in both directions.
/// </summary>
internal sealed class PinnedNeighbours(NeighbourTable table)
{
    private HashSet<(string Link, Address Address, string Mac)> _pinned = [];

    /// <summary>
    /// Writes down all that are stated, and takes out what is stated no more. A link that goes down forgets them, so they are written again whenever the locks are looked at; while it is down there is nothing to
    /// write, and nothing is sent.
    /// </summary>
    public void Ensure(IReadOnlyList<AgentIdentity> identities)
    {
        HashSet<(string Link, Address Address, string Mac)> stated = [.. from identity in identities where identity.Mac is not null from address in identity.Addresses select (identity.Interface, address, identity.Mac!)];
        Span<byte> bytes = stackalloc byte[16];
        foreach ((string link, Address address, string mac) in stated)
            table.Pin(link, bytes[..address.WriteTo(bytes)], Convert.FromHexString(mac.Replace(":", "", StringComparison.Ordinal)));
        foreach ((string link, Address address, string _) in _pinned.Where(old => !stated.Any(now => now.Link == old.Link && now.Address == old.Address)))
            table.Forget(link, bytes[..address.WriteTo(bytes)]);
        _pinned = stated;
    }
}
