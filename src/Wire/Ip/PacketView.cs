using System.Buffers.Binary;
using Exeat.Names;

namespace Exeat.Wire;

/// <summary>One IP packet, from the first byte of its IP header, read without copying.</summary>
/// <remarks>
/// <para>Lengths are those that IP states. What a link layer appended is not seen; what a capture cut off is counted.</para>
/// <para>Checksums are not verified: with offload they are not there yet, and a packet with a wrong one reaches nobody who acts on it.</para>
/// </remarks>
public readonly ref partial struct PacketView
{
    private const int Ipv4HeaderBytes = 20;
    private const int Ipv6HeaderBytes = 40;
    private const int TcpHeaderBytes = 20;
    private const int UdpHeaderBytes = 8;
    private const int IcmpHeaderBytes = 8;

    /// <summary>Where the packet comes from, as it says itself.</summary>
    public Address Source { get; private init; }

    /// <summary>Where the packet goes.</summary>
    public Address Destination { get; private init; }

    /// <summary>The transport protocol, after the IPv6 extension headers (<see cref="IpProtocol"/>).</summary>
    public byte Protocol { get; private init; }

    /// <summary>Any fragment, also the first one and IPv6 atomic fragments (RFC 6946).</summary>
    public bool IsFragment { get; private init; }

    /// <summary>IPv4 options or any IPv6 extension header.</summary>
    public bool HasOptions { get; private init; }

    /// <summary>The capture ends before the packet does.</summary>
    public bool IsTruncated { get; private init; }

    /// <summary>TCP or UDP source port; 0 for other protocols and for fragments.</summary>
    public ushort SourcePort { get; private init; }

    /// <summary>TCP or UDP destination port; 0 for other protocols and for fragments.</summary>
    public ushort DestinationPort { get; private init; }

    /// <summary>TCP sequence number of the first byte (or of the SYN).</summary>
    public uint Sequence { get; private init; }

    /// <summary>TCP acknowledgement number; counts only with <see cref="TcpFlags.Ack"/>.</summary>
    public uint Acknowledgement { get; private init; }

    /// <summary>TCP control bits.</summary>
    public TcpFlags Flags { get; private init; }

    /// <summary>TCP window as it stands in the header, not scaled.</summary>
    public ushort Window { get; private init; }

    /// <summary>The TCP options, unread (<see cref="TcpOptionsView"/>).</summary>
    public ReadOnlySpan<byte> TcpOptions { get; private init; }

    /// <summary>ICMP or ICMPv6 type.</summary>
    public byte IcmpType { get; private init; }

    /// <summary>ICMP or ICMPv6 code.</summary>
    public byte IcmpCode { get; private init; }

    /// <summary>What the transport protocol carries, as far as captured. For fragments and other protocols: what IP carries.</summary>
    public ReadOnlySpan<byte> Payload { get; private init; }

    /// <summary>The true length of the payload; more than <see cref="Payload"/> has when <see cref="IsTruncated"/>.</summary>
    public int PayloadLength { get; private init; }

    /// <summary>Why reading failed. The properties that were read before keep their values, for the record.</summary>
    public PacketProblem Problem { get; private init; }

    /// <summary>Whether the protocol is TCP and the packet is whole enough for its ports and flags to count.</summary>
    public bool IsTcp => Protocol == IpProtocol.Tcp && !IsFragment && Problem == PacketProblem.None;

    /// <summary>Reads a packet whose IP header states its length.</summary>
    public static bool TryRead(ReadOnlySpan<byte> ip, out PacketView packet) => TryRead(ip, allowGso: false, out packet);

    /// <summary>
    /// Reads a packet. With <paramref name="allowGso"/> a stated length of zero (a super-segment above 64 KiB) stands for the whole
    /// capture.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> ip, bool allowGso, out PacketView packet)
    {
        packet = ip.IsEmpty ? new PacketView { Problem = PacketProblem.CutInHeaders }
            : (ip[0] >> 4) switch
            {
                4 => ReadV4(ip, allowGso),
                6 => ReadV6(ip, allowGso),
                _ => new PacketView { Problem = PacketProblem.Version },
            };
        return packet.Problem == PacketProblem.None;
    }

    // RFC 791, 3.1
    private static PacketView ReadV4(ReadOnlySpan<byte> ip, bool allowGso)
    {
        if (ip.Length < Ipv4HeaderBytes) return new PacketView { Problem = PacketProblem.CutInHeaders };
        int header = (ip[0] & 0x0f) * 4;
        int total = BinaryPrimitives.ReadUInt16BigEndian(ip[2..]);
        if (total == 0 && allowGso) total = ip.Length;
        ushort fragment = BinaryPrimitives.ReadUInt16BigEndian(ip[6..]);
        var packet = new PacketView
        {
            Source = Address.FromBytes(ip.Slice(12, 4)),
            Destination = Address.FromBytes(ip.Slice(16, 4)),
            Protocol = ip[9],
            // More fragments, or an offset.
            IsFragment = (fragment & 0x3fff) != 0,
            HasOptions = header > Ipv4HeaderBytes,
            IsTruncated = ip.Length < total,
        };
        if (header < Ipv4HeaderBytes || total < header) return packet with { Problem = PacketProblem.IpLength };
        if (ip.Length < header) return packet with { Problem = PacketProblem.CutInHeaders };
        return ReadTransport(packet, ip[header..Math.Min(total, ip.Length)], total - header, allowGso);
    }

    private static PacketView ReadTransport(PacketView packet, ReadOnlySpan<byte> bytes, int length, bool allowGso)
    {
        if (packet.IsFragment) return packet with { Payload = bytes, PayloadLength = length };
        return packet.Protocol switch
        {
            IpProtocol.Tcp => ReadTcp(packet, bytes, length),
            IpProtocol.Udp => ReadUdp(packet, bytes, length, allowGso),
            IpProtocol.Icmp when packet.Source.IsV4 => ReadIcmp(packet, bytes, length),
            IpProtocol.IcmpV6 when packet.Source.IsV6 => ReadIcmp(packet, bytes, length),
            _ => packet with { Payload = bytes, PayloadLength = length },
        };
    }

    // RFC 9293, 3.1
    private static PacketView ReadTcp(PacketView packet, ReadOnlySpan<byte> bytes, int length)
    {
        if (length < TcpHeaderBytes) return packet with { Problem = PacketProblem.TransportLength };
        if (bytes.Length < TcpHeaderBytes) return packet with { Problem = PacketProblem.CutInHeaders };
        int header = (bytes[12] >> 4) * 4;
        packet = packet with
        {
            SourcePort = BinaryPrimitives.ReadUInt16BigEndian(bytes),
            DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]),
            Sequence = BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]),
            Acknowledgement = BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]),
            Flags = (TcpFlags)bytes[13],
            Window = BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]),
        };
        if (header < TcpHeaderBytes || header > length) return packet with { Problem = PacketProblem.TransportLength };
        if (header > bytes.Length) return packet with { Problem = PacketProblem.CutInHeaders };
        return packet with { TcpOptions = bytes[TcpHeaderBytes..header], Payload = bytes[header..], PayloadLength = length - header };
    }

    // RFC 768. A zero length means a jumbogram (RFC 2675, 4), which only a super-segment can be here.
    private static PacketView ReadUdp(PacketView packet, ReadOnlySpan<byte> bytes, int length, bool allowGso)
    {
        if (length < UdpHeaderBytes) return packet with { Problem = PacketProblem.TransportLength };
        if (bytes.Length < UdpHeaderBytes) return packet with { Problem = PacketProblem.CutInHeaders };
        int stated = BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]);
        if (stated == 0 && allowGso) stated = length;
        packet = packet with
        {
            SourcePort = BinaryPrimitives.ReadUInt16BigEndian(bytes),
            DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]),
        };
        if (stated != length) return packet with { Problem = PacketProblem.UdpLength };
        return packet with { Payload = bytes[UdpHeaderBytes..], PayloadLength = length - UdpHeaderBytes };
    }

    // RFC 792; RFC 4443, 2.1: every message that is defined has eight bytes before its body.
    private static PacketView ReadIcmp(PacketView packet, ReadOnlySpan<byte> bytes, int length)
    {
        if (length < IcmpHeaderBytes) return packet with { Problem = PacketProblem.TransportLength };
        if (bytes.Length < IcmpHeaderBytes) return packet with { Problem = PacketProblem.CutInHeaders };
        return packet with
        {
            IcmpType = bytes[0],
            IcmpCode = bytes[1],
            Payload = bytes[IcmpHeaderBytes..],
            PayloadLength = length - IcmpHeaderBytes,
        };
    }
}
