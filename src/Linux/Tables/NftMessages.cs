using System.Buffers.Binary;
using Exeat.Linux.Netlink;

namespace Exeat.Linux;

/// <summary>The few nftables messages that nft itself cannot write (linux/netfilter/nf_tables.h, nf_tables_compat.h).</summary>
/// <remarks>
/// <code>
/// NFNL_MSG_BATCH_BEGIN (resource: nftables)
///   NFT_MSG_DELRULE  table, chain                      flushes the chain
///   NFT_MSG_NEWRULE  table, chain
///     NFTA_RULE_EXPRESSIONS ─ NFTA_LIST_ELEM ┬ NFTA_EXPR_NAME "target"
///                                            └ NFTA_EXPR_DATA ┬ NFTA_TARGET_NAME "NFQUEUE"
///                                                             ├ NFTA_TARGET_REV  3
///                                                             └ NFTA_TARGET_INFO struct xt_NFQ_info_v3
/// NFNL_MSG_BATCH_END                                   without it the kernel checks and rolls back
/// </code>
/// </remarks>
internal static class NftMessages
{
    public const byte NFNL_SUBSYS_NFTABLES = 10;
    public const byte NFPROTO_INET = 1;
    private const ushort NFNL_MSG_BATCH_BEGIN = 16, NFNL_MSG_BATCH_END = 17;
    private const byte NFT_MSG_NEWTABLE = 0, NFT_MSG_NEWCHAIN = 3, NFT_MSG_NEWRULE = 6, NFT_MSG_DELRULE = 8;
    private const ushort NFTA_TABLE_NAME = 1, NFTA_CHAIN_TABLE = 1, NFTA_CHAIN_NAME = 3;
    private const ushort NFTA_RULE_TABLE = 1, NFTA_RULE_CHAIN = 2, NFTA_RULE_EXPRESSIONS = 4;
    private const ushort NFTA_LIST_ELEM = 1, NFTA_EXPR_NAME = 1, NFTA_EXPR_DATA = 2;
    private const ushort NFTA_TARGET_NAME = 1, NFTA_TARGET_REV = 2, NFTA_TARGET_INFO = 3;
    private const NetlinkFlags Acknowledged = NetlinkFlags.NLM_F_REQUEST | NetlinkFlags.NLM_F_ACK;

    public static void BeginBatch(ref NetlinkWriter writer, uint sequence) => Batch(ref writer, NFNL_MSG_BATCH_BEGIN, sequence);

    public static void EndBatch(ref NetlinkWriter writer, uint sequence) => Batch(ref writer, NFNL_MSG_BATCH_END, sequence);

    public static void AddTable(ref NetlinkWriter writer, uint sequence, string table)
    {
        writer.BeginNetfilter(NFNL_SUBSYS_NFTABLES, NFT_MSG_NEWTABLE, Acknowledged | NetlinkFlags.NLM_F_CREATE, sequence, NFPROTO_INET);
        writer.PutText(NFTA_TABLE_NAME, table);
        writer.EndMessage();
    }

    public static void AddChain(ref NetlinkWriter writer, uint sequence, string table, string chain)
    {
        writer.BeginNetfilter(NFNL_SUBSYS_NFTABLES, NFT_MSG_NEWCHAIN, Acknowledged | NetlinkFlags.NLM_F_CREATE, sequence, NFPROTO_INET);
        writer.PutText(NFTA_CHAIN_TABLE, table);
        writer.PutText(NFTA_CHAIN_NAME, chain);
        writer.EndMessage();
    }

    public static void FlushChain(ref NetlinkWriter writer, uint sequence, string table, string chain)
    {
        writer.BeginNetfilter(NFNL_SUBSYS_NFTABLES, NFT_MSG_DELRULE, Acknowledged, sequence, NFPROTO_INET);
        writer.PutText(NFTA_RULE_TABLE, table);
        writer.PutText(NFTA_RULE_CHAIN, chain);
        writer.EndMessage();
    }

    public static void AddXtablesQueueRule(ref NetlinkWriter writer, uint sequence, string table, string chain, ushort queue)
    {
        NetlinkFlags flags = Acknowledged | NetlinkFlags.NLM_F_CREATE | NetlinkFlags.NLM_F_APPEND;
        writer.BeginNetfilter(NFNL_SUBSYS_NFTABLES, NFT_MSG_NEWRULE, flags, sequence, NFPROTO_INET);
        writer.PutText(NFTA_RULE_TABLE, table);
        writer.PutText(NFTA_RULE_CHAIN, chain);
        int expressions = writer.BeginNest(NFTA_RULE_EXPRESSIONS);
        int element = writer.BeginNest(NFTA_LIST_ELEM);
        writer.PutText(NFTA_EXPR_NAME, "target");
        int data = writer.BeginNest(NFTA_EXPR_DATA);
        writer.PutText(NFTA_TARGET_NAME, "NFQUEUE");
        writer.PutBigEndian(NFTA_TARGET_REV, 3u);
        // struct xt_NFQ_info_v3 in host order: queue, number of queues, flags (none: never NFQ_FLAG_BYPASS), padded to eight bytes.
        Span<byte> target = stackalloc byte[8];
        target.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(target, queue);
        BinaryPrimitives.WriteUInt16LittleEndian(target[2..], 1);
        writer.Put(NFTA_TARGET_INFO, target);
        writer.EndNest(data);
        writer.EndNest(element);
        writer.EndNest(expressions);
        writer.EndMessage();
    }

    private static void Batch(ref NetlinkWriter writer, ushort type, uint sequence)
    {
        writer.BeginMessage(type, NetlinkFlags.NLM_F_REQUEST, sequence);
        writer.PutBody([0, 0, 0, NFNL_SUBSYS_NFTABLES]);
        writer.EndMessage();
    }
}
