using CsCheck;
using Exeat.Testing;

namespace Exeat.Wire.Tests.Quic;

public sealed class QuicInitialTests
{
    private static readonly byte[] Id = [1, 2, 3, 4, 5, 6, 7, 8];

    [Fact]
    public void Packets_in_one_datagram_are_walked_up_to_the_short_header()
    {
        byte[] handshake = [0xe0, 0, 0, 0, 1, 2, 9, 9, 0, 0x40, 20, .. new byte[20]];
        byte[] bytes = [.. Initial(Id, [1]), .. handshake, 0x41, 1, 2, 3];
        var datagram = new QuicDatagram(bytes);
        List<(QuicPacketKind, int)> seen = [];
        while (!datagram.IsEmpty)
        {
            Assert.True(datagram.TryRead(out QuicPacket packet));
            seen.Add((packet.Kind, packet.Bytes.Length));
        }
        Assert.Equal([(QuicPacketKind.Initial, bytes.Length - handshake.Length - 4), (QuicPacketKind.Handshake, handshake.Length), (QuicPacketKind.Short, 4)], seen);
    }

    [Theory]
    [InlineData(0u, QuicPacketKind.VersionNegotiation)]
    [InlineData(0x1a2a3a4au, QuicPacketKind.UnknownVersion)]
    [InlineData(0x709a50c4u, QuicPacketKind.UnknownVersion)]
    public void Of_other_versions_only_the_connection_ids_are_read(uint version, QuicPacketKind kind)
    {
        byte[] bytes = [0x80, (byte)(version >> 24), (byte)(version >> 16), (byte)(version >> 8), (byte)version, 30, .. new byte[30], 1, 7, 0, 0];
        var datagram = new QuicDatagram(bytes);
        Assert.True(datagram.TryRead(out QuicPacket packet) && datagram.IsEmpty);
        Assert.Equal((kind, 30, 7), (packet.Kind, packet.Destination.Length, packet.Source[0]));
    }

    [Theory]
    [InlineData(0xc0, QuicPacketKind.Initial, 0xd0)]
    [InlineData(0xd0, QuicPacketKind.ZeroRtt, 0xe0)]
    [InlineData(0xe0, QuicPacketKind.Handshake, 0xf0)]
    [InlineData(0xf0, QuicPacketKind.Retry, 0xc0)]
    public void Version_2_has_other_type_bits(byte first1, QuicPacketKind kind, byte first2)
    {
        byte[] rest = [0, 0, 0, 17, .. new byte[17]];
        var one = new QuicDatagram([first1, 0, 0, 0, 1, .. rest]);
        var two = new QuicDatagram([first2, 0x6b, 0x33, 0x43, 0xcf, .. rest]);
        Assert.True(one.TryRead(out QuicPacket packet1) && two.TryRead(out QuicPacket packet2) && packet1.Kind == kind && packet2.Kind == kind);
    }

    [Fact]
    public void No_truncation_of_a_datagram_opens()
    {
        byte[] bytes = Initial(Id, QuicInitialWriter.Crypto(0, HelloBuilder.For("a.example").Message()));
        using var opener = new QuicInitialOpener();
        Assert.True(Opens(opener, bytes));
        for (int length = 0; length < bytes.Length; length++) Assert.False(Opens(opener, bytes.AsSpan(0, length)));
    }

    [Fact]
    public void No_changed_bit_opens()
    {
        byte[] bytes = Initial(Id, [1, 1, 1, 1]);
        using var opener = new QuicInitialOpener();
        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            byte[] changed = [.. bytes];
            changed[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.False(Opens(opener, changed), $"bit {bit}");
        }
    }

    [Fact]
    public void Packet_numbers_are_counted_on_from_the_largest_seen()
    {
        // The writer's four bytes; a client may write the last byte only, which is tested by the sample packets of real clients.
        byte[] bytes = QuicInitialWriter.Write(new QuicInitialDraft { Destination = Id, Number = 0xfffffffe, Frames = [1] });
        using var opener = new QuicInitialOpener();
        var datagram = new QuicDatagram(bytes);
        Assert.True(datagram.TryRead(out QuicPacket packet));
        Assert.True(opener.TryOpen(packet, Id, false, 0xfffffff0, out ulong number, out _));
        Assert.Equal(0xfffffffeUL, number);
    }

