using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using Exeat.Names;

namespace Exeat.Cli.Verify;

/// <summary>What this place has: addresses, next hops, resolvers it is told to ask. Read from the system, nothing is sent.</summary>
internal sealed record Place(ImmutableArray<Address> Addresses, ImmutableArray<Address> NextHops, ImmutableArray<Address> Nameservers, ImmutableArray<int> Families)
{
    private const string ResolvConf = "/etc/resolv.conf";

    public static Place Here()
    {
        IPInterfaceProperties[] links = [.. NetworkInterface.GetAllNetworkInterfaces().Select(i => i.GetIPProperties())];
        return new Place(
            [.. links.SelectMany(l => l.UnicastAddresses).Select(a => Plain(a.Address)).Where(a => a.IsKnown)],
            [.. links.SelectMany(l => l.GatewayAddresses).Select(a => Plain(a.Address)).Where(a => a.IsKnown && a.Bits != 0).Distinct()],
            [.. Nameserver(File.Exists(ResolvConf) ? File.ReadLines(ResolvConf) : [])],
            [.. ((int[])[4, 6]).Where(Prober.HasRoute)]);
    }

    /// <summary>The resolvers named by the lines of a resolv.conf; a stub on this machine itself is none that a gateway sees.</summary>
    internal static IEnumerable<Address> Nameserver(IEnumerable<string> lines) =>
        from line in lines
        let words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)
        where words is ["nameserver", ..] && words.Length > 1
        let address = Address.TryParse(words[1], out Address read) ? read : default
        where address.IsKnown && !IPAddress.IsLoopback(address.ToIPAddress())
        select address;

    // A link-local address means nothing without its link.
    private static Address Plain(IPAddress address) => address.IsIPv6LinkLocal ? default : Address.From(address);
}
