using System.Collections.Immutable;
using Exeat.Names;

namespace Exeat.Policy;

/// <summary>Sorts the addresses of answers, against rebinding: a public name must not lead to what is near the agent or the gateway (IANA special-purpose registries).</summary>
/// <remarks>Documentation ranges count as public: nobody is there, and laboratories use them as the world.</remarks>
public static class AddressScreen
{
    private static readonly ImmutableArray<Prefix> NeverPrefixes = Parse(
        "0.0.0.0/8",          // this network
        "127.0.0.0/8",        // loopback
        "169.254.0.0/16",     // link-local, cloud metadata
        "192.0.0.0/24",       // protocol assignments
        "224.0.0.0/4",        // multicast
        "240.0.0.0/4",        // reserved, broadcast
        "100.100.100.200/32", // Alibaba's metadata
        "168.63.129.16/32",   // Azure's host
        "::/96",              // unspecified, loopback, v4-compatible
        "::ffff:0:0/96",      // v4-mapped
        "::ffff:0:0:0/96",    // v4-translated (SIIT)
        "64:ff9b:1::/48",     // local NAT64: where the v4 address lies inside depends on the site
        "100::/64",           // discard
        "2001::/32",          // Teredo
        "2002::/16",          // 6to4
        "fd00:ec2::254/128",  // EC2's metadata
        "fd20:ce::254/128",   // Google's metadata
        "fd00:c1::a9fe:a9fe/128", // Oracle's metadata
        "fd00:42::42/128",    // Scaleway's metadata
        "fe80::/10",          // link-local
        "fec0::/10",          // site-local
        "ff00::/8");          // multicast

    private static readonly ImmutableArray<Prefix> IfStatedPrefixes = Parse(
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "192.88.99.0/24", "198.18.0.0/15", "fc00::/7", "64:ff9b::/96");

    // All that was ever given out for hosts (IANA, IPv6 Global Unicast Address Assignments). Behind anything else there is nobody, or a network of the operator's own.
    private static readonly Prefix GlobalUnicast = Parse("2000::/3")[0];

    private static readonly Prefix Nat64 = Parse("64:ff9b::/96")[0];

    /// <summary>How this address is to be taken.</summary>
    public static AddressKind KindOf(Address address)
    {
        if (!address.IsKnown || Lies(address, NeverPrefixes)) return AddressKind.Never;
        // NAT64 leads to the IPv4 address inside: what that one may not be, this one may not be either.
        if (Nat64.Contains(address) && KindOf(Address.V4((uint)address.Bits)) == AddressKind.Never) return AddressKind.Never;
        return !Lies(address, IfStatedPrefixes) && (address.IsV4 || GlobalUnicast.Contains(address)) ? AddressKind.Public : AddressKind.IfStated;
    }

    /// <summary>The first address of every run of addresses of one kind.</summary>
    internal static IEnumerable<Address> Edges => NeverPrefixes.Concat(IfStatedPrefixes).Append(GlobalUnicast).SelectMany(prefix => (Address[])[prefix.Network, After(prefix)]);

    // The last prefix of all has none behind it: adding wraps to the first address, which is an edge as well.
    private static Address After(Prefix prefix)
    {
        UInt128 next = prefix.Network.Bits + (UInt128.One << (prefix.Network.Width - prefix.Length));
        return prefix.Network.IsV4 ? Address.V4((uint)next) : Address.V6(next);
    }

    private static bool Lies(Address address, ImmutableArray<Prefix> prefixes)
    {
        foreach (Prefix prefix in prefixes)
            if (prefix.Contains(address)) return true;
        return false;
    }

    private static ImmutableArray<Prefix> Parse(params ReadOnlySpan<string> texts)
    {
        ImmutableArray<Prefix>.Builder prefixes = ImmutableArray.CreateBuilder<Prefix>(texts.Length);
        foreach (string text in texts)
            prefixes.Add(Prefix.TryParse(text, out Prefix prefix) ? prefix : throw new FormatException($"address screen: bad prefix {text}"));
        return prefixes.MoveToImmutable();
    }
}
