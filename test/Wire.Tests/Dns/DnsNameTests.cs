using System.Text;
using CsCheck;
using Exeat.Names;
using Exeat.Wire.Dns;

namespace Exeat.Wire.Tests.Dns;

public sealed class DnsNameTests
{
    private static readonly Gen<string> GenLabel = Gen.Char["abcxyz0189-_"].Array[1, 20].Select(c => new string(c));
    private static readonly Gen<string> GenName = Gen.Select(GenLabel.Array[0, 8], Gen.Char["abc"], (labels, last) => string.Join('.', [.. labels, last + "z"]));

    [Fact]
    public void A_written_name_reads_back_as_itself() => GenName.Sample(name =>
    {
        Span<byte> message = stackalloc byte[400];
        int length = DnsName.Write(message[12..], Encoding.ASCII.GetBytes(name));
        Assert.Equal(ReadStatus.Found, Read(message[..(12 + length)], 12, out string text, out int end));
        Assert.Equal(name, text);
        Assert.Equal(12 + length, end);
        Assert.Equal(ReadStatus.Found, DnsName.TrySkip(message[..(12 + length)], 12, out int skipped));
        Assert.Equal(end, skipped);
    });

    [Fact]
    public void Every_truncation_of_a_name_needs_more() => GenName.Sample(name =>
    {
        Span<byte> message = stackalloc byte[400];
        int length = DnsName.Write(message[12..], Encoding.ASCII.GetBytes(name));
        for (int i = 0; i < length; i++) Assert.Equal(ReadStatus.NeedMore, Read(message[..(12 + i)], 12, out _, out _));
    });

    [Fact]
    public void No_bytes_make_the_reader_throw_or_write_too_much() => Gen.Byte.Array[0, 300].Sample(bytes =>
    {
        for (int i = 0; i <= bytes.Length; i++)
        {
            ReadStatus status = Read(bytes, i, out string text, out int end);
            if (status == ReadStatus.Found) Assert.True(text.Length <= 253 && end > i && end <= bytes.Length);
        }
    }, iter: 300);

    [Fact]
    public void Case_is_folded_and_the_root_is_empty()
    {
        Assert.Equal(ReadStatus.Found, Read([.. new byte[12], 3, .. "wWw"u8, 2, .. "Io"u8, 0], 12, out string text, out _));
        Assert.Equal("www.io", text);
        Assert.Equal(ReadStatus.Found, Read([.. new byte[12], 0], 12, out text, out int end));
        Assert.Equal("", text);
        Assert.Equal(13, end);
    }

    [Fact]
    public void A_pointer_to_an_earlier_name_is_followed()
    {
        byte[] message = [.. new byte[12], 2, .. "io"u8, 0, 3, .. "www"u8, 0xC0, 12];
        Assert.Equal(ReadStatus.Found, Read(message, 16, out string text, out int end));
        Assert.Equal("www.io", text);
        Assert.Equal(message.Length, end);
    }

    [Theory]
    [InlineData(new byte[] { 0xC0, 12 })]
    [InlineData(new byte[] { 0xC0, 14, 0xC0, 12 })]
    [InlineData(new byte[] { 1, 97, 0xC0, 12 })]
    [InlineData(new byte[] { 0xC0, 0 })]
    [InlineData(new byte[] { 0xC0, 3 })]
    [InlineData(new byte[] { 0x40, 97, 0 })]
    [InlineData(new byte[] { 0x80, 97, 0 })]
    [InlineData(new byte[] { 3, 97, 46, 97, 0 })]
    [InlineData(new byte[] { 2, 97, 0, 0 })]
    [InlineData(new byte[] { 2, 97, 0x1B, 0 })]
    [InlineData(new byte[] { 2, 97, 0xE9, 0 })]
    [InlineData(new byte[] { 1, 49, 1, 49, 0 })]
    public void Loops_forward_pointers_old_label_types_and_strange_letters_are_malformed(byte[] name) =>
        Assert.Equal(ReadStatus.Malformed, Read([.. new byte[12], .. name], 12, out _, out _));

    [Fact]
    public void Pointers_are_followed_only_a_few_times()
    {
        // Each pointer goes to the pointer before it; the first goes to a name.
        var message = new List<byte>([.. new byte[12], 1, (byte)'a', 0]);
        int last = 12;
        for (int i = 0; i < DnsName.MaxJumps + 1; i++)
        {
            int here = message.Count;
            message.AddRange([0xC0, (byte)last]);
            ReadStatus expected = i < DnsName.MaxJumps ? ReadStatus.Found : ReadStatus.Malformed;
            Assert.Equal(expected, Read([.. message], here, out _, out _));
            last = here;
        }
    }

    [Fact]
    public void A_name_of_253_bytes_is_read_and_one_of_254_is_malformed()
    {
        string label = new('a', 63);
        string longest = $"{label}.{label}.{label}.{new string('a', 61)}";
        Assert.Equal(ReadStatus.Found, Read(Message(longest), 12, out string text, out _));
        Assert.Equal(longest, text);
        Assert.Equal(ReadStatus.Malformed, Read(Message(longest + "a"), 12, out _, out _));
    }

    private static byte[] Message(string name)
    {
        byte[] bytes = new byte[300];
        int length = DnsName.Write(bytes.AsSpan(12), Encoding.ASCII.GetBytes(name));
        return bytes[..(12 + length)];
    }

    private static ReadStatus Read(ReadOnlySpan<byte> message, int offset, out string text, out int end)
    {
        Span<byte> canonical = stackalloc byte[CanonicalName.MaxBytes];
        ReadStatus status = DnsName.TryRead(message, offset, canonical, out int written, out end);
        text = Encoding.ASCII.GetString(canonical[..written]);
        return status;
    }
}
