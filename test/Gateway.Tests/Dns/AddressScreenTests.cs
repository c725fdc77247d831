using Exeat.Gateway.Dns;
using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Gateway.Tests.Dns;

public sealed class AddressScreenTests
{
    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.0.9")]
    [InlineData("169.254.169.254")]
    [InlineData("169.254.0.1")]
    [InlineData("224.0.0.251")]
    [InlineData("239.255.255.250")]
    [InlineData("240.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::10.0.0.1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("::ffff:192.0.2.1")]
    [InlineData("64:ff9b::169.254.169.254")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("64:ff9b:1::a00:1")]
    [InlineData("2002:a00:1::1")]
    [InlineData("2001::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fd20:ce::254")]
    [InlineData("fd00:c1::a9fe:a9fe")]
    [InlineData("fd00:42::42")]
    [InlineData("fe80::1")]
    [InlineData("fec0::1")]
    [InlineData("ff02::fb")]
    public void Nobody_outside_is_there(string address) => Assert.Equal(AddressKind.Never, KindOf(address));

    [Theory]
    [InlineData("10.0.0.1")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("100.64.0.1")]
    [InlineData("198.18.0.1")]
    [InlineData("fd00::1")]
    [InlineData("fc00::1")]
    [InlineData("64:ff9b::192.0.2.1")]
    [InlineData("::a100:ffff:a00:1")]
    [InlineData("64:ff9b:2::1")]
    [InlineData("200::1")]
    [InlineData("1fff:ffff::1")]
    [InlineData("4000::1")]
    [InlineData("5f00::1")]
    [InlineData("e000::1")]
    public void Private_and_ungiven_addresses_need_a_rule_that_states_them(string address) => Assert.Equal(AddressKind.IfStated, KindOf(address));

    [Theory]
    [InlineData("192.0.2.1")]
    [InlineData("198.51.100.7")]
    [InlineData("203.0.113.9")]
    [InlineData("8.8.8.8")]
    [InlineData("172.32.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("2001:db8::1")]
    [InlineData("2000::1")]
    [InlineData("3fff::1")]
    [InlineData("2606:4700::1111")]
    public void The_world_and_the_documentation_ranges_are_public(string address) => Assert.Equal(AddressKind.Public, KindOf(address));

    [Fact]
    public void An_unknown_address_is_never_let_through() => Assert.Equal(AddressKind.Never, AddressScreen.KindOf(default));

    private static AddressKind KindOf(string text)
    {
        Assert.True(Address.TryParse(text, out Address address));
        return AddressScreen.KindOf(address);
    }
}
