using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Exeat.Lab.World;

/// <summary>Sees every packet that reaches the world, below its own IP stack: what is counted here did arrive.</summary>
/// <remarks>
/// Packets are told apart by their hardware destination (ours) rather than by source address, so that forged sources count too.
/// Received sizes may exceed the link's: virtual links carry segments not yet cut (GSO).
/// </remarks>
internal sealed class LinkTap : IDisposable
{
    private const int EthernetBytes = 14;
    private const ushort EtherTypeV4 = 0x0800, EtherTypeV6 = 0x86dd;

    private readonly Socket _socket;
    private readonly byte[] _own;
    private readonly ArrivalCounters _counters;

    public LinkTap(string link, ArrivalCounters counters)
    {
        NetworkInterface own = NetworkInterface.GetAllNetworkInterfaces().Single(i => i.Name == link);
        _own = own.GetPhysicalAddress().GetAddressBytes();
        _counters = counters;
        int index = own.GetIPProperties().GetIPv4Properties().Index; // not from /sys, which shows another namespace's links
        _socket = new Socket(AddressFamily.Packet, SocketType.Raw, (ProtocolType)IPAddress.HostToNetworkOrder((short)3)) { ReceiveBufferSize = 8 << 20 };
        _socket.Bind(new PacketEndPoint(index));
        new Thread(Receive) { IsBackground = true, Name = "tap" }.Start();
    }

    /// <summary>Whether every packet that was received so far has been counted.</summary>
    public bool IsIdle => _socket.Available == 0;

    public void Dispose() => _socket.Dispose();

    private void Receive()
    {
        byte[] buffer = new byte[1 << 18];
        try
        {
            while (true)
            {
                int length = _socket.Receive(buffer);
                Count(buffer.AsSpan(0, length));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The world ends.
        }
    }

    private void Count(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < EthernetBytes || !frame[..6].SequenceEqual(_own)) return;
        ReadOnlySpan<byte> packet = frame[EthernetBytes..];
        switch (BinaryPrimitives.ReadUInt16BigEndian(frame[12..]))
        {
            case EtherTypeV4 when packet.Length >= 20:
                int header = (packet[0] & 15) * 4;
                int total = Math.Min(BinaryPrimitives.ReadUInt16BigEndian(packet[2..]), packet.Length);
                if (header >= 20 && header <= total) Count(packet[12..16], packet[16..20], packet[9], packet[header..total]);
                break;
            case EtherTypeV6 when packet.Length >= 40:
                int end = Math.Min(40 + BinaryPrimitives.ReadUInt16BigEndian(packet[4..]), packet.Length);
                Count(packet[8..24], packet[24..40], packet[6], packet[40..end]);
                break;
        }
    }

    // Fragments and IPv6 extension headers count under the protocol number that stands first, with port 0.
    private void Count(ReadOnlySpan<byte> source, ReadOnlySpan<byte> destination, byte protocol, ReadOnlySpan<byte> rest)
    {
        // Neighbour discovery of the link itself is not traffic of an agent.
        if (protocol == 58 && rest.Length > 0 && rest[0] is >= 133 and <= 137) return;
        (int port, int payload) = protocol switch
        {
            6 when rest.Length >= 20 => (BinaryPrimitives.ReadUInt16BigEndian(rest[2..]), Math.Max(0, rest.Length - ((rest[12] >> 4) * 4))),
            17 when rest.Length >= 8 => (BinaryPrimitives.ReadUInt16BigEndian(rest[2..]), rest.Length - 8),
            _ => (0, rest.Length),
        };
        _counters.Packet(new ArrivalKey(new IPAddress(source).ToString(), new IPAddress(destination).ToString(), protocol, port), payload);
    }
}
