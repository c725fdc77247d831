using Exeat.Testing;

namespace Exeat.Wire.Tests.Ip;

public sealed class ExtensionHeaderTests
{
    private static readonly byte[] TcpHeader = [0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0x50, 2, 0, 0, 0, 0, 0, 0];

    [Theory]
    [InlineData(IpProtocol.HopByHop)]
    [InlineData(IpProtocol.Routing)]
    [InlineData(IpProtocol.DestinationOptions)]
    public void A_known_header_is_walked_and_marked(byte kind)
    {
        Assert.True(PacketView.TryRead(Packet(kind, [IpProtocol.Tcp, 0, 0, 0, 0, 0, 0, 0]), out PacketView packet));
        Assert.True(packet.HasOptions);
        Assert.False(packet.IsFragment);
        Assert.Equal((IpProtocol.Tcp, 2), (packet.Protocol, packet.DestinationPort));
    }

    [Theory]
    [InlineData(IpProtocol.Authentication)]
    [InlineData(IpProtocol.Mobility)]
    [InlineData(IpProtocol.HostIdentity)]
    [InlineData(IpProtocol.Shim6)]
    public void A_header_of_another_kind_is_malformed(byte kind)
    {
        Assert.False(PacketView.TryRead(Packet(kind, [IpProtocol.Tcp, 0, 0, 0, 0, 0, 0, 0]), out PacketView packet));
        Assert.Equal(PacketProblem.ExtensionHeaders, packet.Problem);
        Assert.Equal(PacketBuilder.At(Families.AgentV6), packet.Source);
    }

    [Fact]
    public void An_atomic_fragment_is_a_fragment()
    {
        Assert.True(PacketView.TryRead(Packet(IpProtocol.Fragment, [IpProtocol.Tcp, 0, 0, 0, 0, 0, 0, 1]), out PacketView packet));
        Assert.True(packet.IsFragment && packet.HasOptions);
        Assert.Equal(IpProtocol.Tcp, packet.Protocol);
    }

    [Fact]
    public void What_a_later_fragment_carries_is_not_taken_for_headers()
    {
        // Next header 60, yet the bytes that follow begin in the middle of something.
        Assert.True(PacketView.TryRead(Packet(IpProtocol.Fragment, [IpProtocol.DestinationOptions, 0, 0, 8, 0, 0, 0, 1]), out PacketView packet));
        Assert.True(packet.IsFragment);
        Assert.Equal(TcpHeader.Length, packet.PayloadLength);
    }

    [Fact]
    public void Hop_by_hop_options_anywhere_but_first_are_malformed()
    {
        byte[] chain = [IpProtocol.HopByHop, 0, 0, 0, 0, 0, 0, 0, IpProtocol.Tcp, 0, 0, 0, 0, 0, 0, 0];
        Assert.False(PacketView.TryRead(Packet(IpProtocol.DestinationOptions, chain), out _));
    }

    [Theory]
    [InlineData(8, true)]
    [InlineData(9, false)]
    public void A_chain_has_a_longest_length(int headers, bool isRead)
    {
        byte[] chain = new byte[headers * 8];
        for (int i = 0; i < headers; i++) chain[i * 8] = i == headers - 1 ? IpProtocol.Tcp : IpProtocol.DestinationOptions;
        Assert.Equal(isRead, PacketView.TryRead(Packet(IpProtocol.DestinationOptions, chain), out _));
    }

    [Fact]
    public void A_header_longer_than_the_packet_is_malformed() =>
        Assert.False(PacketView.TryRead(Packet(IpProtocol.DestinationOptions, [IpProtocol.Tcp, 200, 0, 0, 0, 0, 0, 0]), out _));

    [Fact]
    public void No_next_header_ends_the_chain()
    {
        Assert.True(PacketView.TryRead(PacketBuilder.Raw(Families.AgentV6, Families.ServerV6, IpProtocol.NoNextHeader, []), out PacketView packet));
        Assert.Equal((IpProtocol.NoNextHeader, 0), (packet.Protocol, packet.PayloadLength));
    }

    private static byte[] Packet(byte first, byte[] chain) => PacketBuilder.Write(new PacketDraft
    {
        Source = PacketBuilder.At(Families.AgentV6),
        Destination = PacketBuilder.At(Families.ServerV6),
        Protocol = IpProtocol.Tcp,
        IsRaw = true,
        ExtensionHeader = first,
        IpOptions = chain,
        Payload = TcpHeader,
    });
}
