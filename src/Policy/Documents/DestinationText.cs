using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Exeat.Names;

namespace Exeat.Policy;

/// <summary>Reads destinations as people write them in tests and after <c>explain --to</c>.</summary>
public static class DestinationText
{
    private const string Forms = "write https://HOST[:PORT], http://HOST[:PORT], tcp://HOST:PORT, udp://HOST:PORT, icmp://HOST or dns://NAME";

    private const ushort TlsPort = 443;

    /// <summary>Reads a destination.</summary>
    /// <param name="to">The destination itself, such as https://api.example.com.</param>
    /// <param name="at">The address that the name is bound to; null: a documentation address stands in.</param>
    /// <param name="sni">What the client's hello names in place of the host; null: the host.</param>
    /// <param name="destination">The destination when true is returned.</param>
    /// <param name="problem">What is wrong otherwise.</param>
    public static bool TryParse(string to, string? at, string? sni, [NotNullWhen(true)] out Destination? destination, [NotNullWhen(false)] out DestinationProblem? problem)
    {
        destination = null;
        problem = null;
        int split = to.IndexOf("://", StringComparison.Ordinal);
        if (split < 0 || Scheme(to[..split]) is not { } scheme)
            return Fail(out problem, "to", $"to is {Excerpt.Of(to)}", Forms);
        string rest = to[(split + 3)..].TrimEnd('/');
        if (!TrySplitPort(rest, out string host, out ushort? port)) return Fail(out problem, "to", $"to is {Excerpt.Of(to)}", Forms);
        bool wantsPort = scheme is DestinationScheme.Tcp or DestinationScheme.Udp, mayHavePort = wantsPort || scheme is DestinationScheme.Https or DestinationScheme.Http;
        if (wantsPort && port is null) return Fail(out problem, "to", $"{Excerpt.Of(to)} has no port", "write :PORT after the host");
        if (!mayHavePort && port is not null) return Fail(out problem, "to", $"{Excerpt.Of(to)} has a port", "take it out");

        if (scheme == DestinationScheme.Http && port == TlsPort) return Fail(out problem, "to", $"{Excerpt.Of(to)} is plain HTTP on the port of HTTPS, which is refused by name", "write https://HOST");

        Address bound = default;
        if (at is not null && !Address.TryParse(at, out bound)) return Fail(out problem, "at", $"at is {Excerpt.Of(at)}", "write the address that the name resolves to");
        DomainName? name = null;
        if (Address.TryParse(host.AsSpan().Trim("[]"), out Address address))
        {
            if (scheme == DestinationScheme.Dns) return Fail(out problem, "to", $"{Excerpt.Of(to)} asks for an address", "write dns://NAME");
            if (at is not null) return Fail(out problem, "at", "at is given beside an address in to", "take one out");
            bound = address;
        }
        else if (!TryName(host, out name))
        {
            return Fail(out problem, "to", $"{Excerpt.Of(host)} is no name and no address", Forms);
        }
        DomainName? claimed = null;
        if (sni is not null && scheme != DestinationScheme.Https) return Fail(out problem, "sni", "sni needs https", "write to: https://… or take sni out");
        if (sni is not null && !TryName(sni, out claimed)) return Fail(out problem, "sni", $"sni is {Excerpt.Of(sni)}", "write a name such as api.example.com");
        destination = new Destination
        {
            Scheme = scheme,
            Name = name,
            Address = bound,
            Port = port ?? scheme switch { DestinationScheme.Https => TlsPort, DestinationScheme.Http => (ushort)80, _ => (ushort)0 },
            Sni = claimed,
        };
        return true;
    }

    private static DestinationScheme? Scheme(string text) => text switch
    {
        "https" => DestinationScheme.Https,
        "http" => DestinationScheme.Http,
        "tcp" => DestinationScheme.Tcp,
        "udp" => DestinationScheme.Udp,
        "icmp" => DestinationScheme.Icmp,
        "dns" => DestinationScheme.Dns,
        _ => null,
    };

    // An IPv6 address stands in brackets; without a port it may stand alone.
    private static bool TrySplitPort(string text, out string host, out ushort? port)
    {
        (host, port) = (text, null);
        int colon = text.LastIndexOf(':');
        if (colon < 0 || text.EndsWith(']') || Address.TryParse(text, out _)) return text.Length > 0;
        host = text[..colon];
        if (!ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort number) || number == 0) return false;
        port = number;
        return host.Length > 0;
    }

    private static bool TryName(string text, [NotNullWhen(true)] out DomainName? name)
    {
        name = null;
        if (text.Length > CanonicalName.MaxBytes + 1 || !Ascii.IsValid(text)) return false;
        Span<byte> canonical = stackalloc byte[CanonicalName.MaxBytes];
        if (CanonicalName.TryWrite(Encoding.ASCII.GetBytes(text), canonical, out int written) != NameProblem.None) return false;
        name = DomainName.FromCanonical(canonical[..written]);
        return true;
    }

    private static bool Fail(out DestinationProblem problem, string key, string what, string remedy)
    {
        problem = new DestinationProblem(key, what, remedy);
        return false;
    }
}
