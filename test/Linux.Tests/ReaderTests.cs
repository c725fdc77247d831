using CsCheck;
using Exeat.Linux.Netlink;

namespace Exeat.Linux.Tests;

/// <summary>What the kernel sends is read without trust: lengths that cannot be end the reading.</summary>
public sealed class ReaderTests
{
    // A queued UDP packet as the kernel sends it: header, mark 0x10000, interfaces 2 and 3, hardware address, information, truncated payload.
    private const string Packet = """
        70000000 0003 0000 00000000 00000000
        02000007
        0b00 0100 00000009 0800 02 00
        0800 0300 00010000
        0800 0500 00000002
        0800 0600 00000003
        1000 0900 0006 0000 020000000001 0000
        0800 0e00 00000001
        0800 0d00 000005dc
        1800 0a00 45000014 00000000 40110000 c0000202 c6336402
        """;

    [Fact]
    public void A_queued_packet_is_read_field_by_field()
    {
        byte[] bytes = Bytes(Packet);
        NetlinkReader reader = new(bytes);
        Assert.True(reader.TryNext(out NetlinkMessage message));
        Assert.True(PacketSlot.TryRead(bytes, in message, 0, out PacketSlot slot));
        QueuedPacket packet = new(in slot, bytes);
        Assert.Equal((9u, (byte)2, 0x10000u), (packet.Id, packet.Hook, packet.Mark));
        Assert.Equal((2, 3, 0x0800), (packet.InInterface, packet.OutInterface, packet.EtherType));
        Assert.Equal("020000000001", Convert.ToHexString(packet.HardwareAddress));
        Assert.Equal(20, packet.Bytes.Length);
        Assert.Equal(0x45, packet.Bytes[0]);
        Assert.True(packet.IsTruncated);
        Assert.True(packet.ChecksumNotReady);
        Assert.False(packet.IsMerged);
        Assert.False(packet.HasConntrack);
    }

    [Fact]
    public void Lengths_that_cannot_be_end_the_reading()
    {
        Assert.False(new NetlinkReader(Bytes("0f000000 0003 0000 00000000 00000000")).TryNext(out _));
        Assert.False(new NetlinkReader(Bytes("11000000 0003 0000 00000000 00000000")).TryNext(out _));
        Assert.False(new NetlinkReader(Bytes("ffffffff 0003 0000 00000000 00000000")).TryNext(out _));
        Assert.False(new AttributeReader(Bytes("0300 0100")).TryNext(out _, out _));
        Assert.False(new AttributeReader(Bytes("0900 0100 00000000")).TryNext(out _, out _));
    }

    [Fact]
    public void No_bytes_make_a_reader_throw()
    {
        byte[] packet = Bytes(Packet);
        Gen<byte[]> mutated = Gen.Select(Gen.Int[0, packet.Length - 1], Gen.Byte, Gen.Int[0, packet.Length], (at, value, length) =>
        {
            byte[] copy = [.. packet];
            copy[at] = value;
            return copy[..length];
        });
        Gen.OneOf(Gen.Byte.Array[0, 200], mutated).Sample(ReadAll);
    }

    private static void ReadAll(byte[] bytes)
    {
        NetlinkReader reader = new(bytes);
        while (reader.TryNext(out NetlinkMessage message))
        {
            if (PacketSlot.TryRead(bytes, in message, 0, out PacketSlot slot))
            {
                QueuedPacket packet = new(in slot, bytes);
                _ = packet.Bytes.Length + packet.HardwareAddress.Length;
            }
            ConntrackReader.TryRead(in message, isDump: false, out _);
            KernelChangeReader.TryReadRuleset(in message, out _);
            KernelChangeReader.TryReadRoute(in message, out _);
            RuleMessages.TryRead(in message, out _);
            _ = message.Error;
        }
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(string.Concat(hex.Where(char.IsAsciiHexDigit)));
}
