using System.Buffers.Binary;
using Exeat.Linux.Netlink;
using static Exeat.Linux.ConntrackMessages;

namespace Exeat.Linux;

/// <summary>Reads ctnetlink's messages into <see cref="ConntrackEvent"/>.</summary>
internal static class ConntrackReader
{
    private const ushort CTA_COUNTERS_PACKETS = 1, CTA_COUNTERS_BYTES = 2, CTA_TIMESTAMP_START = 1, CTA_TIMESTAMP_STOP = 2;
    private const ushort CTA_PROTOINFO_TCP = 1, CTA_PROTOINFO_TCP_STATE = 1;

    public static bool TryRead(in NetlinkMessage message, bool isDump, out ConntrackEvent entry)
    {
        entry = default;
        if (message.Subsystem != NFNL_SUBSYS_CTNETLINK || message.NetfilterType is not (IPCTNL_MSG_CT_NEW or IPCTNL_MSG_CT_DELETE)) return false;
        TupleKey original = default, reply = default;
        uint mark = 0, id = 0, status = 0, timeout = 0;
        ushort zone = 0;
        ulong packetsOut = 0, bytesOut = 0, packetsIn = 0, bytesIn = 0, start = 0, stop = 0;
        byte tcp = 0;
        AttributeReader attributes = message.Attributes(4);
        while (attributes.TryNext(out ushort type, out ReadOnlySpan<byte> value))
        {
            switch (type)
            {
                case CTA_TUPLE_ORIG: original = ReadTuple(value); break;
                case CTA_TUPLE_REPLY: reply = ReadTuple(value); break;
                case CTA_STATUS: status = UInt32(value); break;
                case CTA_TIMEOUT: timeout = UInt32(value); break;
                case CTA_MARK: mark = UInt32(value); break;
                case CTA_ID: id = UInt32(value); break;
                case CTA_ZONE: zone = UInt16(value); break;
                case CTA_COUNTERS_ORIG: ReadPair(value, CTA_COUNTERS_PACKETS, CTA_COUNTERS_BYTES, out packetsOut, out bytesOut); break;
                case CTA_COUNTERS_REPLY: ReadPair(value, CTA_COUNTERS_PACKETS, CTA_COUNTERS_BYTES, out packetsIn, out bytesIn); break;
                case CTA_TIMESTAMP: ReadPair(value, CTA_TIMESTAMP_START, CTA_TIMESTAMP_STOP, out start, out stop); break;
                case CTA_PROTOINFO: tcp = ReadTcpState(value); break;
            }
        }
        if (zone != 0)
        {
            original = original with { Zone = zone };
            reply = reply with { Zone = zone };
        }
        entry = new ConntrackEvent
        {
            Kind = Kind(in message, isDump),
            Original = original,
            Reply = reply,
            Mark = mark,
            Id = id,
            Status = status,
            TimeoutSeconds = timeout,
            PacketsOut = packetsOut,
            BytesOut = bytesOut,
            PacketsIn = packetsIn,
            BytesIn = bytesIn,
            StartNanoseconds = start,
            StopNanoseconds = stop,
            TcpState = (TcpState)tcp,
        };
        return original.Protocol != 0 || reply.Protocol != 0;
    }

    private static ConntrackEventKind Kind(in NetlinkMessage message, bool isDump)
    {
        if (isDump) return ConntrackEventKind.Entry;
        if (message.NetfilterType == IPCTNL_MSG_CT_DELETE) return ConntrackEventKind.Destroy;
        return (message.Flags & NetlinkFlags.NLM_F_CREATE) != 0 ? ConntrackEventKind.New : ConntrackEventKind.Update;
    }

