using System.Collections.Immutable;
using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Cli.Verify;

/// <summary>Addresses to try: chosen at random where somebody might be at any one of them, so that not all of them are machines that refuse by themselves.</summary>
internal static class AddressSamples
{
    // What no public name leads to (RFC 1918, RFC 6598, RFC 4193): the ways sideways.
    private static readonly string[] Private4 = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"], Private6 = ["fd00::/8"];

    // Clouds tell a machine its own credentials there.
    private static readonly string[] Metadata4 = ["169.254.169.254", "100.100.100.200"], Metadata6 = ["fd00:ec2::254"];

    // Nobody is there (RFC 5737, RFC 3849).
    private static readonly string[] Nobody4 = ["203.0.113.0/24", "198.51.100.0/24"], Nobody6 = ["2001:db8::/32"];

    /// <summary>Somebody else's resolvers, known to everybody.</summary>
    public static ImmutableArray<Address> PublicResolvers { get; } = [.. ((string[])["8.8.8.8", "1.1.1.1", "2001:4860:4860::8888", "2606:4700:4700::1111"]).Select(Parse)];

    public static IEnumerable<Address> Metadata(int family) => (family == 4 ? Metadata4 : Metadata6).Select(Parse);

    public static IEnumerable<Prefix> Private(int family) => (family == 4 ? Private4 : Private6).Select(ParsePrefix);

    /// <summary>An address at which nobody is.</summary>
    public static Address Nobody(int family, Random random) => In((family == 4 ? Nobody4 : Nobody6).Select(ParsePrefix).First(), random);

    public static bool IsNobodys(Address address) => Nobody4.Concat(Nobody6).Select(ParsePrefix).Any(p => p.Contains(address));

    /// <summary>The prefixes of the groups that a rule denies or permits by address.</summary>
    public static IEnumerable<Prefix> Of(Rule rule, Policy.Policy policy) =>
        rule.ToGroups.SelectMany(group => policy.SmartGroups.TryGetValue(group, out SmartGroup? found) ? found.AnyOf : []).Where(s => !s.HasIdentity).SelectMany(s => s.Cidrs);

    /// <summary>Some address inside, neither its first nor its last where there is room.</summary>
    public static Address In(Prefix prefix, Random random)
    {
        int free = prefix.Network.Width - prefix.Length;
        if (free == 0) return prefix.Network;
        UInt128 size = free >= 120 ? UInt128.One << 120 : UInt128.One << free;
        UInt128 number = ((UInt128)(ulong)random.NextInt64() << 60) ^ (ulong)random.NextInt64();
        UInt128 at = size <= 4 ? size - 1 : 1 + (number % (size - 2));
        return prefix.Network.IsV4 ? Address.V4((uint)(prefix.Network.Bits + at)) : Address.V6(prefix.Network.Bits + at);
    }

    public static Address Parse(string text) => Address.TryParse(text, out Address address) ? address : throw new FormatException($"verify: bad address {text}");

    private static Prefix ParsePrefix(string text) => Prefix.TryParse(text, out Prefix prefix) ? prefix : throw new FormatException($"verify: bad prefix {text}");
}
