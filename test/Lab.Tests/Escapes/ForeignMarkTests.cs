using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Escapes;

/// <summary>Another program's rule writes our bits of the mark, as programs with a mask of their own do (I1; K6).</summary>
public sealed class ForeignMarkTests(EnforcedLab lab, OpenLab open) : IClassFixture<EnforcedLab>, IClassFixture<OpenLab>
{
    private const string Nft = "/usr/sbin/nft";

    // The bit with which our own chains say that a packet may pass, and all of them. iptables' mangle tables lie at -150.
    [Theory]
    [InlineData(4, "prerouting", "0x08000000"), InlineData(6, "prerouting", "0x08000000")]
    [InlineData(4, "prerouting", "0xffff0000"), InlineData(6, "prerouting", "0xffff0000")]
    [InlineData(4, "forward", "0x08000000"), InlineData(6, "forward", "0x08000000")]
    public async Task It_lets_nothing_pass_and_hurts_nobody(int family, string hook, string bits)
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        Assert.SkipUnless(File.Exists(Nft), $"{Nft} is missing; it comes with the package nftables");
        Finished added = await lab.RunAsync(LabPlan.Gateway, Nft, $"table inet foreign {{ chain marks {{ type filter hook {hook} priority -150; meta mark set meta mark | {bits} ; }} ; }}");
        Assert.True(added.Succeeded, added.LastLine);
        try
        {
            await Contained.AssertAsync(lab, open, "tcp-send", "@attacker", family, port: 22, rule: "default-deny");
            Assert.True((await lab.TryAsync("https", "openclaw.ai", family)).Client.Succeeded);
        }
        finally
        {
            await lab.RunAsync(LabPlan.Gateway, Nft, "delete", "table", "inet", "foreign");
        }
    }
}
