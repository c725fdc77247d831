using System.Buffers.Binary;
using System.Text;
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
    public const byte NFPROTO_INET = 1, NFPROTO_IPV4 = 2, NFPROTO_IPV6 = 10;
    private const ushort NFNL_MSG_BATCH_BEGIN = 16, NFNL_MSG_BATCH_END = 17;
    public const byte NFT_MSG_NEWTABLE = 0, NFT_MSG_GETTABLE = 1, NFT_MSG_DELTABLE = 2, NFT_MSG_NEWCHAIN = 3, NFT_MSG_GETCHAIN = 4, NFT_MSG_NEWRULE = 6, NFT_MSG_GETRULE = 7, NFT_MSG_DELRULE = 8;
    public const uint NFT_TABLE_F_DORMANT = 1;
    public const ushort NFTA_TABLE_NAME = 1, NFTA_TABLE_FLAGS = 2, NFTA_CHAIN_TABLE = 1, NFTA_CHAIN_NAME = 3, NFTA_CHAIN_HOOK = 4;
    public const ushort NFTA_RULE_TABLE = 1, NFTA_RULE_CHAIN = 2, NFTA_RULE_EXPRESSIONS = 4;
    public const ushort NFTA_LIST_ELEM = 1, NFTA_EXPR_NAME = 1, NFTA_EXPR_DATA = 2;
    public const ushort NFTA_META_DREG = 1, NFTA_META_KEY = 2, NFTA_CMP_SREG = 1, NFTA_CMP_OP = 2, NFTA_CMP_DATA = 3, NFTA_DATA_VALUE = 1;
    private const uint NFT_REG_1 = 1, NFT_META_IIFNAME = 6, NFT_CMP_EQ = 0;
    private const int IFNAMSIZ = 16;
    public const string ChecksumTarget = "CHECKSUM";
    public const ushort NFTA_TARGET_NAME = 1, NFTA_TARGET_REV = 2, NFTA_TARGET_INFO = 3;
    private const NetlinkFlags Acknowledged = NetlinkFlags.NLM_F_REQUEST | NetlinkFlags.NLM_F_ACK;

    public static void BeginBatch(ref NetlinkWriter writer, uint sequence) => Batch(ref writer, NFNL_MSG_BATCH_BEGIN, sequence);

    public static void EndBatch(ref NetlinkWriter writer, uint sequence) => Batch(ref writer, NFNL_MSG_BATCH_END, sequence);

    public static void AddTable(ref NetlinkWriter writer, uint sequence, byte family, string table)
    {
        writer.BeginNetfilter(NFNL_SUBSYS_NFTABLES, NFT_MSG_NEWTABLE, Acknowledged | NetlinkFlags.NLM_F_CREATE, sequence, family);
        writer.PutText(NFTA_TABLE_NAME, table);
        writer.EndMessage();
    }

    /// <summary>Deletes a table in which nothing is; what is in it makes it a refusal (EBUSY).</summary>
    public static void DeleteEmptyTable(ref NetlinkWriter writer, uint sequence, byte family, string table)
    {
        writer.BeginNetfilter(NFNL_SUBSYS_NFTABLES, NFT_MSG_DELTABLE, Acknowledged | NetlinkFlags.NLM_F_NONREC, sequence, family);
        writer.PutText(NFTA_TABLE_NAME, table);
        writer.EndMessage();
    }

    public static void GetTable(ref NetlinkWriter writer, uint sequence, byte family, string table)
    {
        writer.BeginNetfilter(NFNL_SUBSYS_NFTABLES, NFT_MSG_GETTABLE, Acknowledged, sequence, family);
        writer.PutText(NFTA_TABLE_NAME, table);
        writer.EndMessage();
    }

    public static void GetChain(ref NetlinkWriter writer, uint sequence, byte family, string table, string chain)
    {
        writer.BeginNetfilter(NFNL_SUBSYS_NFTABLES, NFT_MSG_GETCHAIN, Acknowledged, sequence, family);
        writer.PutText(NFTA_CHAIN_TABLE, table);
        writer.PutText(NFTA_CHAIN_NAME, chain);
        writer.EndMessage();
    }

    public static void GetRules(ref NetlinkWriter writer, uint sequence, byte family, string table, string chain)
    {
        writer.BeginNetfilter(NFNL_SUBSYS_NFTABLES, NFT_MSG_GETRULE, NetlinkFlags.NLM_F_REQUEST | NetlinkFlags.NLM_F_DUMP, sequence, family);
        writer.PutText(NFTA_RULE_TABLE, table);
        writer.PutText(NFTA_RULE_CHAIN, chain);
        writer.EndMessage();
    }

    public static void AddChain(ref NetlinkWriter writer, uint sequence, byte family, string table, string chain)
    {
        writer.BeginNetfilter(NFNL_SUBSYS_NFTABLES, NFT_MSG_NEWCHAIN, Acknowledged | NetlinkFlags.NLM_F_CREATE, sequence, family);
        writer.PutText(NFTA_CHAIN_TABLE, table);
        writer.PutText(NFTA_CHAIN_NAME, chain);
        writer.EndMessage();
    }

    public static void FlushChain(ref NetlinkWriter writer, uint sequence, byte family, string table, string chain)
    {
        writer.BeginNetfilter(NFNL_SUBSYS_NFTABLES, NFT_MSG_DELRULE, Acknowledged, sequence, family);
        writer.PutText(NFTA_RULE_TABLE, table);
        writer.PutText(NFTA_RULE_CHAIN, chain);
        writer.EndMessage();
    }

    public static void AddXtablesQueueRule(ref NetlinkWriter writer, uint sequence, string table, string chain, ushort queue)
    {
        // struct xt_NFQ_info_v3 in host order: queue, number of queues, flags (none: never NFQ_FLAG_BYPASS), padded to eight bytes.
        Span<byte> info = stackalloc byte[8];
        info.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(info, queue);
        BinaryPrimitives.WriteUInt16LittleEndian(info[2..], 1);
        AddXtablesRule(ref writer, Acknowledged, sequence, NFPROTO_INET, table, chain, "NFQUEUE", 3, info);
    }

    /// <summary>A rule that finishes the checksums of what comes in by an interface (xt_CHECKSUM). The kernel takes it in tables named <c>mangle</c> only, since 6.12 only of the families of IPv4 and IPv6.</summary>
    /// <remarks>Only a refusal is answered: there may be hundreds in one batch, and as many acknowledgements do not fit into the socket.</remarks>
    public static void AddXtablesChecksumRule(ref NetlinkWriter writer, uint sequence, byte family, string table, string chain, string inInterface) =>
        // struct xt_CHECKSUM_info: XT_CHECKSUM_OP_FILL, padded to eight bytes.
        AddXtablesRule(ref writer, NetlinkFlags.NLM_F_REQUEST, sequence, family, table, chain, ChecksumTarget, 0, [1, 0, 0, 0, 0, 0, 0, 0], inInterface);

    private static void AddXtablesRule(
        ref NetlinkWriter writer, NetlinkFlags request, uint sequence, byte family, string table, string chain, string target, uint revision, scoped ReadOnlySpan<byte> info,
        string? inInterface = null)
    {
        writer.BeginNetfilter(NFNL_SUBSYS_NFTABLES, NFT_MSG_NEWRULE, request | NetlinkFlags.NLM_F_CREATE | NetlinkFlags.NLM_F_APPEND, sequence, family);
        writer.PutText(NFTA_RULE_TABLE, table);
        writer.PutText(NFTA_RULE_CHAIN, chain);
        int expressions = writer.BeginNest(NFTA_RULE_EXPRESSIONS);
        if (inInterface is not null) MatchInterface(ref writer, inInterface);
        (int element, int data) = BeginExpression(ref writer, "target");
        writer.PutText(NFTA_TARGET_NAME, target);
        writer.PutBigEndian(NFTA_TARGET_REV, revision);
        writer.Put(NFTA_TARGET_INFO, info);
        writer.EndNest(data);
        writer.EndNest(element);
        writer.EndNest(expressions);
        writer.EndMessage();
    }

    private static void MatchInterface(ref NetlinkWriter writer, string name)
    {
        (int element, int data) = BeginExpression(ref writer, "meta");
        writer.PutBigEndian(NFTA_META_DREG, NFT_REG_1);
        writer.PutBigEndian(NFTA_META_KEY, NFT_META_IIFNAME);
        writer.EndNest(data);
        writer.EndNest(element);
        (element, data) = BeginExpression(ref writer, "cmp");
        writer.PutBigEndian(NFTA_CMP_SREG, NFT_REG_1);
        writer.PutBigEndian(NFTA_CMP_OP, NFT_CMP_EQ);
        int value = writer.BeginNest(NFTA_CMP_DATA);
        Span<byte> padded = stackalloc byte[IFNAMSIZ];
        padded.Clear();
        Encoding.UTF8.GetBytes(name, padded);
        writer.Put(NFTA_DATA_VALUE, padded);
        writer.EndNest(value);
        writer.EndNest(data);
        writer.EndNest(element);
    }

    private static (int Element, int Data) BeginExpression(ref NetlinkWriter writer, string name)
    {
        int element = writer.BeginNest(NFTA_LIST_ELEM);
        writer.PutText(NFTA_EXPR_NAME, name);
        return (element, writer.BeginNest(NFTA_EXPR_DATA));
    }

    private static void Batch(ref NetlinkWriter writer, ushort type, uint sequence)
    {
        writer.BeginMessage(type, NetlinkFlags.NLM_F_REQUEST, sequence);
        writer.PutBody([0, 0, 0, NFNL_SUBSYS_NFTABLES]);
        writer.EndMessage();
    }
}
