using CsCheck;
using Exeat.Names;
using Exeat.Wire.Dns;

namespace Exeat.Wire.Tests.Dns;

public sealed class SvcbTests
{
    private static readonly byte[] Head = [0, 1, 0];
    private static readonly byte[] Alpn = [0, 1, 0, 3, 2, (byte)'h', (byte)'2'];
    private static readonly byte[] Hint4 = [0, 4, 0, 8, 192, 0, 2, 1, 10, 0, 0, 1];
    private static readonly byte[] Ech = [0, 5, 0, 2, 7, 7];
    private static readonly byte[] Hint6 = [0, 6, 0, 16, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];

    [Fact]
    public void Ech_is_removed_and_the_rest_stays()
    {
        Assert.Equal(ReadStatus.Found, Rewrite([.. Head, .. Alpn, .. Hint4, .. Ech, .. Hint6], [], out byte[] written));
        Assert.Equal([.. Head, .. Alpn, .. Hint4, .. Hint6], written);
    }

    [Fact]
    public void Forbidden_hints_are_removed_and_an_empty_hint_vanishes()
    {
        Address private4 = Address.FromBytes([10, 0, 0, 1]), public6 = Address.FromBytes(Hint6.AsSpan(4));
        Assert.Equal(ReadStatus.Found, Rewrite([.. Head, .. Hint4, .. Hint6], [private4, public6], out byte[] written));
        Assert.Equal([.. Head, 0, 4, 0, 4, 192, 0, 2, 1], written);
    }

    [Fact]
    public void Removed_keys_vanish_from_mandatory_too()
    {
        byte[] mandatory = [0, 0, 0, 4, 0, 1, 0, 5];
        Assert.Equal(ReadStatus.Found, Rewrite([.. Head, .. mandatory, .. Alpn, .. Ech], [], out byte[] written));
        Assert.Equal([.. Head, 0, 0, 0, 2, 0, 1, .. Alpn], written);
        Assert.Equal(ReadStatus.Found, Rewrite([.. Head, 0, 0, 0, 2, 0, 5, .. Ech], [], out written));
        Assert.Equal(Head, written);
    }

    [Fact]
    public void Alias_and_target_and_port_are_read()
    {
        Span<byte> target = stackalloc byte[CanonicalName.MaxBytes];
        Assert.Equal(ReadStatus.Found, SvcbReader.TryOpen([0, 0, 2, .. "Io"u8, 0], target, out int written, out SvcbReader reader));
        Assert.True(reader.IsAlias);
        Assert.True(target[..written].SequenceEqual("io"u8));
        Assert.Equal(ReadStatus.Found, SvcbReader.TryOpen([0, 1, 0, 0, 3, 0, 2, 0x20, 0xFB], target, out written, out reader));
        Assert.Equal((0, (ushort)1), (written, reader.Priority));
        Assert.Equal(ReadStatus.Found, reader.TryReadParameter(out ushort key, out ReadOnlySpan<byte> value));
        Assert.Equal((SvcbReader.PortKey, 0x20FB), (key, value[0] << 8 | value[1]));
    }

    [Theory]
    [InlineData(new byte[] { 0, 1 })]
    [InlineData(new byte[] { 0, 1, 0xC0, 12 })]
    [InlineData(new byte[] { 0, 1, 0, 0, 4, 0, 3, 1, 2, 3 })]
    [InlineData(new byte[] { 0, 1, 0, 0, 4, 0, 0 })]
    [InlineData(new byte[] { 0, 1, 0, 0, 3, 0, 1, 1 })]
    [InlineData(new byte[] { 0, 1, 0, 0, 1, 0, 9, 1 })]
    [InlineData(new byte[] { 0, 1, 0, 0, 3, 0, 2, 1, 1, 0, 1, 0, 0 })]
    [InlineData(new byte[] { 0, 1, 0, 0, 9, 0, 0, 0, 9, 0, 0 })]
    public void Broken_records_are_malformed(byte[] rdata) => Assert.Equal(ReadStatus.Malformed, Rewrite(rdata, [], out _));

    [Fact]
    public void No_truncation_but_between_parameters_is_sound()
    {
        byte[] whole = [.. Head, .. Alpn, .. Hint4, .. Ech, .. Hint6];
        int[] ends = [3, 10, 22, 28];
        for (int i = 0; i < whole.Length; i++)
            Assert.Equal(ends.Contains(i) ? ReadStatus.Found : ReadStatus.Malformed, Rewrite(whole[..i], [], out _));
    }

    [Fact]
    public void A_rewritten_record_never_holds_ech_nor_a_forbidden_hint() => Gen.Byte.Array[0, 60].Sample(tail =>
    {
        byte[] rdata = [.. Head, .. tail];
        Address forbidden = Address.FromBytes([10, 0, 0, 1]);
        if (Rewrite(rdata, [forbidden], out byte[] written) != ReadStatus.Found) return;
        Assert.True(written.Length <= rdata.Length);
        Assert.Equal(ReadStatus.Found, SvcbReader.TryOpen(written, new byte[CanonicalName.MaxBytes], out _, out SvcbReader reader));
        while (reader.HasParameter)
        {
            Assert.Equal(ReadStatus.Found, reader.TryReadParameter(out ushort key, out _));
            Assert.NotEqual(SvcbReader.Ech, key);
        }
    });

    private static ReadStatus Rewrite(byte[] rdata, Address[] forbidden, out byte[] written)
    {
        byte[] room = new byte[rdata.Length];
        ReadStatus status = SvcbRewriter.TryRewrite(rdata, forbidden, room, out int length);
        written = room[..length];
        return status;
    }
}
