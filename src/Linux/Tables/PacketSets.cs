using System.Buffers.Binary;
using Exeat.Linux.Netlink;

namespace Exeat.Linux;

/// <summary>The sets of an inet table that packets themselves fill: emptied and read by messages of our own, which is a hundred times quicker than a command (linux/netfilter/nf_tables.h).</summary>
/// <remarks>
/// <code>
/// NFT_MSG_DELSETELEM  NFTA_SET_ELEM_LIST_TABLE, _SET           no elements: all of them go
/// NFT_MSG_GETSETELEM  NFTA_SET_ELEM_LIST_TABLE, _SET           a dump
///   NFTA_SET_ELEM_LIST_ELEMENTS ─ NFTA_LIST_ELEM ┬ NFTA_SET_ELEM_KEY ─ NFTA_DATA_VALUE     fields of a concatenation, each padded to four bytes
///                                                └ NFTA_SET_ELEM_EXPR (or _EXPRESSIONS) ─ counter ─ NFTA_COUNTER_PACKETS
/// </code>
/// </remarks>
public static class PacketSets
{
    private const byte NFT_MSG_NEWSETELEM = 12, NFT_MSG_GETSETELEM = 13, NFT_MSG_DELSETELEM = 14;
    private const ushort NFTA_SET_ELEM_LIST_TABLE = 1, NFTA_SET_ELEM_LIST_SET = 2, NFTA_SET_ELEM_LIST_ELEMENTS = 3, NFTA_LIST_ELEM = 1;
    private const ushort NFTA_SET_ELEM_KEY = 1, NFTA_SET_ELEM_EXPR = 7, NFTA_SET_ELEM_EXPRESSIONS = 11, NFTA_DATA_VALUE = 1;
    private const ushort NFTA_EXPR_NAME = 1, NFTA_EXPR_DATA = 2, NFTA_COUNTER_PACKETS = 2;
    private const NetlinkFlags Acknowledged = NetlinkFlags.NLM_F_REQUEST | NetlinkFlags.NLM_F_ACK;

    /// <summary>Empties sets in one transaction. A table that is gone has nothing in it: false, and nothing happened.</summary>
    public static bool Flush(Nftables nftables, string table, params ReadOnlySpan<string> sets)
    {
        string[] names = sets.ToArray();
        Errno error = nftables.Transact($"flush sets of {table}", socket =>
        {
            NetlinkWriter writer = new(stackalloc byte[1024]);
            NftMessages.BeginBatch(ref writer, socket.NextSequence());
            foreach (string name in names) Write(ref writer, NFT_MSG_DELSETELEM, Acknowledged, socket.NextSequence(), table, name);
            NftMessages.EndBatch(ref writer, socket.NextSequence());
            Errno sent = socket.Send(writer.Written);
            return sent != Errno.None ? sent : socket.FirstError();
        });
        if (error is Errno.None or Errno.ENOENT) return error == Errno.None;
        throw new KernelException("nftables: flush sets of", table, error);
    }

    /// <summary>Visits the elements of a set with what their counters say. While packets add to it an element may come twice or not at all. False: there is no such set.</summary>
    public static bool Read(Nftables nftables, string table, string set, PacketSetVisitor visit)
    {
        Errno error = nftables.Ask(socket =>
        {
            NetlinkWriter writer = new(stackalloc byte[256]);
            Write(ref writer, NFT_MSG_GETSETELEM, NetlinkFlags.NLM_F_REQUEST | NetlinkFlags.NLM_F_DUMP, socket.NextSequence(), table, set);
            return socket.Query(writer.Written, (in NetlinkMessage message) => Visit(in message, visit));
        });
        if (error is Errno.None or Errno.ENOENT) return error == Errno.None;
        throw new KernelException("nftables: read set", $"{table} {set}", error);
    }

    internal static void Visit(in NetlinkMessage message, PacketSetVisitor visit)
    {
        if (message.Subsystem != NftMessages.NFNL_SUBSYS_NFTABLES || message.NetfilterType != NFT_MSG_NEWSETELEM) return;
        AttributeReader attributes = message.Attributes(4);
        while (attributes.TryNext(out ushort type, out ReadOnlySpan<byte> list))
        {
            if (type != NFTA_SET_ELEM_LIST_ELEMENTS) continue;
            AttributeReader elements = new(list);
            while (elements.TryNext(out ushort kind, out ReadOnlySpan<byte> element))
            {
                if (kind != NFTA_LIST_ELEM) continue;
                ReadOnlySpan<byte> key = default;
                long packets = 0;
                AttributeReader fields = new(element);
                while (fields.TryNext(out ushort field, out ReadOnlySpan<byte> value))
                {
                    if (field == NFTA_SET_ELEM_KEY) key = Find(value, NFTA_DATA_VALUE);
                    else if (field == NFTA_SET_ELEM_EXPR) packets = Packets(value);
                    else if (field == NFTA_SET_ELEM_EXPRESSIONS) packets = Packets(Find(value, NFTA_LIST_ELEM));
                }
                if (!key.IsEmpty) visit(key, packets);
            }
        }
    }

    private static void Write(ref NetlinkWriter writer, byte message, NetlinkFlags flags, uint sequence, string table, string set)
    {
        writer.BeginNetfilter(NftMessages.NFNL_SUBSYS_NFTABLES, message, flags, sequence, NftMessages.NFPROTO_INET);
        writer.PutText(NFTA_SET_ELEM_LIST_TABLE, table);
        writer.PutText(NFTA_SET_ELEM_LIST_SET, set);
        writer.EndMessage();
    }

    private static long Packets(ReadOnlySpan<byte> expression)
    {
        if (!Find(expression, NFTA_EXPR_NAME).TrimEnd((byte)0).SequenceEqual("counter"u8)) return 0;
        ReadOnlySpan<byte> packets = Find(Find(expression, NFTA_EXPR_DATA), NFTA_COUNTER_PACKETS);
        return packets.Length == 8 ? BinaryPrimitives.ReadInt64BigEndian(packets) : 0;
    }

    private static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> nested, ushort wanted)
    {
        AttributeReader attributes = new(nested);
        while (attributes.TryNext(out ushort type, out ReadOnlySpan<byte> value))
            if (type == wanted) return value;
        return default;
    }
}
