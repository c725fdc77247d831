using CsCheck;

namespace Exeat.Names.Tests;

public sealed class AddressTests
{
    private static readonly Gen<Address> Any = Gen.OneOf(
        Gen.UInt.Select(Address.V4),
        Gen.Select(Gen.ULong, Gen.ULong, (high, low) => Address.V6(new UInt128(high, low))));

    [Fact]
    public void An_address_printed_and_read_again_is_the_same() =>
        Any.Sample(address =>
        {
            Assert.True(Address.TryParse(address.ToString(), out Address again));
            Assert.Equal(address, again);
        });

    [Fact]
    public void An_address_written_in_bytes_and_read_again_is_the_same() =>
        Any.Sample(address =>
        {
            var bytes = new byte[16];
            Assert.Equal(address, Address.FromBytes(bytes.AsSpan(0, address.WriteTo(bytes))));
        });

    [Theory]
    [InlineData("192.0.2")]
    [InlineData("192.0.2.01")]
    [InlineData("0xc0000201")]
    [InlineData("3221225985")]
    [InlineData("fe80::1%eth0")]
    [InlineData("[2001:db8::1]")]
    public void Other_spellings_of_addresses_are_refused(string text) => Assert.False(Address.TryParse(text, out _));

    [Theory]
    [InlineData("10.0.0.0/8", "10.255.0.1", true)]
    [InlineData("10.0.0.0/8", "11.0.0.1", false)]
    [InlineData("0.0.0.0/0", "203.0.113.1", true)]
    [InlineData("0.0.0.0/0", "2001:db8::1", false)]
    [InlineData("::/0", "2001:db8::1", true)]
    [InlineData("::/0", "203.0.113.1", false)]
    [InlineData("fd00::/8", "fdff::1", true)]
    [InlineData("192.0.2.1", "192.0.2.1", true)]
    [InlineData("::ffff:192.0.2.0/120", "192.0.2.1", false)]
    public void A_prefix_contains_addresses_of_its_family(string prefix, string address, bool inside)
    {
        Assert.True(Prefix.TryParse(prefix, out Prefix parsed));
        Assert.True(Address.TryParse(address, out Address point));
        Assert.Equal(inside, parsed.Contains(point));
    }

    [Theory]
    [InlineData("10.0.0.1/8")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("10.0.0.0/")]
    [InlineData("fd00::1/8")]
    public void A_prefix_with_host_bits_or_a_wrong_length_is_refused(string text) => Assert.False(Prefix.TryParse(text, out _));

    [Fact]
    public void Prefixes_overlap_when_one_holds_the_other() =>
        Gen.Select(Gen.UInt, Gen.UInt, Gen.Int[0, 32], Gen.Int[0, 32]).Sample((a, b, m, n) =>
        {
            Prefix x = Prefix.Of(Address.V4(a), m), y = Prefix.Of(Address.V4(b), n);
            int shorter = Math.Min(m, n);
            Assert.Equal(shorter == 0 || a >> (32 - shorter) == b >> (32 - shorter), x.Overlaps(y));
            Assert.Equal(x.Overlaps(y), y.Overlaps(x));
        });
}
