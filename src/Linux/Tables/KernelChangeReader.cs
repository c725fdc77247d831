using System.Buffers.Binary;
using System.Text;
using Exeat.Linux.Netlink;

namespace Exeat.Linux;

/// <summary>Reads notices of nftables and rtnetlink into <see cref="KernelChange"/>.</summary>
internal static class KernelChangeReader
{
    private const byte NFT_MSG_NEWGEN = 15;
    private const ushort NFTA_GEN_PROC_PID = 2, NFTA_GEN_PROC_NAME = 3;

    /// <summary>Every transaction ends with NFT_MSG_NEWGEN; the notices before it say nothing that the watcher needs.</summary>
    public static bool TryReadRuleset(in NetlinkMessage message, out KernelChange change)
    {
        change = default;
        if (message.Subsystem != NftMessages.NFNL_SUBSYS_NFTABLES || message.NetfilterType != NFT_MSG_NEWGEN) return false;
        NftGeneration.TryRead(in message, out uint generation);
        change = new KernelChange { Kinds = KernelChangeKinds.Ruleset, Generation = generation, PortId = message.PortId };
        AttributeReader attributes = message.Attributes(4);
        while (attributes.TryNext(out ushort type, out ReadOnlySpan<byte> value))
        {
            if (type == NFTA_GEN_PROC_PID && value.Length >= 4) change = change with { ProcessId = BinaryPrimitives.ReadUInt32BigEndian(value) };
            if (type == NFTA_GEN_PROC_NAME) change = change with { ProcessName = Encoding.UTF8.GetString(value.TrimEnd((byte)0)) };
        }
        return true;
    }

    public static bool TryReadRoute(in NetlinkMessage message, out KernelChange change)
    {
        change = default;
        switch (message.Type)
        {
            case RuleMessages.RTM_NEWRULE or RuleMessages.RTM_DELRULE:
                change = new KernelChange { Kinds = KernelChangeKinds.RoutingRules, IsRemoval = message.Type == RuleMessages.RTM_DELRULE };
                break;
            case LinkMessages.RTM_NEWLINK or LinkMessages.RTM_DELLINK when LinkMessages.TryReadLink(in message, out Link link):
                change = new KernelChange
                {
                    Kinds = KernelChangeKinds.Links,
                    Interface = link.Index,
                    InterfaceName = link.Name,
                    IsRemoval = message.Type == LinkMessages.RTM_DELLINK,
                };
                break;
            case LinkMessages.RTM_NEWADDR or LinkMessages.RTM_DELADDR when LinkMessages.TryReadAddress(in message, out LinkAddress address):
                change = new KernelChange
                {
                    Kinds = KernelChangeKinds.Addresses,
                    Interface = address.Interface,
                    IsRemoval = message.Type == LinkMessages.RTM_DELADDR,
                };
                break;
            default: return false;
        }
        change = change with { PortId = message.PortId };
        return true;
    }
}
