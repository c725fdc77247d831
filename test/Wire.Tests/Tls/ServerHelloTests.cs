using System.Security.Cryptography;
using CsCheck;
using Exeat.Testing;

namespace Exeat.Wire.Tests.Tls;

public sealed class ServerHelloTests
{
    /// <summary>Record header, handshake header, version, random.</summary>
    private const int RandomEnd = 5 + 4 + 2 + 32;

    [Fact]
    public void The_random_of_a_retry_is_the_hash_of_its_name() =>
        Assert.True(TlsServerHello.RetryRandom.SequenceEqual(SHA256.HashData("HelloRetryRequest"u8)));

    [Fact]
    public void A_real_retry_is_recognised_with_the_last_byte_of_its_random()
    {
        byte[] bytes = Corpus.Read("retry-server");
        for (int length = 0; length < RandomEnd; length++)
            Assert.Equal(ServerFirst.NeedMore, TlsServerHello.Classify(bytes.AsSpan(0, length)));
        Assert.Equal(ServerFirst.HelloRetryRequest, TlsServerHello.Classify(bytes.AsSpan(0, RandomEnd)));
        Assert.Equal(ServerFirst.HelloRetryRequest, TlsServerHello.Classify(bytes));
    }

    [Theory]
    [InlineData("tls13-server")]
    [InlineData("tls12-server")]
    public void A_real_server_hello_is_something_else(string file) => Assert.Equal(ServerFirst.Other, TlsServerHello.Classify(Corpus.Read(file)));

    [Theory]
    [InlineData(new byte[] { 21, 3, 3, 0, 2, 2, 40 })] // fatal alert
    [InlineData(new byte[] { 0x48 })] // HTTP/1.1 400
    [InlineData(new byte[] { 22, 2 })]
    [InlineData(new byte[] { 22, 3, 3, 0, 4, 14, 0, 0, 0 })] // another message
    public void What_can_no_longer_be_a_retry_is_something_else(byte[] bytes) => Assert.Equal(ServerFirst.Other, TlsServerHello.Classify(bytes));

    [Fact]
    public void A_retry_hides_neither_behind_warnings_nor_in_small_records()
    {
        byte[] message = Corpus.Read("retry-server")[5..(5 + 4 + 0x54)];
        byte[] small = HelloBuilder.Records(message, [.. Enumerable.Repeat(1, message.Length)]);
        byte[] hidden = [21, 3, 3, 0, 2, 1, 112, 20, 3, 3, 0, 1, 1, 22, 3, 3, 0, 0, .. small];
        Assert.Equal(ServerFirst.HelloRetryRequest, TlsServerHello.Classify(hidden));
    }

    [Fact]
    public void More_bytes_never_turn_an_answer() => Gen.Select(Gen.Byte.Array[0, 80], Gen.Int[0, 60]).Sample((noise, keep) =>
    {
        byte[] bytes = [.. Corpus.Read("retry-server").AsSpan(0, keep), .. noise];
        ServerFirst last = ServerFirst.NeedMore;
        for (int length = 0; length <= bytes.Length; length++)
        {
            ServerFirst first = TlsServerHello.Classify(bytes.AsSpan(0, length));
            Assert.True(last == ServerFirst.NeedMore || first == last);
            last = first;
        }
    }, iter: 2000);
}
