using Exeat.Linux.Netlink;

namespace Exeat.Linux.Tests;

/// <summary>Links as the kernel describes them (linux/if_link.h).</summary>
public sealed class LinkMessageTests
{
    // ip -d link show: a veth that is up, a port of bridge 7, its peer is number 3, with an XDP program.
    private const string WithProgram = """
        58000000 1000 0000 00000000 00000000
        00 00 0100 05000000 01000000 00000000
        0900 0300 61672d3100 000000
        0800 0a00 07000000
        0800 0500 03000000
        1000 1280 0900 0100 7665746800 000000
        0c00 2b80 0500 0200 01 000000
        """;

    [Fact]
    public void Kind_master_lower_link_and_program_are_read()
    {
        Link link = Read(WithProgram);
        Assert.Equal((5, "ag-1", "veth", 7, 3), (link.Index, link.Name, link.Kind, link.Master, link.Lower));
        Assert.True(link.IsUp);
        Assert.True(link.HasXdp);
        // Not attached: the attribute is there with 0.
        Assert.False(Read(WithProgram.Replace("0500 0200 01", "0500 0200 00", StringComparison.Ordinal)).HasXdp);
    }

    [Fact]
    public void Every_prefix_is_a_link_or_none_and_never_an_exception()
    {
        byte[] whole = Bytes(WithProgram);
        for (int length = 0; length < whole.Length; length++)
        {
            byte[] cut = whole[..length];
            if (length >= 4) BitConverter.TryWriteBytes(cut, length);
            NetlinkReader reader = new(cut);
            if (reader.TryNext(out NetlinkMessage message)) LinkMessages.TryReadLink(in message, out _);
        }
    }

    private static Link Read(string text)
    {
        NetlinkReader reader = new(Bytes(text));
        Assert.True(reader.TryNext(out NetlinkMessage message));
        Assert.True(LinkMessages.TryReadLink(in message, out Link link));
        return link;
    }

    private static byte[] Bytes(string text) => Convert.FromHexString(string.Concat(text.Where(c => !char.IsWhiteSpace(c))));
}
