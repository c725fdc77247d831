using System.Buffers.Binary;
using System.Collections.Frozen;
using Exeat.Wire;

namespace Exeat.Lab.Attacks;

/// <summary>Other protocols than TCP, UDP and ICMP, and packets inside of packets (K3).</summary>
internal static class TunnelTricks
{
    private const byte InIp = 4, In6 = 41, Gre = 47, Esp = 50, Dccp = 33, Sctp = 132, UdpLite = 136;
    private const int UdpBytes = 8, DccpBytes = 20;

    public static readonly FrozenSet<string> Kinds = FrozenSet.ToFrozenSet(["gre", "esp", "sctp", "ipip", "6in4", "teredo", "dccp", "udp-lite"]);

    public static Task<bool> RunAsync(string kind, AttackTarget target)
    {
        PacketDraft draft = Crafted.Datagram(target);
        return kind switch
        {
            "gre" => Raw(draft, Gre, target.Secret),
            "esp" => Raw(draft, Esp, target.Secret),
            "sctp" => Raw(draft, Sctp, Initiation(draft)),
            "ipip" => Raw(draft, InIp, Inner("192.0.2.77", "203.0.113.77", target)),
            "6in4" => Raw(draft, In6, Inner("2001:db8:77::1", "2001:db8:77::2", target)),
            // RFC 4380: IPv6 in a datagram. To a gateway it is a datagram like any other.
            "teredo" => Crafted.SendAsync(draft with { Payload = Inner("2001:db8:77::1", "2001:db8:77::2", target) }),
            "dccp" => Raw(draft, Dccp, Request(draft)),
            "udp-lite" => Raw(draft, UdpLite, Lite(draft)),
            _ => throw new Topology.LabException($"no tunnel is named {kind}"),
        };
    }

    private static Task<bool> Raw(in PacketDraft draft, byte protocol, byte[] content) => Crafted.SendAsync(draft with { Protocol = protocol, IsRaw = true, Payload = content });

    private static byte[] Inner(string from, string to, AttackTarget target) => Crafted.Write(new PacketDraft
    {
        Source = Crafted.Of(System.Net.IPAddress.Parse(from)),
        Destination = Crafted.Of(System.Net.IPAddress.Parse(to)),
        Protocol = IpProtocol.Udp,
        SourcePort = 7,
        DestinationPort = 7,
        Payload = target.Secret,
    });

    // RFC 9260, 3.1 and 3.3.2: an INIT, whole and with its right checksum, or connection tracking calls it invalid. The secret is a parameter that the peer is told to skip (3.2.1).
    private static byte[] Initiation(in PacketDraft draft)
    {
        byte[] parameter = [0x80, 0x99, 0, 0, .. draft.Payload];
        BinaryPrimitives.WriteUInt16BigEndian(parameter.AsSpan(2), (ushort)parameter.Length);
        byte[] chunk = [1, 0, 0, 0, 0x42, 0x42, 0x42, 0x42, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 7, .. parameter];
        BinaryPrimitives.WriteUInt16BigEndian(chunk.AsSpan(2), (ushort)chunk.Length);
        byte[] packet = [.. Ports(draft), .. new byte[8], .. chunk, .. new byte[(4 - (chunk.Length % 4)) % 4]];
        BinaryPrimitives.WriteUInt32LittleEndian(packet.AsSpan(8), Crc32C(packet));
        return packet;
    }

    // RFC 4340, 5.1 and 5.2: a Request with long sequence numbers; the secret is what its application says along with it.
    private static byte[] Request(in PacketDraft draft)
    {
        byte[] packet = [.. Ports(draft), DccpBytes / 4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 42, .. draft.Payload];
        return Summed(draft, packet, Dccp, at: 6);
    }

    // RFC 3828, 3.1: a datagram whose length is a coverage; all of it is covered.
    private static byte[] Lite(in PacketDraft draft)
    {
        byte[] packet = [.. Ports(draft), 0, 0, 0, 0, .. draft.Payload];
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), (ushort)(UdpBytes + draft.Payload.Length));
        return Summed(draft, packet, UdpLite, at: 6);
    }

    private static byte[] Ports(in PacketDraft draft)
    {
        byte[] ports = new byte[4];
        BinaryPrimitives.WriteUInt16BigEndian(ports, draft.SourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(ports.AsSpan(2), draft.DestinationPort);
        return ports;
    }

    private static byte[] Summed(in PacketDraft draft, byte[] packet, byte protocol, int at)
    {
        ulong sum = Checksum.Add(Checksum.PseudoHeader(draft.Source, draft.Destination, protocol, packet.Length), packet);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(at), Checksum.Finish(sum));
        return packet;
    }

    // RFC 9260, appendix A.
    private static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes) crc = System.Numerics.BitOperations.Crc32C(crc, value);
        return ~crc;
    }
}
