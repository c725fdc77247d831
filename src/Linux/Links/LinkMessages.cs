using System.Buffers.Binary;
using System.Text;
using Exeat.Linux.Native;
using Exeat.Linux.Netlink;

namespace Exeat.Linux;

/// <summary>Links and addresses on rtnetlink (linux/if_link.h, linux/if_addr.h).</summary>
internal static class LinkMessages
{
    public const ushort RTM_NEWLINK = 16, RTM_DELLINK = 17, RTM_GETLINK = 18, RTM_NEWADDR = 20, RTM_DELADDR = 21, RTM_GETADDR = 22, RTM_NEWQDISC = 36, RTM_GETQDISC = 38;
    private const int LinkHeaderBytes = 16, AddressHeaderBytes = 8, DisciplineHeaderBytes = 20;
    private const ushort IFLA_ADDRESS = 1, IFLA_IFNAME = 3, IFLA_MTU = 4, IFLA_LINK = 5, IFLA_MASTER = 10, IFLA_LINKINFO = 18, IFLA_XDP = 43, IFLA_INFO_KIND = 1, IFLA_XDP_ATTACHED = 2, IFA_ADDRESS = 1, IFA_LOCAL = 2, TCA_KIND = 1;
    private const uint IFF_UP = 1;

    public static void List(ref NetlinkWriter writer, uint sequence, bool addresses)
    {
        writer.BeginMessage(addresses ? RTM_GETADDR : RTM_GETLINK, NetlinkFlags.NLM_F_REQUEST | NetlinkFlags.NLM_F_DUMP, sequence);
        Span<byte> header = stackalloc byte[addresses ? AddressHeaderBytes : LinkHeaderBytes];
        header.Clear();
        writer.PutBody(header);
        writer.EndMessage();
    }

    public static bool TryReadLink(in NetlinkMessage message, out Link link)
    {
        link = new Link();
        if (message.Type is not (RTM_NEWLINK or RTM_DELLINK) || message.Body.Length < LinkHeaderBytes) return false;
        link = new Link
        {
            Index = BinaryPrimitives.ReadInt32LittleEndian(message.Body[4..]),
            IsUp = (BinaryPrimitives.ReadUInt32LittleEndian(message.Body[8..]) & IFF_UP) != 0,
        };
        AttributeReader attributes = message.Attributes(LinkHeaderBytes);
        while (attributes.TryNext(out ushort type, out ReadOnlySpan<byte> value))
        {
            link = type switch
            {
                IFLA_IFNAME => link with { Name = Encoding.UTF8.GetString(value.TrimEnd((byte)0)) },
                IFLA_ADDRESS => link with { HardwareAddress = [.. value] },
                IFLA_MTU when value.Length >= 4 => link with { Mtu = BinaryPrimitives.ReadInt32LittleEndian(value) },
                IFLA_LINK when value.Length >= 4 => link with { Lower = BinaryPrimitives.ReadInt32LittleEndian(value) },
                IFLA_MASTER when value.Length >= 4 => link with { Master = BinaryPrimitives.ReadInt32LittleEndian(value) },
                IFLA_LINKINFO => link with { Kind = Encoding.UTF8.GetString(Nested(value, IFLA_INFO_KIND).TrimEnd((byte)0)) },
                IFLA_XDP => link with { HasXdp = Nested(value, IFLA_XDP_ATTACHED) is [not 0, ..] },
                _ => link,
            };
        }
        return true;
    }

    /// <summary>Lists queueing disciplines (struct tcmsg).</summary>
    public static void ListDisciplines(ref NetlinkWriter writer, uint sequence)
    {
        writer.BeginMessage(RTM_GETQDISC, NetlinkFlags.NLM_F_REQUEST | NetlinkFlags.NLM_F_DUMP, sequence);
        Span<byte> header = stackalloc byte[DisciplineHeaderBytes];
        header.Clear();
        writer.PutBody(header);
        writer.EndMessage();
    }

    /// <summary>The interface and kind of a queueing discipline.</summary>
    public static bool TryReadDiscipline(in NetlinkMessage message, out int index, out string kind)
    {
        (index, kind) = (0, "");
        if (message.Type != RTM_NEWQDISC || message.Body.Length < DisciplineHeaderBytes) return false;
        index = BinaryPrimitives.ReadInt32LittleEndian(message.Body[4..]);
        AttributeReader attributes = message.Attributes(DisciplineHeaderBytes);
        while (attributes.TryNext(out ushort type, out ReadOnlySpan<byte> value))
            if (type == TCA_KIND) kind = Encoding.UTF8.GetString(value.TrimEnd((byte)0));
        return true;
    }

    private static ReadOnlySpan<byte> Nested(ReadOnlySpan<byte> attributes, ushort wanted)
    {
        AttributeReader reader = new(attributes);
        while (reader.TryNext(out ushort type, out ReadOnlySpan<byte> value))
            if (type == wanted) return value;
        return default;
    }

    public static bool TryReadAddress(in NetlinkMessage message, out LinkAddress address)
    {
        address = default;
        if (message.Type is not (RTM_NEWADDR or RTM_DELADDR) || message.Body.Length < AddressHeaderBytes) return false;
        UInt128 own = 0, peer = 0;
        AttributeReader attributes = message.Attributes(AddressHeaderBytes);
        while (attributes.TryNext(out ushort type, out ReadOnlySpan<byte> value))
        {
            // On a point-to-point link IFA_ADDRESS is the peer's; IFA_LOCAL, where present, is always ours.
            if (type == IFA_LOCAL) own = Bits(value);
            if (type == IFA_ADDRESS) peer = Bits(value);
        }
        int index = BinaryPrimitives.ReadInt32LittleEndian(message.Body[4..]);
        address = new LinkAddress(index, message.Body[0] == Libc.AF_INET6, own == 0 ? peer : own, message.Body[1]);
        return true;
    }

    private static UInt128 Bits(ReadOnlySpan<byte> value) => value.Length switch
    {
        4 => BinaryPrimitives.ReadUInt32BigEndian(value),
        16 => BinaryPrimitives.ReadUInt128BigEndian(value),
        _ => 0,
    };
}
