using System.Globalization;
using Exeat.Names;

namespace Exeat.Policy;

/// <summary>An address with a port, written 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:53.</summary>
/// <param name="Address">The address.</param>
/// <param name="Port">The port.</param>
public readonly record struct AddressAndPort(Address Address, ushort Port)
{
    /// <summary>Reads the text; a missing port becomes <paramref name="defaultPort"/>. An IPv6 address with a port needs brackets.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, ushort defaultPort, out AddressAndPort result)
    {
        result = default;
        if (Address.TryParse(text, out Address alone))
        {
            result = new AddressAndPort(alone, defaultPort);
            return true;
        }
        ReadOnlySpan<char> host, port = default;
        bool bracketed = text.StartsWith('[');
        int end = bracketed ? text.IndexOf(']') : text.LastIndexOf(':');
        if (end < 0) return false;
        host = bracketed ? text[1..end] : text[..end];
        if (bracketed && end + 1 < text.Length && text[end + 1] != ':') return false;
        port = bracketed ? text[Math.Min(end + 2, text.Length)..] : text[(end + 1)..];
        ushort number = defaultPort;
        bool portMissing = bracketed && end + 1 == text.Length;
        if (!portMissing && (!ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out number) || number == 0)) return false;
        if (!Address.TryParse(host, out Address address) || address.IsV6 != bracketed) return false;
        result = new AddressAndPort(address, number);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(Address.IsV6 ? $"[{Address}]" : Address.ToString())}:{Port}");
}
