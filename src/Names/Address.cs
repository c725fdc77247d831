using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Exeat.Names;

/// <summary>One IPv4 or IPv6 address as a value: comparable, hashable, without allocation. <c>default</c> is no address at all.</summary>
/// <remarks>IPv4 addresses keep their own family: ::ffff:192.0.2.1 and 192.0.2.1 are different values (RFC 4291, 2.5.5.2).</remarks>
public readonly record struct Address
{
    private readonly UInt128 _bits;
    private readonly byte _family;

    private Address(UInt128 bits, byte family) => (_bits, _family) = (bits, family);

    /// <summary>False for <c>default</c>, which stands for "not known".</summary>
    public bool IsKnown => _family != 0;

    /// <summary>Whether this is an IPv4 address.</summary>
    public bool IsV4 => _family == 4;

    /// <summary>Whether this is an IPv6 address.</summary>
    public bool IsV6 => _family == 6;

    /// <summary>Width in bits: 32 or 128; 0 when not known.</summary>
    public int Width => _family switch { 4 => 32, 6 => 128, _ => 0 };

    /// <summary>The address as a number; an IPv4 address lies in the low 32 bits.</summary>
    public UInt128 Bits => _bits;

    /// <summary>Makes an IPv4 address of its number in host order.</summary>
    public static Address V4(uint bits) => new(bits, 4);

    /// <summary>Makes an IPv6 address of its number in host order.</summary>
    public static Address V6(UInt128 bits) => new(bits, 6);

    /// <summary>Reads 4 or 16 bytes in network order; any other length gives <c>default</c>.</summary>
    public static Address FromBytes(ReadOnlySpan<byte> bytes) => bytes.Length switch
    {
        4 => V4(BinaryPrimitives.ReadUInt32BigEndian(bytes)),
        16 => V6(BinaryPrimitives.ReadUInt128BigEndian(bytes)),
        _ => default,
    };

    /// <summary>Writes 4 or 16 bytes in network order and returns how many; 0 when not known or the room is too small.</summary>
    public int WriteTo(Span<byte> destination)
    {
        if (IsV4 && BinaryPrimitives.TryWriteUInt32BigEndian(destination, (uint)_bits)) return 4;
        if (IsV6 && BinaryPrimitives.TryWriteUInt128BigEndian(destination, _bits)) return 16;
        return 0;
    }

    /// <summary>Converts from the framework's type.</summary>
    public static Address From(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        return address.TryWriteBytes(bytes, out int written) ? FromBytes(bytes[..written]) : default;
    }

    /// <summary>Converts to the framework's type; allocates.</summary>
    public IPAddress ToIPAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        return new IPAddress(bytes[..WriteTo(bytes)]);
    }

    /// <summary>Reads text such as 192.0.2.1 or 2001:db8::1, in canonical notation only for IPv4 (four decimal parts, no leading zeros); no zone index.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Address address)
    {
        address = default;
        if (text.Contains('%') || text.Contains('[') || !IPAddress.TryParse(text, out IPAddress? parsed)) return false;
        if (parsed.AddressFamily == AddressFamily.InterNetwork && !parsed.ToString().AsSpan().SequenceEqual(text)) return false;
        address = From(parsed);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => IsKnown ? ToIPAddress().ToString() : "-";
}
