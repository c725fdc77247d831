using System.Globalization;
using Exeat.Lab.Tests.Labs;

namespace Exeat.Lab.Tests.Operation;

/// <summary>Readiness, signs of life and rights of a gateway that was really started.</summary>
public sealed class SupervisionTests
{
    // Far above the rhythm of the signs, a third of the watchdog's interval.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_supervisor_hears_readiness_life_reload_and_stop()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        await using var lab = new SupervisedGateway(TimeSpan.FromSeconds(3));
        await lab.InitializeAsync();
        Assert.StartsWith("READY=1\n", lab.Hear(Patience));
        Assert.True(lab.HearUntil("WATCHDOG=1", Patience), "no sign of life: " + lab.Gateway.Process.LastWords());
        await lab.Gateway.Process.SignalAsync("HUP");
        Assert.True(lab.HearUntil("RELOADING=1\nMONOTONIC_USEC=", Patience), "the reload was not announced");
        Assert.True(lab.HearUntil("READY=1", Patience), "the reload did not end");
        Assert.True(lab.HearUntil("WATCHDOG=1", Patience), "no sign of life after a reload");
        await lab.Gateway.Process.SignalAsync("TERM");
        Assert.True(lab.HearUntil("STOPPING=1", Patience), "the stop was not announced");
    }

    [Fact]
    public async Task A_gateway_that_hangs_gives_no_sign_of_life()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        await using var lab = new SupervisedGateway(TimeSpan.FromSeconds(3));
        await lab.InitializeAsync();
        // The resolver's way over loopback is taken away: the process lives, its timer runs, but questions are not answered.
        Assert.True(lab.HearUntil("WATCHDOG=1", Patience));
        Assert.True((await lab.RunAsync("gateway", "ip", "link", "set", "lo", "down")).Succeeded);
        while (lab.Hear(TimeSpan.FromMilliseconds(100)) is { Length: > 0 })
        {
        }
        Assert.Equal("", lab.Hear(TimeSpan.FromSeconds(4)));
        Assert.False(lab.Gateway.Process.HasEnded);
        Assert.Contains("resolver does not answer", lab.Gateway.Process.LastWords());
        Assert.True((await lab.RunAsync("gateway", "ip", "link", "set", "lo", "up")).Succeeded);
        Assert.True(lab.HearUntil("WATCHDOG=1", Patience), "no sign of life after it answers again");
    }

    [Fact]
    public async Task No_thread_of_a_started_gateway_has_more_rights_than_it_needs()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        await using var lab = new EnforcedLab();
        await lab.InitializeAsync();
        // CAP_NET_ADMIN and CAP_NET_RAW (linux/capability.h: 12, 13). Control: the process that started it has more.
        const ulong Kept = 0x3000;
        Assert.NotEqual(0ul, Mask(File.ReadAllLines("/proc/self/status"), "CapPrm") & ~Kept);
        string[] threads = Directory.GetDirectories($"/proc/{lab.Gateway.Process.Id}/task");
        Assert.True(threads.Length > 4, "that is not the gateway");
        foreach (string thread in threads)
        {
            string[] status = File.ReadAllLines(Path.Combine(thread, "status"));
            foreach (string set in (string[])["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"]) Assert.Equal((thread, set, 0ul), (thread, set, Mask(status, set) & ~Kept));
            Assert.Equal(Kept, Mask(status, "CapEff"));
            Assert.Contains("NoNewPrivs:\t1", status);
        }
        Assert.True((await lab.TryAsync("https", "openclaw.ai", 4)).Client.Succeeded);
        Assert.True((await lab.TryAsync("https", "openclaw.ai", 6)).Client.Succeeded);
    }

    private static ulong Mask(string[] status, string name) =>
        ulong.Parse(status.First(l => l.StartsWith(name + ":", StringComparison.Ordinal))[(name.Length + 1)..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
