using System.Text;

namespace Exeat.Wire.Tests.Quic;

public sealed class QuicCorpusTests
{
    private readonly byte[] _name = new byte[253];

    [Theory]
    [InlineData("quic-client-initial")]
    [InlineData("quic-client-after-retry")]
    public void The_hello_of_a_real_client_is_found_with_its_name(string file)
    {
        byte[] bytes = Corpus.Read(file);
        using var opener = new QuicInitialOpener();
        var datagram = new QuicDatagram(bytes);
        Assert.True(datagram.TryRead(out QuicPacket packet));
        Assert.True(opener.TryOpen(packet, packet.Destination, ofServer: false, expected: 0, out _, out ReadOnlySpan<byte> plain));
        var stream = new QuicCryptoStream(4096);
        var frames = new QuicFrames(plain);
        ReadStatus status;
        while ((status = frames.NextCrypto(out ulong offset, out ReadOnlySpan<byte> data)) == ReadStatus.Found) Assert.Equal(QuicCryptoAddition.Added, stream.Add(offset, data));
        Assert.Equal(ReadStatus.NeedMore, status);
        Assert.Equal(ReadStatus.Found, QuicClientHello.Read(stream.Contiguous, _name, out ClientHelloView hello));
        Assert.Equal("localhost", Encoding.ASCII.GetString(_name, 0, hello.NameLength));
    }

    [Theory]
    [InlineData("quic-client-initial", "quic-server-initial")]
    [InlineData("quic-client-after-retry", "quic-server-after-retry")]
    public void The_server_s_answer_opens_with_the_keys_of_the_client_s_connection_id(string client, string server)
    {
        using var opener = new QuicInitialOpener();
        var first = new QuicDatagram(Corpus.Read(client));
        var second = new QuicDatagram(Corpus.Read(server));
        Assert.True(first.TryRead(out QuicPacket asked));
        Assert.True(second.TryRead(out QuicPacket answered));
        Assert.False(opener.TryOpen(answered, answered.Destination, ofServer: true, expected: 0, out _, out _));
        Assert.True(opener.TryOpen(answered, asked.Destination, ofServer: true, expected: 0, out _, out ReadOnlySpan<byte> plain));
        Assert.Equal(ReadStatus.Found, new QuicFrames(plain).NextCrypto(out ulong offset, out ReadOnlySpan<byte> hello));
        Assert.Equal((0UL, 2), (offset, (int)hello[0]));
    }

    [Fact]
    public void A_real_Retry_names_the_id_that_the_client_goes_on_with()
    {
        var retry = new QuicDatagram(Corpus.Read("quic-retry"));
        var client = new QuicDatagram(Corpus.Read("quic-client-after-retry"));
        Assert.True(retry.TryRead(out QuicPacket asked));
        Assert.True(client.TryRead(out QuicPacket answered));
        Assert.Equal(QuicPacketKind.Retry, asked.Kind);
        Assert.True(asked.Source.SequenceEqual(answered.Destination) && asked.Token.SequenceEqual(answered.Token));
    }
}
