using System.Buffers.Binary;

namespace Exeat.Wire;

/// <summary>Writes whole IP packets: resets of ours, and crafted packets of tests and attack tools.</summary>
public static class PacketWriter
{
    /// <summary>The longest packet that its length field can state (IPv4; for IPv6 the header is not counted, we keep the smaller bound).</summary>
    public const int MaxBytes = ushort.MaxValue;

    /// <summary>Writes the packet and returns its length; 0 when the room is too small or the draft cannot be a packet.</summary>
    public static int Write(scoped in PacketDraft draft, Span<byte> destination)
    {
        bool v6 = draft.Source.IsV6;
        if (!draft.Source.IsKnown || draft.Source.Width != draft.Destination.Width) return 0;
        if (draft.FragmentOffset % 8 != 0 || draft.IpOptions.Length % (v6 ? 8 : 4) != 0 || draft.TcpOptions.Length % 4 != 0) return 0;
        if (draft.TcpOptions.Length > 40 || draft.IpOptions.Length > (v6 ? 2048 : 40)) return 0;
        int header = HeaderBytes(draft);
        int length = header + TransportHeaderBytes(draft) + draft.Payload.Length;
        if (length > MaxBytes || length > destination.Length) return 0;
        Span<byte> packet = destination[..length];
        packet.Clear();
        if (v6) WriteV6Header(draft, packet);
        else WriteV4Header(draft, packet, header);
        WriteTransport(draft, packet[header..]);
        return length;
    }

    private static bool IsFragment(scoped in PacketDraft draft) => draft.MoreFragments || draft.FragmentOffset > 0;

    private static int HeaderBytes(scoped in PacketDraft draft) =>
        draft.Source.IsV6 ? 40 + draft.IpOptions.Length + (IsFragment(draft) ? 8 : 0) : 20 + draft.IpOptions.Length;

    private static int TransportHeaderBytes(scoped in PacketDraft draft) => draft.IsRaw ? 0 : draft.Protocol switch
    {
        IpProtocol.Tcp => 20 + draft.TcpOptions.Length,
        IpProtocol.Udp or IpProtocol.Icmp or IpProtocol.IcmpV6 => 8,
        _ => 0,
    };

    // RFC 791, 3.1
    private static void WriteV4Header(scoped in PacketDraft draft, Span<byte> packet, int header)
    {
        packet[0] = (byte)(0x40 | header / 4);
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)packet.Length);
        BinaryPrimitives.WriteUInt16BigEndian(packet[4..], draft.Identification);
        BinaryPrimitives.WriteUInt16BigEndian(packet[6..], (ushort)(draft.FragmentOffset / 8 | (draft.MoreFragments ? 0x2000 : 0)));
        packet[8] = draft.HopLimit;
        packet[9] = draft.Protocol;
        draft.Source.WriteTo(packet[12..]);
        draft.Destination.WriteTo(packet[16..]);
        draft.IpOptions.CopyTo(packet[20..]);
        BinaryPrimitives.WriteUInt16BigEndian(packet[10..], Checksum.Finish(Checksum.Add(0, packet[..header])));
    }

    // RFC 8200, 3 and 4.5. The fragment header comes before the caller's chain (which must then be per fragment or raw).
    private static void WriteV6Header(scoped in PacketDraft draft, Span<byte> packet)
    {
        byte next = draft.IpOptions.IsEmpty ? draft.Protocol : draft.ExtensionHeader;
        packet[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(packet[4..], (ushort)(packet.Length - 40));
        packet[6] = IsFragment(draft) ? IpProtocol.Fragment : next;
        packet[7] = draft.HopLimit;
        draft.Source.WriteTo(packet[8..]);
        draft.Destination.WriteTo(packet[24..]);
        Span<byte> rest = packet[40..];
        if (IsFragment(draft))
        {
            rest[0] = next;
            BinaryPrimitives.WriteUInt16BigEndian(rest[2..], (ushort)(draft.FragmentOffset | (draft.MoreFragments ? 1 : 0)));
            BinaryPrimitives.WriteUInt32BigEndian(rest[4..], draft.Identification);
            rest = rest[8..];
        }
        draft.IpOptions.CopyTo(rest);
    }

    private static void WriteTransport(scoped in PacketDraft draft, Span<byte> transport)
    {
        draft.Payload.CopyTo(transport[^draft.Payload.Length..]);
        if (draft.IsRaw) return;
        switch (draft.Protocol)
        {
            case IpProtocol.Tcp:
                WritePorts(draft, transport);
                BinaryPrimitives.WriteUInt32BigEndian(transport[4..], draft.Sequence);
                BinaryPrimitives.WriteUInt32BigEndian(transport[8..], draft.Acknowledgement);
                transport[12] = (byte)((20 + draft.TcpOptions.Length) / 4 << 4);
                transport[13] = (byte)draft.Flags;
                BinaryPrimitives.WriteUInt16BigEndian(transport[14..], draft.Window);
                BinaryPrimitives.WriteUInt16BigEndian(transport[18..], draft.Urgent);
                draft.TcpOptions.CopyTo(transport[20..]);
                WriteChecksum(draft, transport, at: 16, withPseudoHeader: true);
                break;
            case IpProtocol.Udp:
                WritePorts(draft, transport);
                BinaryPrimitives.WriteUInt16BigEndian(transport[4..], (ushort)transport.Length);
                WriteChecksum(draft, transport, at: 6, withPseudoHeader: true);
                // Zero would say that there is no checksum (RFC 768).
                if (transport[6] == 0 && transport[7] == 0) transport.Slice(6, 2).Fill(0xff);
                break;
            case IpProtocol.Icmp or IpProtocol.IcmpV6:
                transport[0] = draft.IcmpType;
                transport[1] = draft.IcmpCode;
                BinaryPrimitives.WriteUInt32BigEndian(transport[4..], draft.IcmpRest);
                WriteChecksum(draft, transport, at: 2, withPseudoHeader: draft.Protocol == IpProtocol.IcmpV6);
                break;
        }
    }

    private static void WritePorts(scoped in PacketDraft draft, Span<byte> transport)
    {
        BinaryPrimitives.WriteUInt16BigEndian(transport, draft.SourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(transport[2..], draft.DestinationPort);
    }

    private static void WriteChecksum(scoped in PacketDraft draft, Span<byte> transport, int at, bool withPseudoHeader)
    {
        ulong sum = withPseudoHeader ? Checksum.PseudoHeader(draft.Source, draft.Destination, draft.Protocol, transport.Length) : 0;
        BinaryPrimitives.WriteUInt16BigEndian(transport[at..], Checksum.Finish(Checksum.Add(sum, transport)));
    }
}
