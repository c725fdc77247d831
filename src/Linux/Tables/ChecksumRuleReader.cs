using System.Buffers.Binary;
using System.Text;
using Exeat.Linux.Netlink;
using static Exeat.Linux.NftMessages;

namespace Exeat.Linux;

/// <summary>Reads what the kernel has of the rules that finish checksums.</summary>
internal static class ChecksumRuleReader
{
    /// <summary>Whether this is a table whose hooks work.</summary>
    public static bool IsAwakeTable(in NetlinkMessage message) => message.Subsystem == NFNL_SUBSYS_NFTABLES && message.NetfilterType == NFT_MSG_NEWTABLE
        && !(Has(message.Attributes(4), NFTA_TABLE_FLAGS, out ReadOnlySpan<byte> flags) && flags.Length == 4 && (BinaryPrimitives.ReadUInt32BigEndian(flags) & NFT_TABLE_F_DORMANT) != 0);

    /// <summary>Whether this is a chain that packets come through by a hook.</summary>
    public static bool IsHookedChain(in NetlinkMessage message) =>
        message.Subsystem == NFNL_SUBSYS_NFTABLES && message.NetfilterType == NFT_MSG_NEWCHAIN && Has(message.Attributes(4), NFTA_CHAIN_HOOK, out _);

    /// <summary>True: this is a rule; <paramref name="inInterface"/> is null where it is none of ours.</summary>
    public static bool TryRead(in NetlinkMessage message, out string? inInterface)
    {
        inInterface = null;
        if (message.Subsystem != NFNL_SUBSYS_NFTABLES || message.NetfilterType != NFT_MSG_NEWRULE) return false;
        if (!Has(message.Attributes(4), NFTA_RULE_EXPRESSIONS, out ReadOnlySpan<byte> expressions)) return true;
        string? name = null;
        AttributeReader elements = new(expressions);
        if (TryNext(ref elements, "meta"u8, out _) && TryNext(ref elements, "cmp"u8, out ReadOnlySpan<byte> compared)
            && Has(new(compared), NFTA_CMP_DATA, out ReadOnlySpan<byte> data) && Has(new(data), NFTA_DATA_VALUE, out ReadOnlySpan<byte> value))
            name = Encoding.UTF8.GetString(value.TrimEnd((byte)0));
        if (TryNext(ref elements, "target"u8, out ReadOnlySpan<byte> target) && Has(new(target), NFTA_TARGET_NAME, out ReadOnlySpan<byte> targetName)
            && Encoding.ASCII.GetString(targetName.TrimEnd((byte)0)) == ChecksumTarget && !elements.TryNext(out _, out _))
            inInterface = name;
        return true;
    }

    private static bool TryNext(ref AttributeReader elements, ReadOnlySpan<byte> expression, out ReadOnlySpan<byte> data)
    {
        data = default;
        return elements.TryNext(out _, out ReadOnlySpan<byte> element) && Has(new(element), NFTA_EXPR_NAME, out ReadOnlySpan<byte> name)
            && name.TrimEnd((byte)0).SequenceEqual(expression) && Has(new(element), NFTA_EXPR_DATA, out data);
    }

    private static bool Has(AttributeReader attributes, ushort wanted, out ReadOnlySpan<byte> value)
    {
        while (attributes.TryNext(out ushort type, out value))
            if (type == wanted) return true;
        return false;
    }
}
