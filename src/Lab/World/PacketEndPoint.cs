using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Exeat.Lab.World;

/// <summary>A link-layer address of one interface (sockaddr_ll, packet(7)), to bind a packet socket to.</summary>
internal sealed class PacketEndPoint(int interfaceIndex) : EndPoint
{
    private const int SockaddrLlBytes = 20;
    private const ushort AllProtocols = 3; // ETH_P_ALL

    public override AddressFamily AddressFamily => AddressFamily.Packet;

    public override SocketAddress Serialize()
    {
        var address = new SocketAddress(AddressFamily.Packet, SockaddrLlBytes);
        Span<byte> bytes = address.Buffer.Span;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], AllProtocols);
        BitConverter.TryWriteBytes(bytes[4..], interfaceIndex);
        return address;
    }

    public override EndPoint Create(SocketAddress socketAddress) => new PacketEndPoint(BitConverter.ToInt32(socketAddress.Buffer.Span[4..]));
}
