using CsCheck;

namespace Exeat.Wire.Tests.Quic;

public sealed class QuicHeaderTests
{
    [Theory]
    [InlineData(QuicHeader.Version1)]
    [InlineData(QuicHeader.Version2)]
    [InlineData(0xff00001du)]
    [InlineData(0x1a2a3a4au)]
    public void A_long_header_of_an_offered_version_is_recognised(uint offered)
    {
        byte[] bytes = [0xc3, (byte)(offered >> 24), (byte)(offered >> 16), (byte)(offered >> 8), (byte)offered, 8, .. new byte[8], 0, 0, 0x41];
        Assert.True(QuicHeader.LooksLikeLongHeader(bytes, out uint version));
        Assert.Equal(offered, version);
        for (int length = 0; length < 15; length++) Assert.False(QuicHeader.LooksLikeLongHeader(bytes.AsSpan(0, length), out _));
    }

    [Theory]
    [InlineData(new byte[] { 0x43, 0, 0, 0, 1, 0, 0, 0 })] // short header
    [InlineData(new byte[] { 0xc3, 0, 0, 0, 0, 0, 0, 0 })] // version negotiation: only servers send it
    [InlineData(new byte[] { 0xc3, 0, 0, 0, 9, 0, 0, 0 })]
    [InlineData(new byte[] { 0xab, 0xcd, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0x61, 0, 0, 1, 0, 1 })] // a DNS question with a high id
    public void Other_datagrams_are_not_quic(byte[] bytes) => Assert.False(QuicHeader.LooksLikeLongHeader(bytes, out _));

    [Fact]
    public void A_connection_id_above_20_bytes_is_not_quic() =>
        Assert.False(QuicHeader.LooksLikeLongHeader([0xc3, 0, 0, 0, 1, 21, .. new byte[40]], out _));

    [Fact]
    public void No_bytes_make_it_throw() => Gen.Byte.Array[0, 60].Sample(bytes =>
    {
        bool isQuic = QuicHeader.LooksLikeLongHeader(bytes, out uint version);
        Assert.Equal(isQuic, version != 0);
    }, iter: 10_000);
}