    private static TupleKey ReadTuple(ReadOnlySpan<byte> nested)
    {
        UInt128 source = 0, destination = 0;
        bool isV6 = false;
        byte protocol = 0, icmpType = 0, icmpCode = 0;
        ushort sourcePort = 0, destinationPort = 0, zone = 0;
        AttributeReader parts = new(nested);
        while (parts.TryNext(out ushort part, out ReadOnlySpan<byte> inner))
        {
            if (part == CTA_TUPLE_ZONE) zone = UInt16(inner);
            AttributeReader fields = new(part is CTA_TUPLE_IP or CTA_TUPLE_PROTO ? inner : default);
            while (fields.TryNext(out ushort type, out ReadOnlySpan<byte> value))
            {
                switch ((part, type))
                {
                    case (CTA_TUPLE_IP, CTA_IP_V4_SRC): source = UInt32(value); break;
                    case (CTA_TUPLE_IP, CTA_IP_V4_DST): destination = UInt32(value); break;
                    case (CTA_TUPLE_IP, CTA_IP_V6_SRC): (source, isV6) = (UInt128Of(value), true); break;
                    case (CTA_TUPLE_IP, CTA_IP_V6_DST): (destination, isV6) = (UInt128Of(value), true); break;
                    case (CTA_TUPLE_PROTO, CTA_PROTO_NUM): protocol = Byte(value); break;
                    case (CTA_TUPLE_PROTO, CTA_PROTO_SRC_PORT or CTA_PROTO_ICMP_ID or CTA_PROTO_ICMPV6_ID): sourcePort = UInt16(value); break;
                    case (CTA_TUPLE_PROTO, CTA_PROTO_DST_PORT): destinationPort = UInt16(value); break;
                    case (CTA_TUPLE_PROTO, CTA_PROTO_ICMP_TYPE or CTA_PROTO_ICMPV6_TYPE): icmpType = Byte(value); break;
                    case (CTA_TUPLE_PROTO, CTA_PROTO_ICMP_CODE or CTA_PROTO_ICMPV6_CODE): icmpCode = Byte(value); break;
                }
            }
        }
        if (protocol is IPPROTO_ICMP or IPPROTO_ICMPV6) destinationPort = (ushort)((icmpType << 8) | icmpCode);
        return new TupleKey
        {
            Source = source,
            Destination = destination,
            IsV6 = isV6,
            Protocol = protocol,
            SourcePort = sourcePort,
            DestinationPort = destinationPort,
            Zone = zone,
        };
    }

    private static void ReadPair(ReadOnlySpan<byte> nested, ushort firstType, ushort secondType, out ulong first, out ulong second)
    {
        (first, second) = (0, 0);
        AttributeReader attributes = new(nested);
        while (attributes.TryNext(out ushort type, out ReadOnlySpan<byte> value))
        {
            if (value.Length < 8) continue;
            if (type == firstType) first = BinaryPrimitives.ReadUInt64BigEndian(value);
            if (type == secondType) second = BinaryPrimitives.ReadUInt64BigEndian(value);
        }
    }

    private static byte ReadTcpState(ReadOnlySpan<byte> nested)
    {
        AttributeReader protocols = new(nested);
        while (protocols.TryNext(out ushort protocol, out ReadOnlySpan<byte> inner))
        {
            AttributeReader fields = new(protocol == CTA_PROTOINFO_TCP ? inner : default);
            while (fields.TryNext(out ushort type, out ReadOnlySpan<byte> value))
            {
                if (type == CTA_PROTOINFO_TCP_STATE) return Byte(value);
            }
        }
        return 0;
    }

    private static byte Byte(ReadOnlySpan<byte> value) => value.Length > 0 ? value[0] : (byte)0;

    private static ushort UInt16(ReadOnlySpan<byte> value) => BinaryPrimitives.TryReadUInt16BigEndian(value, out ushort number) ? number : (ushort)0;

    private static uint UInt32(ReadOnlySpan<byte> value) => BinaryPrimitives.TryReadUInt32BigEndian(value, out uint number) ? number : 0;

    private static UInt128 UInt128Of(ReadOnlySpan<byte> value) => BinaryPrimitives.TryReadUInt128BigEndian(value, out UInt128 number) ? number : 0;
}
