using System.Text;

namespace Exeat.Names.Tests;

public sealed class NamePatternTests
{
    [Theory]
    [InlineData("openclaw.ai", "openclaw.ai", true)]
    [InlineData("openclaw.ai", "www.openclaw.ai", false)]
    [InlineData("openclaw.ai", "evilopenclaw.ai", false)]
    [InlineData("openclaw.ai", "openclaw.ai.evil.net", false)]
    [InlineData("*.x.org", "a.x.org", true)]
    [InlineData("*.x.org", "x.org", false)]
    [InlineData("*.x.org", "b.a.x.org", false)]
    [InlineData("*.x.org", "evilx.org", false)]
    [InlineData("**.x.org", "x.org", true)]
    [InlineData("**.x.org", "a.x.org", true)]
    [InlineData("**.x.org", "c.b.a.x.org", true)]
    [InlineData("**.x.org", "evilx.org", false)]
    [InlineData("**.x.org", "x.org.evil.net", false)]
    [InlineData("ec2.*.amazonaws.com", "ec2.eu-west-1.amazonaws.com", true)]
    [InlineData("ec2.*.amazonaws.com", "ec2.amazonaws.com", false)]
    [InlineData("ec2.*.amazonaws.com", "ec2.a.b.amazonaws.com", false)]
    [InlineData("token-plan-*.example.com", "token-plan-sgp.example.com", true)]
    [InlineData("token-plan-*.example.com", "token-plan-.example.com", true)]
    [InlineData("token-plan-*.example.com", "token-plan-a.b.example.com", false)]
    [InlineData("a*b*c.example.com", "a-b-b-c.example.com", true)]
    [InlineData("a*b*c.example.com", "ac.example.com", false)]
    [InlineData("**.s3*.amazonaws.com", "bucket.s3-fips.amazonaws.com", true)]
    [InlineData("**.*.amazonaws.com", "amazonaws.com", false)]
    [InlineData("**.*.amazonaws.com", "x.amazonaws.com", true)]
    [InlineData("localhost", "localhost", true)]
    public void A_pattern_matches_by_whole_labels(string pattern, string name, bool matches) =>
        Assert.Equal(matches, Pattern(pattern).Matches(Encoding.ASCII.GetBytes(name)));

