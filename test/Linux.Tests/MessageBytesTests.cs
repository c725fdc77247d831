using Exeat.Linux.Netlink;

namespace Exeat.Linux.Tests;

/// <summary>
/// Our messages byte by byte, without privileges. Where a command stands above the bytes, they are what that command sends
/// (iproute2 6.1, conntrack-tools 1.4.7, nftables 1.0.6, seen with strace), sequence numbers apart.
/// </summary>
public sealed class MessageBytesTests
{
    private static readonly TupleKey Key = new()
    {
        Source = 0xC0000202,
        Destination = 0xC6336402,
        Protocol = 6,
        SourcePort = 1025,
        DestinationPort = 443,
    };

    // ip rule add pref 100 iif m0 fwmark 0x0/0x10000 blackhole
    [Fact]
    public void A_blackhole_rule() => Same(
        """
        3c000000 2000 0506 01000000 00000000
        02000000 00000006 00000000
        0800 0600 64000000
        0700 0300 6d300000
        0800 0a00 00000000
        0800 1000 00000100
        """,
        (ref NetlinkWriter writer) => RuleMessages.Write(ref writer, 1, add: true, Blackhole));

    // ip rule delete pref 100 iif m0 fwmark 0x0/0x10000 blackhole
    [Fact]
    public void The_removal_of_a_blackhole_rule() => Same(
        """
        3c000000 2100 0500 01000000 00000000
        02000000 00000006 00000000
        0800 0600 64000000
        0700 0300 6d300000
        0800 0a00 00000000
        0800 1000 00000100
        """,
        (ref NetlinkWriter writer) => RuleMessages.Write(ref writer, 1, add: false, Blackhole));

    // ip -6 rule list
    [Fact]
    public void A_list_of_rules() => Same(
        """
        1c000000 2200 0103 01000000 00000000
        0a000000 00000000 00000000
        """,
        (ref NetlinkWriter writer) => RuleMessages.List(ref writer, 1, isV6: true));

    // conntrack -L --mark 0x30000/0xffff0000
    [Fact]
    public void A_dump_of_conntrack_by_mark() => Same(
        """
        24000000 0101 0103 01000000 00000000
        00000000
        0800 0800 00030000
        0800 1500 ffff0000
        """,
        (ref NetlinkWriter writer) => ConntrackMessages.Dump(ref writer, 1, 0xFFFF0000, 0x30000));

    // conntrack -U -p tcp --orig-src 192.0.2.2 --orig-dst 198.51.100.2 --sport 1025 --dport 443 --mark 0x40000
    // (which also sends the state it read before, and reads and merges the mark itself instead of sending the mask)
    [Fact]
    public void A_change_of_a_mark() => Same(
        """
        58000000 0001 0500 01000000 00000000
        02000000
        3400 0180
          1400 0180 0800 0100 c0000202 0800 0200 c6336402
          1c00 0280 0500 0100 06000000 0600 0200 04010000 0600 0300 01bb0000
        0800 0800 00040000
        0800 1500 ffff0000
        """,
        (ref NetlinkWriter writer) => ConntrackMessages.SetMark(ref writer, 1, in Key, 0x40001, 0xFFFF0000));

    // conntrack -D, of the very entry 0x01020304 in zone 7
    [Fact]
    public void The_deletion_of_an_entry() => Same(
        """
        58000000 0201 0500 01000000 00000000
        02000000
        3400 0180
          1400 0180 0800 0100 c0000202 0800 0200 c6336402
          1c00 0280 0500 0100 06000000 0600 0200 04010000 0600 0300 01bb0000
        0600 1200 00070000
        0800 0c00 01020304
        """,
        (ref NetlinkWriter writer) => ConntrackMessages.Delete(ref writer, 1, Key with { Zone = 7 }, 0x01020304));

    [Fact]
    public void An_ICMPv6_tuple() => Same(
        """
        68000000 0201 0500 01000000 00000000
        0a000000
        5400 0180
          2c00 0180 1400 0300 20010db8 00000000 00000000 00000001 1400 0400 20010db8 00000000 00000000 00000002
          2400 0280 0500 0100 3a000000 0600 0700 004d0000 0500 0800 80000000 0500 0900 00000000
        """,
        (ref NetlinkWriter writer) => ConntrackMessages.Delete(ref writer, 1, new TupleKey
        {
            Source = UInt128.Parse("42540766411282592856903984951653826561"),
            Destination = UInt128.Parse("42540766411282592856903984951653826562"),
            IsV6 = true,
            Protocol = 58,
            SourcePort = 77,
            DestinationPort = 128 << 8,
        }, 0));

    // nft flush chain inet exeat verdict, here with an acknowledgement and numbered
    [Fact]
    public void The_flush_of_a_chain_as_a_transaction() => Same(
        """
        14000000 1000 0100 01000000 00000000 0000000a
        2c000000 080a 0500 02000000 00000000 01000000
          0a00 0100 65786561 74000000
          0c00 0200 76657264 69637400
        14000000 1100 0100 03000000 00000000 0000000a
        """,
        (ref NetlinkWriter writer) =>
        {
            NftMessages.BeginBatch(ref writer, 1);
            NftMessages.FlushChain(ref writer, 2, NftMessages.NFPROTO_INET, "exeat", "verdict");
            NftMessages.EndBatch(ref writer, 3);
        });

    // iptables-nft … -j NFQUEUE --queue-num 7, but in a table of family inet, which no command can write
    [Fact]
    public void A_queue_rule_by_the_xtables_target() => Same(
        """
        60000000 060a 050c 01000000 00000000 01000000
          0a00 0100 65786561 74000000
          0600 0200 71000000
          3800 0480
            3400 0180
              0b00 0100 74617267 65740000
              2400 0280
                0c00 0100 4e465155 45554500
                0800 0200 00000003
                0c00 0300 0700 0100 0000 0000
        """,
        (ref NetlinkWriter writer) => NftMessages.AddXtablesQueueRule(ref writer, 1, "exeat", "q", 7));

    [Fact]
    public void The_binding_of_a_packet_queue() => Same(
        """
        30000000 0203 0500 01000000 00000000 00000007
          0800 0100 01000000
          0900 0200 0000ffff 02000000
          0800 0300 00001000
        """,
        (ref NetlinkWriter writer) => QueueMessages.Bind(ref writer, 1, 7, new PacketQueueOptions()));

    [Fact]
    public void A_verdict_with_a_mark_and_a_replacement() => Same(
        """
        30000000 0103 0100 00000000 00000000 00000007
          0c00 0200 00000001 0000002a
          0800 0300 00010000
          0700 0a00 aabbcc00
        """,
        (ref NetlinkWriter writer) => QueueMessages.Verdict(ref writer, 7, 42, PacketVerdict.Accept, 0x10000, [0xAA, 0xBB, 0xCC]));

    private static RoutingRule Blackhole => new() { Preference = 100, InInterface = "m0", MarkMask = 0x10000, Action = RuleMessages.FR_ACT_BLACKHOLE };

    private delegate void Write(ref NetlinkWriter writer);

    private static void Same(string expected, Write write)
    {
        NetlinkWriter writer = new(new byte[512]);
        write(ref writer);
        string hex = string.Concat(expected.Where(char.IsAsciiHexDigit));
        Assert.Equal(hex, Convert.ToHexStringLower(writer.Written));
    }
}
