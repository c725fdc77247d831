using System.Buffers.Binary;
using System.Text;
using Exeat.Linux.Native;
using Exeat.Linux.Netlink;

namespace Exeat.Linux;

/// <summary>Links and addresses on rtnetlink (linux/if_link.h, linux/if_addr.h).</summary>
internal static class LinkMessages
{
    public const ushort RTM_NEWLINK = 16, RTM_DELLINK = 17, RTM_GETLINK = 18, RTM_NEWADDR = 20, RTM_DELADDR = 21, RTM_GETADDR = 22;
    private const int LinkHeaderBytes = 16, AddressHeaderBytes = 8;
    private const ushort IFLA_ADDRESS = 1, IFLA_IFNAME = 3, IFLA_MTU = 4, IFA_ADDRESS = 1, IFA_LOCAL = 2;
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
                _ => link,
            };
        }
        return true;
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
