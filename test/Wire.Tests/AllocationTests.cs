using Exeat.Testing;
using Exeat.Wire.Tests.Ip;

namespace Exeat.Wire.Tests;

public sealed class AllocationTests
{
    private readonly byte[] _name = new byte[253];
    private readonly byte[] _room = new byte[2048];

    [Theory]
    [MemberData(nameof(Families.Both), MemberType = typeof(Families))]
    public void Reading_and_writing_packets_allocates_nothing(string agent, string server)
    {
        byte[] tcp = PacketBuilder.Tcp(agent, 1, server, 443, TcpFlags.Ack, payload: new byte[500]);
        byte[] broken = PacketBuilder.Udp(agent, 1, server, 443, new byte[5]);
        broken[^8] = 1;
        (Exeat.Names.Address from, Exeat.Names.Address to) = (PacketBuilder.At(agent), PacketBuilder.At(server));
        Assert.Equal(0, Allocations.Of(() =>
        {
            PacketView.TryRead(tcp, out _);
            PacketView.TryRead(broken, out _);
            TcpPackets.WriteReset(_room, from, to, 1, 2, 3, 4, withAck: true);
        }));
    }

    [Fact]
    public void Reading_hellos_allocates_nothing_also_when_they_are_cut_or_broken_or_over_many_records()
    {
        byte[] whole = Corpus.Read("node24-post-quantum");
        byte[] cut = whole[..700];
        byte[] records = HelloBuilder.Records(whole[5..], [.. Enumerable.Repeat(100, 16)]);
        byte[] broken = (HelloBuilder.For("a.example") with { Trailing = [1] }).Build();
        byte[] server = Corpus.Read("retry-server");
        Assert.Equal(0, Allocations.Of(() =>
        {
            TlsClientHello.Read(whole, _name, out _);
            TlsClientHello.Read(cut, _name, out _);
            TlsClientHello.Read(records, _name, out _);
            TlsClientHello.Read(broken, _name, out _);
            TlsServerHello.Classify(server);
        }));
    }

    [Fact]
    public void Naming_other_protocols_allocates_nothing()
    {
        byte[] http = Corpus.Read("curl-http");
        byte[] options = [2, 4, 5, 0xb4, 1, 3, 3, 7, 1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2];
        byte[] quic = [0xc3, 0, 0, 0, 1, 0, 0, 0];
        Assert.Equal(0, Allocations.Of(() =>
        {
            FirstBytes.Classify(http);
            TcpOptionsView.Read(options);
            HttpHead.Read(http, _name, out HttpHeadView head);
            HttpBody.After(head).Follow(http, out _);
            QuicHeader.LooksLikeLongHeader(quic, out _);
        }));
    }
}
