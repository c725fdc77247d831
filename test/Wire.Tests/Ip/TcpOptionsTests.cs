using CsCheck;
using Exeat.Testing;

namespace Exeat.Wire.Tests.Ip;

public sealed class TcpOptionsTests
{
    // A SYN of Linux: MSS, SACK permitted, timestamps, NOP, window scale.
    private static readonly byte[] OfLinux = [2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 1, 2, 0, 0, 3, 4, 1, 3, 3, 7];

    [Theory, MemberData(nameof(Families.Both), MemberType = typeof(Families))]
    public void The_options_of_a_packet_are_read(string agent, string server)
    {
        byte[] packet = PacketBuilder.Tcp(agent, 1, server, 443, TcpFlags.Syn, payload: [9], options: OfLinux);
        Assert.True(PacketView.TryRead(packet, out PacketView view));
        Assert.Equal(ushort.MaxValue, view.Window);
        TcpOptionsView options = TcpOptionsView.Read(view.TcpOptions);
        Assert.Equal((1460, true, 7, true, 0x102u, 0x304u),
            (options.SegmentBytes, options.HasWindowShift, options.WindowShift, options.HasTimestamp, options.Timestamp, options.TimestampEcho));
    }

    [Fact]
    public void Options_after_the_end_or_of_a_wrong_length_are_not_there()
    {
        Assert.Equal(default, TcpOptionsView.Read([0, 2, 4, 5, 0xb4]));
        Assert.Equal(default, TcpOptionsView.Read([2, 3, 5]));
        Assert.Equal(default, TcpOptionsView.Read([2, 4, 5]));
        Assert.Equal(default, TcpOptionsView.Read([3, 0, 1, 1]));
        Assert.Equal(14, TcpOptionsView.Read([3, 3, 200]).WindowShift);
    }

    [Fact]
    public void No_bytes_make_the_reader_throw() => Gen.Byte.Array[0, 44].Sample(bytes =>
    {
        TcpOptionsView.Read(bytes);
    });

    [Theory, MemberData(nameof(Families.Both), MemberType = typeof(Families))]
    public void A_segment_of_ours_is_read_as_it_was_meant(string agent, string server)
    {
        byte[] room = new byte[128];
        int length = new TcpSegment
        {
            Source = PacketBuilder.At(agent),
            Destination = PacketBuilder.At(server),
            SourcePort = 5,
            DestinationPort = 443,
            Sequence = 7,
            Acknowledgement = 8,
            Window = 9,
            HasTimestamp = true,
            Timestamp = 10,
            TimestampEcho = 11,
            Payload = [1, 2, 3],
        }.Write(room);
        Assert.True(PacketView.TryRead(room.AsSpan(0, length), out PacketView view));
        Assert.Equal((7u, 8u, (ushort)9, 3), (view.Sequence, view.Acknowledgement, view.Window, view.PayloadLength));
        TcpOptionsView options = TcpOptionsView.Read(view.TcpOptions);
        Assert.Equal((true, 10u, 11u), (options.HasTimestamp, options.Timestamp, options.TimestampEcho));
    }
}
