using Exeat.Testing;

namespace Exeat.Wire.Tests.Ip;

public sealed class PacketViewTests
{
    [Theory]
    [MemberData(nameof(Families.Both), MemberType = typeof(Families))]
    public void A_tcp_packet_is_read_field_by_field(string agent, string server)
    {
        byte[] options = [2, 4, 5, 0xb4, 1, 1, 1, 0];
        byte[] bytes = PacketBuilder.Tcp(agent, 40000, server, 443, TcpFlags.Psh | TcpFlags.Ack, 0xfffffff0, 7, "hello"u8.ToArray(), options);
        Assert.True(PacketView.TryRead(bytes, out PacketView packet));
        Assert.Equal(PacketBuilder.At(agent), packet.Source);
        Assert.Equal(PacketBuilder.At(server), packet.Destination);
        Assert.Equal(IpProtocol.Tcp, packet.Protocol);
        Assert.True(packet.IsTcp);
        Assert.False(packet.HasOptions || packet.IsFragment || packet.IsTruncated);
        Assert.Equal((40000, 443), (packet.SourcePort, packet.DestinationPort));
        Assert.Equal((0xfffffff0, 7u), (packet.Sequence, packet.Acknowledgement));
        Assert.Equal(TcpFlags.Psh | TcpFlags.Ack, packet.Flags);
        Assert.True(packet.Payload.SequenceEqual("hello"u8));
        Assert.Equal(5, packet.PayloadLength);
    }

    [Theory]
    [MemberData(nameof(Families.Both), MemberType = typeof(Families))]
    public void A_udp_packet_is_read_with_ports_and_payload(string agent, string server)
    {
        Assert.True(PacketView.TryRead(PacketBuilder.Udp(agent, 5353, server, 53, [1, 2, 3]), out PacketView packet));
        Assert.Equal(IpProtocol.Udp, packet.Protocol);
        Assert.Equal((5353, 53), (packet.SourcePort, packet.DestinationPort));
        Assert.True(packet.Payload.SequenceEqual<byte>([1, 2, 3]));
    }

    [Theory]
    [MemberData(nameof(Families.Both), MemberType = typeof(Families))]
    public void An_icmp_packet_is_read_with_type_code_and_what_follows_eight_bytes(string agent, string server)
    {
        Assert.True(PacketView.TryRead(PacketBuilder.Icmp(agent, server, 3, 4, [9, 9]), out PacketView packet));
        Assert.Equal((3, 4), (packet.IcmpType, packet.IcmpCode));
        Assert.Equal(2, packet.PayloadLength);
        Assert.Equal((0, 0), (packet.SourcePort, packet.DestinationPort));
    }

    [Fact]
    public void Icmp_of_the_other_family_is_just_another_protocol()
    {
        byte[] bytes = PacketBuilder.Raw(Families.AgentV4, Families.ServerV4, IpProtocol.IcmpV6, [128, 1]);
        Assert.True(PacketView.TryRead(bytes, out PacketView packet));
        Assert.Equal((IpProtocol.IcmpV6, 0, 2), (packet.Protocol, packet.IcmpType, packet.PayloadLength));
    }

    [Theory]
    [MemberData(nameof(Families.Both), MemberType = typeof(Families))]
    public void Bytes_behind_the_packet_are_not_payload(string agent, string server)
    {
        // Ethernet pads short frames to 60 bytes.
        byte[] bytes = [.. PacketBuilder.Tcp(agent, 1, server, 2, TcpFlags.Ack), .. "secret"u8];
        Assert.True(PacketView.TryRead(bytes, out PacketView packet));
        Assert.Equal(0, packet.PayloadLength);
        Assert.True(packet.Payload.IsEmpty);
    }

    [Theory]
    [MemberData(nameof(Families.Both), MemberType = typeof(Families))]
    public void A_capture_that_ends_early_keeps_the_true_length(string agent, string server)
    {
        byte[] bytes = PacketBuilder.Tcp(agent, 1, server, 2, TcpFlags.Ack, payload: new byte[1000]);
        Assert.True(PacketView.TryRead(bytes.AsSpan(0, bytes.Length - 900), out PacketView packet));
        Assert.True(packet.IsTruncated);
        Assert.Equal((100, 1000), (packet.Payload.Length, packet.PayloadLength));
    }

    [Theory]
    [MemberData(nameof(Families.Both), MemberType = typeof(Families))]
    public void A_super_segment_without_a_stated_length_is_read_only_when_allowed(string agent, string server)
    {
        byte[] bytes = PacketBuilder.Tcp(agent, 1, server, 443, TcpFlags.Ack, payload: new byte[3000]);
        (int at, int header) = bytes[0] >> 4 == 4 ? (2, 20) : (4, 40);
        bytes[at] = bytes[at + 1] = 0;
        Assert.False(PacketView.TryRead(bytes, out PacketView refused));
        Assert.NotEqual(PacketProblem.None, refused.Problem);
        Assert.True(PacketView.TryRead(bytes, allowGso: true, out PacketView packet));
        Assert.Equal(bytes.Length - header - 20, packet.PayloadLength);
        Assert.Equal(3000, packet.PayloadLength);
    }

    [Fact]
    public void Allowing_super_segments_does_not_change_how_an_ordinary_packet_is_read()
    {
        byte[] bytes = [.. PacketBuilder.Tcp(Families.AgentV6, 1, Families.ServerV6, 443, TcpFlags.Ack, payload: [1, 2]), 3, 4];
        Assert.True(PacketView.TryRead(bytes, allowGso: true, out PacketView packet));
        Assert.Equal(2, packet.PayloadLength);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Ipv4_fragments_are_marked_and_their_ports_are_not_read(bool first)
    {
        byte[] bytes = PacketBuilder.Write(new PacketDraft
        {
            Source = PacketBuilder.At(Families.AgentV4),
            Destination = PacketBuilder.At(Families.ServerV4),
            Protocol = IpProtocol.Tcp,
            IsRaw = true,
            MoreFragments = first,
            FragmentOffset = (ushort)(first ? 0 : 8),
            Payload = new byte[8],
        });
        Assert.True(PacketView.TryRead(bytes, out PacketView packet));
        Assert.True(packet.IsFragment);
        Assert.False(packet.IsTcp);
        Assert.Equal((0, 8), (packet.DestinationPort, packet.PayloadLength));
    }

    [Fact]
    public void Ipv4_options_are_marked_and_passed_over()
    {
        byte[] bytes = PacketBuilder.Write(new PacketDraft
        {
            Source = PacketBuilder.At(Families.AgentV4),
            Destination = PacketBuilder.At(Families.ServerV4),
            Protocol = IpProtocol.Udp,
            IpOptions = [0x94, 4, 0, 0],
            DestinationPort = 9,
            Payload = [5],
        });
        Assert.True(PacketView.TryRead(bytes, out PacketView packet));
        Assert.True(packet.HasOptions);
        Assert.Equal((9, 1), (packet.DestinationPort, packet.PayloadLength));
    }

    [Fact]
    public void A_protocol_without_a_reader_keeps_its_number_and_bytes()
    {
        Assert.True(PacketView.TryRead(PacketBuilder.Raw(Families.AgentV6, Families.ServerV6, 47, [1, 2, 3]), out PacketView packet));
        Assert.Equal((47, 3), (packet.Protocol, packet.PayloadLength));
    }
}
