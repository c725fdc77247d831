namespace Exeat.Linux.Tests;

public sealed class TextTests
{
    [Fact]
    public void A_refusal_says_operation_object_cause_and_remedy()
    {
        Assert.Equal("nftables: replace table exeat: EPERM (needs CAP_NET_ADMIN)",
            new KernelException("nftables: replace table", "exeat", Errno.EPERM).Message);
        Assert.Equal("raw sender: open IPv4: EPERM (needs CAP_NET_RAW)", new KernelException("raw sender: open", "IPv4", Errno.EPERM).Message);
        Assert.Equal("conntrack: dump: ENOBUFS", new KernelException("conntrack: dump", "", Errno.ENOBUFS).Message);
        Assert.Equal("ip: netns add x: File exists", new KernelException("ip:", "netns add x", Errno.None, "File exists").Message);
    }

    [Fact]
    public void Effective_capabilities_are_named()
    {
        ulong mask = Capabilities.Parse("Name:\tx\nCapPrm:\t0000000000000000\nCapEff:\t0000000000003000\nCapBnd:\t000001ffffffffff\n");
        Assert.Equal(["CAP_NET_ADMIN", "CAP_NET_RAW"], Capabilities.Names(mask));
        Assert.Equal(["CAP_63"], Capabilities.Names(1ul << 63));
        Assert.Equal(0ul, Capabilities.Parse("nothing of the kind"));
        Assert.False(Capabilities.Has("CAP_OF_NO_KIND"));
    }

    [Fact]
    public void A_batch_is_a_line_for_each_command()
    {
        IpBatch batch = new IpBatch().VethPair("a", "one", "b", null).Address("b", "2001:db8::1/64").Up("b").Route("default", "192.0.2.1");
        Assert.Equal(
            "link add a netns one type veth peer name b\naddress add 2001:db8::1/64 dev b nodad\nlink set b up\nroute add default via 192.0.2.1\n",
            batch.ToString());
        Assert.Throws<ArgumentException>(() => batch.Command("link show\nlink delete a"));
    }

    [Fact]
    public void A_setting_that_is_not_there_reads_as_null() => Assert.Null(Sysctl.Read("net.of.no.kind"));
}
