using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Verification;

/// <summary>A host outside that counts what arrives: silence becomes proof there, and an arrival outweighs everything.</summary>
public sealed class FarSideTests
{
    private static readonly string[] Options = ["--far", FarLab.Far4, "--far", FarLab.Far6, "--far-port", FarLab.CountPort, "--names", "1", "--patience", "2"];

    [Fact]
    public async Task Behind_a_gateway_nothing_arrives_at_the_far_side_and_it_says_so()
    {
        await using var lab = new FarLab(guarded: true, mayAsk: true);
        await lab.InitializeAsync();
        VerifyOutput ran = await VerifyOutput.RunAsync(lab, "coding-1", [.. Options, "--journal", lab.State.Journal]);
        Assert.True(ran.Status == 0, ran.Unheld);
        Assert.True(ran.Root.GetProperty("farCompared").GetBoolean());
        foreach (int family in (int[])[4, 6])
            foreach (string id in (string[])["spoofed-sni", "forged-host", "quic", "no-sni", "tcp-22", "tcp-8443", "dns-tls", "dns-udp", "dns-tcp", "udp-4444"])
                Assert.Equal("held", ran.Outcome($"far/{id}/{family}"));
        // But for the questions what arrived, over the permitted port, nothing with the run's token is in its output.
        string run = ran.Root.GetProperty("run").GetString()!;
        Assert.DoesNotContain(run, lab.Arrivals, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_gateway_every_attempt_is_counted_there_by_its_token()
    {
        await using var lab = new FarLab(guarded: false, mayAsk: true);
        await lab.InitializeAsync();
        VerifyOutput ran = await VerifyOutput.RunAsync(lab, "coding-1", Options);
        Assert.Equal(1, ran.Status);
        foreach (int family in (int[])[4, 6])
        {
            foreach (string id in (string[])["spoofed-sni", "forged-host", "quic", "no-sni", "tcp-22", "tcp-8443", "dns-tls", "dns-udp", "dns-tcp", "udp-4444"])
            {
                Assert.Contains("the far side counted it", ran.Why($"far/{id}/{family}"), StringComparison.Ordinal);
                string token = ran.Checks.Single(c => c.GetProperty("id").GetString() == $"far/{id}/{family}").GetProperty("token").GetString()!;
                Assert.Contains(token, lab.Arrivals, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task Where_the_policy_permits_no_way_to_ask_it_says_what_to_compare()
    {
        await using var lab = new FarLab(guarded: true, mayAsk: false);
        await lab.InitializeAsync();
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        Finished ran = await VerifyOutput.AsNobodyAsync(lab, "coding-1", [.. Options, "--journal", lab.State.Journal]);
        Assert.True(ran.Succeeded, ran.Output + ran.Errors);
        Assert.Contains("Compare by hand", ran.Output, StringComparison.Ordinal);
        Assert.Matches("verify:   xv[0-9a-f]{12} SNI .*to the host that counts → .*198\\.51\\.100\\.206:443", ran.Output);
        Assert.Equal("", lab.Arrivals);
    }
}
