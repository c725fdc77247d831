using System.Net;
using System.Net.Sockets;
using Exeat.Linux;
using Exeat.Names;
using Exeat.Wire;

namespace Exeat.Lab.Attacks;

/// <summary>Packets made by hand and sent past the agent's own stack.</summary>
internal static class Crafted
{
    public const int HeaderBytes4 = 20, HeaderBytes6 = 40;

    /// <summary>The address that the agent's own packets to the target would bear.</summary>
    public static Address Own(AttackTarget target)
    {
        using var socket = new Socket(target.Family, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(target.EndPoint);
        return Of(((IPEndPoint)socket.LocalEndPoint!).Address);
    }

    public static Address Of(IPAddress address) => Address.FromBytes(address.GetAddressBytes());

    /// <summary>A datagram with the secret, from a port of its own: what waits for the missing fragment of an earlier trick is not mixed into it.</summary>
    public static PacketDraft Datagram(AttackTarget target)
    {
        int own = Random.Shared.Next(20_000);
        return new PacketDraft
        {
            Source = Own(target),
            Destination = Of(target.Address),
            Protocol = IpProtocol.Udp,
            SourcePort = (ushort)(40_000 + own),
            DestinationPort = (ushort)target.Port,
            Payload = target.Secret,
            HopLimit = 60,
            Identification = (ushort)(1 + own),
        };
    }

    public static byte[] Write(in PacketDraft draft)
    {
        byte[] room = new byte[PacketWriter.MaxBytes];
        int length = PacketWriter.Write(draft, room);
        return length > 0 ? room[..length] : throw new Topology.LabException("the packet cannot be written");
    }

    /// <summary>What the packet carries behind its fixed header.</summary>
    public static byte[] Behind(byte[] packet) => packet[(packet[0] >> 4 == 6 ? HeaderBytes6 : HeaderBytes4)..];

    public static void Send(params ReadOnlySpan<byte[]> packets)
    {
        using var sender = new RawSender(0);
        foreach (byte[] packet in packets)
        {
            Errno error = sender.Send(packet);
            if (error != Errno.None) throw new Topology.LabException($"the agent's own kernel refused the packet: {error}");
        }
    }

    /// <summary>Sends one, for a table of tricks.</summary>
    public static Task<bool> SendAsync(in PacketDraft draft)
    {
        Send(Write(draft));
        return Task.FromResult(true);
    }
}