    [Theory]
    [InlineData("", "empty", "api.example.com")]
    [InlineData("*", "every name", "list the names")]
    [InlineData("**", "every name", "list the names")]
    [InlineData("*.com", "anybody can register", "*.example.com")]
    [InlineData("**.co.uk", "anybody can register", "**.example.co.uk")]
    [InlineData("www.*.org", "anybody can register", "www.*.example.org")]
    [InlineData("my*.de", "anybody can register", "my*.example.de")]
    [InlineData("**.kawasaki.jp", "anybody can register", "example.kawasaki.jp")]
    [InlineData("*.anything.ck", "anybody can register", "example.anything.ck")]
    [InlineData("*.not-a-listed-tld", "anybody can register", "example.not-a-listed-tld")]
    [InlineData("example.*", "the last label", "write the top-level domain out")]
    [InlineData("**.example.*", "the last label", "write the top-level domain out")]
    [InlineData("https://api.example.com/v1", "scheme", "'api.example.com'")]
    [InlineData("https://me@API.example.com:8443/v1", "scheme", "'api.example.com'")]
    [InlineData("api.github.com/repos/acme/**", "path", "'api.github.com'")]
    [InlineData("api.example.com:443", "port", "'api.example.com'")]
    [InlineData("me@example.com", "user part", "'example.com'")]
    [InlineData("192.0.2.1", "address", "cidrs: [192.0.2.1/32]")]
    [InlineData("2001:db8::1", "address", "cidrs: [2001:db8::1/128]")]
    [InlineData("[2001:db8::1]", "address", "cidrs: [2001:db8::1/128]")]
    [InlineData("10.0.0.256", "ends in a number", "cidrs")]
    [InlineData("API.Example.com", "upper-case", "'api.example.com'")]
    [InlineData("bücher.example", "ASCII", "'xn--bcher-kva.example'")]
    [InlineData("*.Bücher.example", "ASCII", "'*.xn--bcher-kva.example'")]
    [InlineData("example.com.", "ends with a dot", "'example.com'")]
    [InlineData(".example.com", "begins with a dot", "'**.example.com'")]
    [InlineData("a..example.com", "two dots", "'a.example.com'")]
    [InlineData("a b.example.com", "spaces", "one name per entry")]
    [InlineData("a\u0000b.example.com", "control", "one name per entry")]
    [InlineData("a,b.example.com", "character ','", "lower-case letters")]
    [InlineData("a.**.example.com", "first label", "'a.*.example.com'")]
    [InlineData("a**.example.com", "first label", "'a*.example.com'")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example.com", "more than 63", "shorten")]
    public void What_is_no_pattern_is_refused_with_a_remedy(string text, string what, string remedy)
    {
        Assert.False(NamePattern.TryParse(text, out _, out PatternProblem? problem));
        Assert.Contains(what, problem.What, StringComparison.Ordinal);
        Assert.Contains(remedy, problem.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_longer_than_any_in_DNS_is_refused()
    {
        string text = string.Join('.', Enumerable.Repeat("abcdefghi", 25)) + ".org";
        Assert.Equal(253, text.Length);
        Assert.True(NamePattern.TryParse(text, out _, out _));
        Assert.False(NamePattern.TryParse("a" + text, out _, out PatternProblem? problem));
        Assert.Contains("longer than 253", problem.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("*.github.io", true)]
    [InlineData("*.s3.amazonaws.com", true)]
    [InlineData("*.example.com", false)]
    [InlineData("acme.github.io", false)]
    [InlineData("*.acme.github.io", false)]
    public void A_wildcard_below_a_private_suffix_is_accepted_and_flagged(string text, bool shared) => Assert.Equal(shared, Pattern(text).IsSharedZone);

    [Theory]
    [InlineData("*.www.ck")]
    [InlineData("*.city.kawasaki.jp")]
    [InlineData("co.uk")]
    public void An_exception_of_the_list_and_an_exact_suffix_are_accepted(string text) => Assert.Equal(text, Pattern(text).Text);

    [Theory]
    [InlineData("a*.x.org", "*b.x.org", true)]
    [InlineData("a*.x.org", "b*.x.org", false)]
    [InlineData("**.x.org", "x.org", true)]
    [InlineData("*.x.org", "x.org", false)]
    [InlineData("**.a.x.org", "**.x.org", true)]
    [InlineData("**.a.x.org", "*.x.org", true)]
    [InlineData("**.a.x.org", "*.b.x.org", false)]
    [InlineData("ec2.*.amazonaws.com", "**.eu-west-1.amazonaws.com", true)]
    public void Overlap_is_of_languages_and_not_of_texts(string a, string b, bool overlap)
    {
        Assert.Equal(overlap, Pattern(a).Overlaps(Pattern(b)));
        Assert.Equal(overlap, Pattern(b).Overlaps(Pattern(a)));
    }

    [Fact]
    public void Two_parts_that_only_fit_into_a_label_of_over_63_bytes_do_not_overlap()
    {
        NamePattern head = Pattern(new string('a', 40) + "*.x.org"), tail = Pattern("*" + new string('b', 24) + ".x.org");
        Assert.False(head.Overlaps(tail));
        Assert.True(head.Overlaps(Pattern("*" + new string('b', 23) + ".x.org")));
    }

    [Fact]
    public void Matching_allocates_nothing()
    {
        NamePattern[] patterns = [Pattern("a.x.org"), Pattern("**.x.org"), Pattern("a*b*.*.x.org")];
        byte[] name = "aab.c.x.org"u8.ToArray();
        Assert.Equal(0, Testing.Allocations.Of(() =>
        {
            foreach (NamePattern pattern in patterns)
            {
                pattern.Matches(name);
                pattern.IsBelow(name);
            }
        }));
    }

    internal static NamePattern Pattern(string text)
    {
        Assert.True(NamePattern.TryParse(text, out NamePattern? pattern, out PatternProblem? problem), problem?.What);
        return pattern;
    }
}
