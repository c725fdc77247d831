using CsCheck;

namespace Exeat.Wire.Tests;

public sealed class ByteReaderTests
{
    [Fact]
    public void Numbers_are_read_in_network_order_and_in_sequence()
    {
        var reader = new ByteReader([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        Assert.True(reader.TryReadByte(out byte one) && one == 1);
        Assert.True(reader.TryReadUInt16(out ushort two) && two == 0x0203);
        Assert.True(reader.TryReadUInt24(out int three) && three == 0x040506);
        Assert.True(reader.TryReadUInt32(out uint four) && four == 0x0708090a);
        Assert.True(reader.IsEmpty);
    }

    [Fact]
    public void A_vector_ends_where_its_length_says()
    {
        var reader = new ByteReader([2, 0xa, 0xb, 0, 1, 0xc, 0xd]);
        Assert.True(reader.TryReadVector8(out ByteReader first));
        Assert.True(first.Rest.SequenceEqual<byte>([0xa, 0xb]));
        Assert.True(reader.TryReadVector16(out ByteReader second));
        Assert.True(second.Rest.SequenceEqual<byte>([0xc]));
        Assert.True(reader.Rest.SequenceEqual<byte>([0xd]));
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 3, 1, 2 })]
    public void A_vector_longer_than_the_bytes_fails_and_consumes_nothing(byte[] bytes)
    {
        var reader = new ByteReader(bytes);
        Assert.False(reader.TryReadVector8(out _));
        Assert.False(reader.TryReadVector16(out _));
        Assert.Equal(bytes.Length, reader.Length);
    }

    [Fact]
    public void A_negative_count_fails() => Assert.False(new ByteReader([1, 2]).TryReadBytes(-1, out _));

    [Fact]
    public void No_sequence_of_reads_throws_or_reads_beyond_the_end() => Gen.Select(Gen.Byte.Array[0, 40], Gen.Int[0, 6].Array[0, 20]).Sample((bytes, reads) =>
    {
        var reader = new ByteReader(bytes);
        foreach (int read in reads)
        {
            int before = reader.Length;
            bool ok = read switch
            {
                0 => reader.TryReadByte(out _),
                1 => reader.TryReadUInt16(out _),
                2 => reader.TryReadUInt24(out _),
                3 => reader.TryReadUInt32(out _),
                4 => reader.TryReadVector8(out _),
                5 => reader.TryReadVector16(out _),
                _ => reader.TryReadBytes(bytes.Length == 0 ? 1 : bytes[0], out _),
            };
            Assert.True(ok ? reader.Length <= before : reader.Length == before);
            Assert.True(reader.Rest.SequenceEqual(bytes.AsSpan(bytes.Length - reader.Length)));
        }
    });
}