    [Fact]
    public void No_bytes_make_a_reader_throw() => Gen.Select(Gen.Byte.Array[0, 120], Gen.Int[0, 3], Gen.Bool).Sample((bytes, type, v2) =>
    {
        using var opener = new QuicInitialOpener();
        byte[] framed = [(byte)(0xc0 | type << 4), .. v2 ? (byte[])[0x6b, 0x33, 0x43, 0xcf] : [0, 0, 0, 1], .. bytes];
        Walk(opener, bytes);
        Walk(opener, framed);
        var frames = new QuicFrames(bytes);
        while (frames.NextCrypto(out _, out ReadOnlySpan<byte> data) == ReadStatus.Found) Assert.True(data.Length <= bytes.Length);
        QuicClientHello.Read(bytes, new byte[253], out _);
    }, iter: 5_000);

    [Fact]
    public void Every_beginning_of_frames_is_cut_or_ends_between_two()
    {
        byte[] ack = [2, 5, 0, 1, 0, 0, 0], ecn = [3, 5, 0, 0, 0, 1, 2, 3], close = [0x1c, 1, 0, 3, 1, 2, 3], crypto = QuicInitialWriter.Crypto(300, new byte[70]);
        byte[] all = [.. ack, 1, .. ecn, 0, 0, .. close, .. crypto];
        HashSet<int> between = [0, 7, 8, 16, 17, 18, 25, 25 + crypto.Length];
        for (int length = 0; length <= all.Length; length++)
        {
            var frames = new QuicFrames(all.AsSpan(0, length));
            ReadStatus status = frames.NextCrypto(out ulong offset, out _);
            Assert.Equal(length == all.Length ? ReadStatus.Found : between.Contains(length) ? ReadStatus.NeedMore : ReadStatus.Malformed, status);
            if (status == ReadStatus.Found) Assert.Equal((300UL, true), (offset, frames.Closes));
        }
    }

    [Theory]
    [InlineData(new byte[] { 0x08, 0, 1, 2 })] // STREAM
    [InlineData(new byte[] { 0x1d, 1, 0 })] // CONNECTION_CLOSE of the application
    [InlineData(new byte[] { 0x30, 5 })] // DATAGRAM
    [InlineData(new byte[] { 2, 5, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0 })]
    [InlineData(new byte[] { 6, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff })]
    public void Frames_that_no_Initial_may_carry_are_malformed(byte[] bytes) => Assert.Equal(ReadStatus.Malformed, new QuicFrames(bytes).NextCrypto(out _, out _));

    [Fact]
    public void Opening_keeps_to_its_budget_and_reading_allocates_nothing()
    {
        byte[] bytes = Initial(Id, QuicInitialWriter.Crypto(0, HelloBuilder.For("a.example").Message()));
        byte[] foreign = Initial([9, 9, 9, 9, 9, 9, 9, 9], [1]);
        using var opener = new QuicInitialOpener();
        long opened = Allocations.Of(() => Opens(opener, bytes)), refused = Allocations.Of(() => Walk(opener, foreign));
        // A thousand of each. The budget of one is 512 bytes: the native handles of the keys take about 340.
        Assert.InRange(opened, 0, 512_000);
        Assert.InRange(refused, 0, 512_000);
        byte[] name = new byte[253];
        byte[] hello = HelloBuilder.For("a.example").Message();
        Assert.Equal(0, Allocations.Of(() =>
        {
            var datagram = new QuicDatagram(bytes);
            while (!datagram.IsEmpty && datagram.TryRead(out _)) { }
            QuicClientHello.Read(hello, name, out _);
        }));
    }

    private static byte[] Initial(byte[] id, byte[] frames) => QuicInitialWriter.Write(new QuicInitialDraft { Destination = id, Source = [7], Frames = frames, PadTo = 1200 });

    private static bool Opens(QuicInitialOpener opener, ReadOnlySpan<byte> bytes)
    {
        var datagram = new QuicDatagram(bytes);
        return datagram.TryRead(out QuicPacket packet) && opener.TryOpen(packet, Id, false, 0, out _, out _);
    }

    private static void Walk(QuicInitialOpener opener, byte[] bytes)
    {
        var datagram = new QuicDatagram(bytes);
        int left = bytes.Length + 1;
        while (!datagram.IsEmpty && datagram.TryRead(out QuicPacket packet))
        {
            Assert.True(packet.Bytes.Length > 0 && (left -= packet.Bytes.Length) > 0);
            opener.TryOpen(packet, Id, false, 0, out _, out _);
            QuicRetry.IsAuthentic(packet, Id);
        }
    }
}
