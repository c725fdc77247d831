using System.Text;
using CsCheck;

namespace Exeat.Names.Tests;

public sealed class CanonicalNameTests
{
    [Theory]
    [InlineData("Example.COM", "example.com")]
    [InlineData("example.com.", "example.com")]
    [InlineData("_dns.Resolver_1.example", "_dns.resolver_1.example")]
    [InlineData("1.example", "1.example")]
    public void One_name_has_one_form(string text, string canonical)
    {
        Assert.Equal(NameProblem.None, Write(text, out string written));
        Assert.Equal(canonical, written);
    }

    [Theory]
    [InlineData("", NameProblem.Empty)]
    [InlineData(".", NameProblem.Empty)]
    [InlineData("a..b", NameProblem.EmptyLabel)]
    [InlineData(".a", NameProblem.EmptyLabel)]
    [InlineData("a..", NameProblem.EmptyLabel)]
    [InlineData("a\0.example", NameProblem.BadCharacter)]
    [InlineData("a\u0001b.example", NameProblem.BadCharacter)]
    [InlineData("a b.example", NameProblem.BadCharacter)]
    [InlineData("a*b.example", NameProblem.BadCharacter)]
    [InlineData("b\u00fccher.example", NameProblem.BadCharacter)]
    [InlineData("192.0.2.1", NameProblem.AddressLiteral)]
    [InlineData("example.7", NameProblem.AddressLiteral)]
    [InlineData("2001:db8::1", NameProblem.AddressLiteral)]
    [InlineData("[2001:db8::1]", NameProblem.AddressLiteral)]
    public void What_is_no_name_has_a_named_problem(string text, NameProblem problem) => Assert.Equal(problem, Write(text, out _));

    [Fact]
    public void Lengths_are_limited_at_63_and_253()
    {
        Assert.Equal(NameProblem.None, Write(new string('a', 63) + ".org", out _));
        Assert.Equal(NameProblem.LabelTooLong, Write(new string('a', 64) + ".org", out _));
        string longest = string.Join('.', Enumerable.Repeat("abcdefghi", 25)) + ".org";
        Assert.Equal(NameProblem.None, Write(longest + ".", out _));
        Assert.Equal(NameProblem.TooLong, Write("a" + longest, out _));
    }

    [Fact]
    public void What_is_written_is_its_own_canonical_form() =>
        Gen.Byte.Array[0, 300].Sample(bytes =>
        {
            var first = new byte[CanonicalName.MaxBytes];
            if (CanonicalName.TryWrite(bytes, first, out int length) != NameProblem.None) return;
            var second = new byte[CanonicalName.MaxBytes];
            Assert.Equal(NameProblem.None, CanonicalName.TryWrite(first.AsSpan(0, length), second, out int again));
            Assert.Equal(first.AsSpan(0, length), second.AsSpan(0, again));
        });

    [Fact]
    public void Labels_are_taken_from_the_right()
    {
        ReadOnlySpan<byte> name = "a.bc.org"u8;
        Assert.Equal("org"u8, CanonicalName.TakeLastLabel(ref name));
        Assert.Equal("bc"u8, CanonicalName.TakeLastLabel(ref name));
        Assert.Equal("a"u8, CanonicalName.TakeLastLabel(ref name));
        Assert.True(name.IsEmpty);
    }

    private static NameProblem Write(string text, out string canonical)
    {
        var destination = new byte[CanonicalName.MaxBytes];
        NameProblem problem = CanonicalName.TryWrite(Encoding.UTF8.GetBytes(text), destination, out int written);
        canonical = Encoding.ASCII.GetString(destination, 0, written);
        return problem;
    }
}
