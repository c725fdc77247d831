using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Exeat.Names;

namespace Exeat.Gateway.Dns;

/// <summary>Whom a dual-stack socket heard, without allocation. IPv4 arrives mapped into IPv6 (RFC 3493, 3.7) and is given back its own family.</summary>
internal static class SourceAddress
{
    private static readonly Prefix Mapped = Prefix.TryParse("::ffff:0:0/96", out Prefix prefix) ? prefix : default;

    /// <summary>Reads the kernel's sockaddr_in6; false for any other family.</summary>
    public static bool TryRead(SocketAddress socketAddress, out Address address, out ushort port)
    {
        (address, port) = (default, 0);
        if (socketAddress.Family != AddressFamily.InterNetworkV6 || socketAddress.Size < 24) return false;
        ReadOnlySpan<byte> bytes = socketAddress.Buffer.Span;
        port = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        address = Unmapped(Address.FromBytes(bytes.Slice(8, 16)));
        return true;
    }

    /// <summary>The address of an endpoint in its own family.</summary>
    public static Address Of(IPEndPoint endpoint) => Unmapped(Address.From(endpoint.Address));

    private static Address Unmapped(Address address) => Mapped.Contains(address) ? Address.V4((uint)address.Bits) : address;
}
