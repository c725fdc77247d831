using System.Text;

namespace Exeat.Wire.Tests.Quic;

/// <summary>The samples of RFC 9001 and RFC 9369, Appendix A each.</summary>
public sealed class QuicVectorTests
{
    private const string ClientId = "8394c8f03e515708";

    private const string ClientFrames =
        "060040f1010000ed0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e86804fe3a47f06a2b69484c00000413011302010000c000000010000e00000b6578" +
        "616d706c652e636f6dff01000100000a00080006001d0017001800100007000504616c706e000500050100000000003300260024001d00209370b2c9caa47fba" +
        "baf4559fedba753de171fa71f50f1ce15d43e994ec74d748002b0003020304000d0010000e0403050306030203080408050806002d00020101001c0002400100" +
        "3900320408ffffffffffffffff05048000ffff07048000ffff0801100104800075300901100f088394c8f03e51570806048000ffff";

    private const string ServerFrames =
        "02000000000600405a020000560303eefce7f7b37ba1d1632e96677825ddf73988cfc79825df566dc5430b9a045a1200130100002e00330024001d00209d3c94" +
        "0d89690b84d08a60993c144eca684d1081287c834d5311bcf32bb9da1a002b00020304";

    private const string Server1 =
        "cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a5816b6394100f37a1c69797554780bb38cc5a99f5ede4cf73c3ec2493a1839b3" +
        "dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bded74b562bfb19fb84022f8ef4cdd93795d77d06edbb7aaf2f58891850abbdca3d20398c276456cbc4" +
        "2158407dd074ee";

    private const string Server2 =
        "dc6b3343cf0008f067a5502a4262b5004075d92faaf16f05d8a4398c47089698baeea26b91eb761d9b89237bbf87263017915358230035f7fd3945d88965cf17" +
        "f9af6e16886c61bfc703106fbaf3cb4cfa52382dd16a393e42757507698075b2c984c707f0a0812d8cd5a6881eaf21ceda98f4bd23f6fe1a3e2c43edd9ce7ca8" +
        "4bed8521e2e140";

    // Head and tag of the 1,200 bytes; the tag depends on every one of them.
    [Theory]
    [InlineData(QuicHeader.Version1, "c000000001088394c8f03e5157080000449e7b9aec34d1b1c98dd7689fb8ec11d242b123dc9b", "e221af44860018ab0856972e194cd934")]
    [InlineData(QuicHeader.Version2, "d76b3343cf088394c8f03e5157080000449ea0c95e82ffe67b6abcdb4298b485", "a18b2faa745b6fe189cf772a9f84cbfc")]
    public void The_client_s_Initial_is_written_and_opened(uint version, string head, string tag)
    {
        byte[] bytes = QuicInitialWriter.Write(new QuicInitialDraft
        {
            Version = version,
            Destination = Hex(ClientId),
            Number = 2,
            Frames = Hex(ClientFrames),
            PadTo = 1200,
        });
        Assert.Equal((1200, head, tag), (bytes.Length, Convert.ToHexStringLower(bytes)[..head.Length], Convert.ToHexStringLower(bytes)[^32..]));

        using var opener = new QuicInitialOpener();
        var datagram = new QuicDatagram(bytes);
        Assert.True(datagram.TryRead(out QuicPacket packet) && datagram.IsEmpty);
        Assert.Equal((QuicPacketKind.Initial, version, ClientId), (packet.Kind, packet.Version, Convert.ToHexStringLower(packet.Destination)));
        Assert.True(opener.TryOpen(packet, packet.Destination, ofServer: false, expected: 0, out ulong number, out ReadOnlySpan<byte> plain));
        Assert.Equal((2UL, ClientFrames), (number, Convert.ToHexStringLower(plain)[..ClientFrames.Length]));
        var frames = new QuicFrames(plain);
        Assert.Equal(ReadStatus.Found, frames.NextCrypto(out ulong offset, out ReadOnlySpan<byte> crypto));
        byte[] name = new byte[253];
        Assert.Equal((0UL, ReadStatus.Found), (offset, QuicClientHello.Read(crypto, name, out ClientHelloView hello)));
        Assert.Equal("example.com", Encoding.ASCII.GetString(name, 0, hello.NameLength));
        Assert.Equal(ReadStatus.NeedMore, frames.NextCrypto(out _, out _));
        Assert.False(opener.TryOpen(packet, packet.Destination, ofServer: true, expected: 0, out _, out _));
    }

    [Theory]
    [InlineData(QuicHeader.Version1, Server1)]
    [InlineData(QuicHeader.Version2, Server2)]
    public void The_server_s_Initial_is_opened(uint version, string hex)
    {
        using var opener = new QuicInitialOpener();
        var datagram = new QuicDatagram(Hex(hex));
        Assert.True(datagram.TryRead(out QuicPacket packet));
        Assert.Equal((version, 0, "f067a5502a4262b5"), (packet.Version, packet.Destination.Length, Convert.ToHexStringLower(packet.Source)));
        Assert.True(opener.TryOpen(packet, Hex(ClientId), ofServer: true, expected: 0, out ulong number, out ReadOnlySpan<byte> frames));
        Assert.Equal((1UL, ServerFrames), (number, Convert.ToHexStringLower(frames)));
        // An ACK comes before the ServerHello.
        var reader = new QuicFrames(frames);
        Assert.Equal(ReadStatus.Found, reader.NextCrypto(out _, out ReadOnlySpan<byte> hello));
        Assert.Equal((2, 90), (hello[0], hello.Length));
    }

    [Theory]
    [InlineData("ff000000010008f067a5502a4262b5746f6b656e04a265ba2eff4d829058fb3f0f2496ba")]
    [InlineData("cf6b3343cf0008f067a5502a4262b5746f6b656ec8646ce8bfe33952d955543665dcc7b6")]
    public void A_Retry_is_authentic_only_for_the_Initial_it_answers(string hex)
    {
        byte[] bytes = Hex(hex);
        var datagram = new QuicDatagram(bytes);
        Assert.True(datagram.TryRead(out QuicPacket packet));
        Assert.Equal((QuicPacketKind.Retry, "token"), (packet.Kind, Encoding.ASCII.GetString(packet.Token)));
        Assert.True(QuicRetry.IsAuthentic(packet, Hex(ClientId)));
        Assert.False(QuicRetry.IsAuthentic(packet, Hex("8394c8f03e515709")));
        for (int i = 0; i < bytes.Length; i++)
        {
            byte[] changed = [.. bytes];
            changed[i] ^= 1;
            var other = new QuicDatagram(changed);
            Assert.False(other.TryRead(out QuicPacket forged) && QuicRetry.IsAuthentic(forged, Hex(ClientId)));
        }
    }

    private static byte[] Hex(string text) => Convert.FromHexString(text);
}
