using System.Buffers.Binary;
using Exeat.Linux.Native;
using Exeat.Linux.Netlink;

namespace Exeat.Linux;

/// <summary>Requests of ctnetlink (linux/netfilter/nfnetlink_conntrack.h).</summary>
/// <remarks>
/// <code>
/// IPCTNL_MSG_CT_DELETE, or IPCTNL_MSG_CT_NEW without NLM_F_CREATE to change an entry
///   CTA_TUPLE_ORIG ┬ CTA_TUPLE_IP    ┬ CTA_IP_V4_SRC or CTA_IP_V6_SRC
///                  │                 └ CTA_IP_V4_DST or CTA_IP_V6_DST
///                  └ CTA_TUPLE_PROTO ─ CTA_PROTO_NUM, ports or ICMP identifier, type, code
///   CTA_ZONE        zone, if not 0
///   CTA_ID          only this very entry (delete)
///   CTA_MARK, CTA_MARK_MASK
/// </code>
/// </remarks>
internal static class ConntrackMessages
{
    public const byte NFNL_SUBSYS_CTNETLINK = 1;
    public const byte IPCTNL_MSG_CT_NEW = 0, IPCTNL_MSG_CT_GET = 1, IPCTNL_MSG_CT_DELETE = 2;
    public const ushort CTA_TUPLE_ORIG = 1, CTA_TUPLE_REPLY = 2, CTA_STATUS = 3, CTA_PROTOINFO = 4, CTA_TIMEOUT = 7, CTA_MARK = 8;
    public const ushort CTA_COUNTERS_ORIG = 9, CTA_COUNTERS_REPLY = 10, CTA_ID = 12, CTA_ZONE = 18, CTA_TIMESTAMP = 20, CTA_MARK_MASK = 21;
    public const ushort CTA_TUPLE_IP = 1, CTA_TUPLE_PROTO = 2, CTA_TUPLE_ZONE = 3;
    public const ushort CTA_IP_V4_SRC = 1, CTA_IP_V4_DST = 2, CTA_IP_V6_SRC = 3, CTA_IP_V6_DST = 4;
    public const ushort CTA_PROTO_NUM = 1, CTA_PROTO_SRC_PORT = 2, CTA_PROTO_DST_PORT = 3;
    public const ushort CTA_PROTO_ICMP_ID = 4, CTA_PROTO_ICMP_TYPE = 5, CTA_PROTO_ICMP_CODE = 6;
    public const ushort CTA_PROTO_ICMPV6_ID = 7, CTA_PROTO_ICMPV6_TYPE = 8, CTA_PROTO_ICMPV6_CODE = 9;
    public const byte IPPROTO_ICMP = 1, IPPROTO_ICMPV6 = 58;
    private const NetlinkFlags Acknowledged = NetlinkFlags.NLM_F_REQUEST | NetlinkFlags.NLM_F_ACK;

    public static void Dump(ref NetlinkWriter writer, uint sequence, uint markMask, uint markValue)
    {
        writer.BeginNetfilter(NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_GET, NetlinkFlags.NLM_F_REQUEST | NetlinkFlags.NLM_F_DUMP, sequence, 0);
        if (markMask != 0)
        {
            writer.PutBigEndian(CTA_MARK, markValue);
            writer.PutBigEndian(CTA_MARK_MASK, markMask);
        }
        writer.EndMessage();
    }

    public static void Delete(ref NetlinkWriter writer, uint sequence, in TupleKey original, uint id)
    {
        writer.BeginNetfilter(NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_DELETE, Acknowledged, sequence, Family(in original));
        PutTuple(ref writer, in original);
        if (id != 0) writer.PutBigEndian(CTA_ID, id);
        writer.EndMessage();
    }

    public static void SetMark(ref NetlinkWriter writer, uint sequence, in TupleKey original, uint mark, uint mask)
    {
        writer.BeginNetfilter(NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_NEW, Acknowledged, sequence, Family(in original));
        PutTuple(ref writer, in original);
        writer.PutBigEndian(CTA_MARK, mark & mask);
        writer.PutBigEndian(CTA_MARK_MASK, mask);
        writer.EndMessage();
    }

    private static byte Family(in TupleKey key) => (byte)(key.IsV6 ? Libc.AF_INET6 : Libc.AF_INET);

    private static void PutTuple(ref NetlinkWriter writer, in TupleKey key)
    {
        int tuple = writer.BeginNest(CTA_TUPLE_ORIG);
        int ip = writer.BeginNest(CTA_TUPLE_IP);
        if (key.IsV6)
        {
            Span<byte> address = stackalloc byte[16];
            BinaryPrimitives.WriteUInt128BigEndian(address, key.Source);
            writer.Put(CTA_IP_V6_SRC, address);
            BinaryPrimitives.WriteUInt128BigEndian(address, key.Destination);
            writer.Put(CTA_IP_V6_DST, address);
        }
        else
        {
            writer.PutBigEndian(CTA_IP_V4_SRC, (uint)key.Source);
            writer.PutBigEndian(CTA_IP_V4_DST, (uint)key.Destination);
        }
        writer.EndNest(ip);
        int protocol = writer.BeginNest(CTA_TUPLE_PROTO);
        writer.PutByte(CTA_PROTO_NUM, key.Protocol);
        if (key.Protocol is IPPROTO_ICMP or IPPROTO_ICMPV6)
        {
            bool six = key.Protocol == IPPROTO_ICMPV6;
            writer.PutBigEndian(six ? CTA_PROTO_ICMPV6_ID : CTA_PROTO_ICMP_ID, key.SourcePort);
            writer.PutByte(six ? CTA_PROTO_ICMPV6_TYPE : CTA_PROTO_ICMP_TYPE, (byte)(key.DestinationPort >> 8));
            writer.PutByte(six ? CTA_PROTO_ICMPV6_CODE : CTA_PROTO_ICMP_CODE, (byte)key.DestinationPort);
        }
        else
        {
            writer.PutBigEndian(CTA_PROTO_SRC_PORT, key.SourcePort);
            writer.PutBigEndian(CTA_PROTO_DST_PORT, key.DestinationPort);
        }
        writer.EndNest(protocol);
        writer.EndNest(tuple);
        if (key.Zone != 0) writer.PutBigEndian(CTA_ZONE, key.Zone);
    }
}
