using CsCheck;
using Exeat.Testing;

namespace Exeat.Wire.Tests.Ip;

public sealed class MalformedPacketTests
{
    [Theory]
    [InlineData(0x00)]
    [InlineData(0x55)]
    [InlineData(0xf0)]
    public void Another_version_than_4_or_6_is_malformed(byte first)
    {
        byte[] bytes = new byte[60];
        bytes[0] = first;
        Assert.False(PacketView.TryRead(bytes, out PacketView packet));
        Assert.Equal(PacketProblem.Version, packet.Problem);
    }

    [Theory]
    [InlineData(0, 0x44, PacketProblem.IpLength)] // header length 16
    [InlineData(3, 19, PacketProblem.IpLength)] // total length below the header
    [InlineData(3, 39, PacketProblem.TransportLength)] // no room for TCP
    [InlineData(32, 0x40, PacketProblem.TransportLength)] // data offset 16
    [InlineData(32, 0xf0, PacketProblem.TransportLength)] // data offset beyond the packet
    public void A_wrong_ipv4_or_tcp_length_is_malformed(int at, byte value, PacketProblem problem)
    {
        byte[] bytes = PacketBuilder.Tcp(Families.AgentV4, 1, Families.ServerV4, 2, TcpFlags.Syn);
        bytes[at] = value;
        Assert.False(PacketView.TryRead(bytes, out PacketView packet));
        Assert.Equal(problem, packet.Problem);
        Assert.True(packet.Payload.IsEmpty);
        Assert.False(packet.IsTcp);
    }

    [Fact]
    public void A_malformed_packet_still_says_whose_it_is()
    {
        byte[] bytes = PacketBuilder.Tcp(Families.AgentV6, 1, Families.ServerV6, 2, TcpFlags.Syn);
        bytes[52] = 0x10;
        Assert.False(PacketView.TryRead(bytes, out PacketView packet));
        Assert.Equal(PacketBuilder.At(Families.AgentV6), packet.Source);
        Assert.Equal(2, packet.DestinationPort);
    }

    [Theory]
    [InlineData(Families.AgentV4, Families.ServerV4, 7)] // below its own header
    [InlineData(Families.AgentV4, Families.ServerV4, 10)] // bytes that only a raw socket reads
    [InlineData(Families.AgentV6, Families.ServerV6, 13)] // beyond the packet
    [InlineData(Families.AgentV6, Families.ServerV6, 0)]
    public void A_udp_length_other_than_what_ip_carries_is_malformed(string agent, string server, byte length)
    {
        byte[] bytes = PacketBuilder.Udp(agent, 1, server, 2, [1, 2, 3, 4]);
        bytes[^7] = length;
        Assert.False(PacketView.TryRead(bytes, out PacketView packet));
        Assert.Equal(PacketProblem.UdpLength, packet.Problem);
    }

    [Theory]
    [MemberData(nameof(Families.Both), MemberType = typeof(Families))]
    public void A_capture_cut_inside_the_headers_is_malformed_at_every_byte(string agent, string server)
    {
        byte[] bytes = PacketBuilder.Tcp(agent, 1, server, 2, TcpFlags.Syn, options: [2, 4, 5, 0xb4], payload: [1, 2, 3]);
        for (int length = 0; length < bytes.Length - 3; length++)
        {
            Assert.False(PacketView.TryRead(bytes.AsSpan(0, length), out PacketView packet));
            Assert.Equal(PacketProblem.CutInHeaders, packet.Problem);
        }
        Assert.True(PacketView.TryRead(bytes.AsSpan(0, bytes.Length - 3), out PacketView whole));
        Assert.Equal((true, 3, 0), (whole.IsTruncated, whole.PayloadLength, whole.Payload.Length));
    }

    [Fact]
    public void No_bytes_make_the_reader_throw_and_payload_never_exceeds_the_bytes() =>
        Gen.Select(Gen.OneOf(Gen.Byte[0x44, 0x4f], Gen.Const((byte)0x60), Gen.Byte), Gen.Byte.Array[0, 120], Gen.Bool).Sample((first, bytes, gso) =>
        {
            if (bytes.Length > 0) bytes[0] = first;
            Check(bytes, gso);
        }, iter: 20_000);

    [Fact]
    public void No_mutation_of_a_packet_makes_the_reader_throw()
    {
        byte[][] seeds =
        [
            PacketBuilder.Tcp(Families.AgentV4, 1, Families.ServerV4, 2, TcpFlags.Syn, payload: new byte[20]),
            PacketBuilder.Tcp(Families.AgentV6, 1, Families.ServerV6, 2, TcpFlags.Syn, payload: new byte[20]),
            PacketBuilder.Udp(Families.AgentV6, 1, Families.ServerV6, 2, new byte[20]),
            PacketBuilder.Icmp(Families.AgentV4, Families.ServerV4, 8, 0, new byte[20]),
        ];
        Gen<byte[]> seed = Gen.Int[0, seeds.Length - 1].Select(i => seeds[i]);
        Gen.Select(seed, Gen.Select(Gen.Int[0, 70], Gen.Byte).Array[1, 4], Gen.Int[0, 80]).Sample((valid, changes, length) =>
        {
            byte[] bytes = valid[..Math.Min(length, valid.Length)];
            foreach ((int at, byte value) in changes)
            {
                if (at < bytes.Length) bytes[at] = value;
            }
            Check(bytes, gso: false);
        }, iter: 20_000);
    }

    private static void Check(byte[] bytes, bool gso)
    {
        bool isRead = PacketView.TryRead(bytes, gso, out PacketView packet);
        Assert.Equal(isRead, packet.Problem == PacketProblem.None);
        Assert.InRange(packet.Payload.Length, 0, bytes.Length);
        Assert.InRange(packet.Payload.Length, 0, packet.PayloadLength);
        if (isRead && !packet.IsTruncated) Assert.Equal(packet.PayloadLength, packet.Payload.Length);
    }
}
