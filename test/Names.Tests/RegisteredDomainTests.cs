using System.Text;

namespace Exeat.Names.Tests;

public sealed class RegisteredDomainTests
{
    [Theory]
    [InlineData("openclaw.ai", "openclaw.ai")]
    [InlineData("a.b.openclaw.ai", "openclaw.ai")]
    [InlineData("www.example.co.uk", "example.co.uk")]
    [InlineData("d111.cloudfront.net", "d111.cloudfront.net")]
    [InlineData("x.one.github.io", "one.github.io")]
    [InlineData("www.ck", "www.ck")]
    [InlineData("a.b.c.kawasaki.jp", "b.c.kawasaki.jp")]
    [InlineData("co.uk", "co.uk")]
    [InlineData("localhost", "localhost")]
    public void It_is_one_label_below_a_public_suffix(string name, string domain) =>
        Assert.Equal(domain, DomainName.FromCanonical(Encoding.ASCII.GetBytes(name)).RegisteredDomain);
}
