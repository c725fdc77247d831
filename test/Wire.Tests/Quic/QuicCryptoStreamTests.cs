using System.Text;
using CsCheck;
using Exeat.Testing;

namespace Exeat.Wire.Tests.Quic;

public sealed class QuicCryptoStreamTests
{
    private const int Cap = 16 * 1024;

    // Cuts at any places, sent in any order, some of them twice, some overlapping: always the same hello, found with the last byte and not before.
    [Fact]
    public void A_hello_in_any_pieces_and_any_order_is_the_same_hello() => Gen.Select(
        Gen.Int[1, 3000], Gen.Int[1, 200].Array[1, 60], Gen.Int[0, 1 << 20], Gen.Int[0, 30]).Sample((share, sizes, seed, overlap) =>
        {
            byte[] message = (HelloBuilder.For("a.b.example") with { KeyShareBytes = share, ShuffleSeed = seed }).Message();
            List<(int At, int Length)> pieces = [];
            for (int at = 0, i = 0; at < message.Length; i++)
            {
                int length = Math.Min(sizes[i % sizes.Length], message.Length - at);
                pieces.Add((Math.Max(0, at - overlap), Math.Min(at + length, message.Length) - Math.Max(0, at - overlap)));
                at += length;
            }
            var random = new Random(seed);
            pieces.AddRange([.. pieces.Where(_ => random.Next(3) == 0)]);
            (int At, int Length)[] order = [.. pieces.OrderBy(_ => random.Next())];
            var stream = new QuicCryptoStream(Cap);
            byte[] name = new byte[253];
            foreach ((int at, int length) in order)
            {
                int room = stream.RoomFor((ulong)at, length);
                if (seed % 2 == 0 && room > stream.Capacity)
                {
                    // An array that somebody used before, exactly as long as it has to be.
                    byte[] used = new byte[room];
                    Array.Fill(used, (byte)0xff);
                    stream.Change(used);
                    Assert.Equal((room, room), (stream.Capacity, stream.RoomFor((ulong)at, length)));
                }
                Assert.True(stream.Add((ulong)at, message.AsSpan(at, length)) is QuicCryptoAddition.Added or QuicCryptoAddition.Known);
                ReadStatus status = QuicClientHello.Read(stream.Contiguous, name, out ClientHelloView hello);
                Assert.Equal(stream.ContiguousBytes == message.Length ? ReadStatus.Found : ReadStatus.NeedMore, status);
                if (status == ReadStatus.Found) Assert.Equal((message.Length, "a.b.example"), (hello.HelloBytes, Encoding.ASCII.GetString(name, 0, hello.NameLength)));
            }
            Assert.True(stream.Contiguous.SequenceEqual(message));
        }, iter: 300);

    [Fact]
    public void What_was_put_together_is_given_up_with_its_array()
    {
        var stream = new QuicCryptoStream(Cap);
        byte[] room = new byte[4096];
        Assert.Empty(stream.Change(room));
        stream.Add(0, [1, 2, 3]);
        stream.Add(9, [4]);
        Assert.Same(room, stream.Change([]));
        Assert.Equal((0, 0, 0), (stream.Capacity, stream.End, stream.ContiguousBytes));
        Assert.Empty(stream.Change(room));
        Assert.Equal(QuicCryptoAddition.Added, stream.Add(0, [7]));
        Assert.Equal([7], stream.Contiguous.ToArray());
    }

    [Fact]
    public void Bytes_that_were_seen_never_change() => Gen.Select(Gen.Byte.Array[1, 300], Gen.Int[0, 299], Gen.Int[0, 250]).Sample((bytes, at, from) =>
    {
        at %= bytes.Length;
        from = Math.Min(from, at);
        var stream = new QuicCryptoStream(Cap);
        stream.Add(0, bytes);
        byte[] changed = [.. bytes];
        changed[at] ^= 1;
        Assert.Equal(QuicCryptoAddition.Conflict, stream.Add((ulong)from, changed.AsSpan(from)));
        Assert.True(stream.Contiguous.SequenceEqual(bytes));
        Assert.Equal(QuicCryptoAddition.Known, stream.Add((ulong)from, bytes.AsSpan(from)));
    });

    [Theory]
    [InlineData(0x3fffffffffffffffUL, 1)]
    [InlineData(ulong.MaxValue, 1)]
    [InlineData(16384UL, 1)]
    [InlineData(16383UL, 2)]
    [InlineData(0UL, 16385)]
    public void An_offset_beyond_the_cap_allocates_nothing(ulong offset, int length)
    {
        var stream = new QuicCryptoStream(Cap);
        byte[] data = new byte[length];
        Assert.Equal(QuicCryptoAddition.TooLong, stream.Add(offset, data));
        Assert.Equal(0, Allocations.Of(() => stream.Add(offset, data)));
        Assert.Equal(QuicCryptoAddition.Added, stream.Add(16383, [1]));
        Assert.Equal((0, 16384), (stream.ContiguousBytes, stream.End));
    }

    [Fact]
    public void Every_beginning_of_a_hello_needs_more_and_other_messages_are_none()
    {
        byte[] message = HelloBuilder.For("a.example").Message(), name = new byte[253];
        for (int length = 0; length < message.Length; length++) Assert.Equal(ReadStatus.NeedMore, QuicClientHello.Read(message.AsSpan(0, length), name, out _));
        Assert.Equal(ReadStatus.Found, QuicClientHello.Read([.. message, 1, 2, 3], name, out ClientHelloView hello));
        Assert.Equal(message.Length, hello.HelloBytes);
        Assert.Equal(ReadStatus.Malformed, QuicClientHello.Read([2, .. message[1..]], name, out hello));
        Assert.Equal(HelloProblem.NotClientHello, hello.Problem);
        Assert.Equal(ReadStatus.Malformed, QuicClientHello.Read([1, 0xff, 0, 0], name, out hello));
        Assert.Equal(HelloProblem.TooLong, hello.Problem);
        Assert.Equal(ReadStatus.Malformed, QuicClientHello.Read(message, new byte[10], out _));
    }
}
