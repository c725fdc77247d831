using Exeat.Lab.Scenario;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Escapes;

/// <summary>The gateway killed, and the gateway stopped, under load: nothing new passes, what was permitted goes on, and it recovers (I1; K5).</summary>
public sealed class GatewayDeathTests
{
    private const string LongStream = "https://openclaw.ai/stream/80"; // eight seconds
    private const string StreamBytes = "160";

    [Fact]
    public async Task Killed_under_load()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        await using var lab = new EnforcedLab();
        await lab.InitializeAsync();
        await AssertFailsClosedAsync(lab, "KILL", async () => await lab.Gateway.RestartAsync());
    }

    [Fact]
    public async Task Stopped_under_load()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        await using var lab = new EnforcedLab();
        await lab.InitializeAsync();
        await AssertFailsClosedAsync(lab, "STOP", () => lab.Gateway.Process.SignalAsync("CONT"));
    }

    private static async Task AssertFailsClosedAsync(EnforcedLab lab, string signal, Func<Task> recover)
    {
        // Control: with the gateway alive, and the name bound by a look-up, these go through, so that their absence later means something.
        foreach (int family in (int[])[4, 6])
        {
            Assert.True((await lab.TryAsync("https", "openclaw.ai", family)).Client.Succeeded);
            Assert.True((await NewConnectionAsync(lab, family)).Client.Succeeded);
        }
        Task<Finished>[] streams = [.. ((int[])[4, 6]).Select(family => StreamAsync(lab, family))];
        using var stop = new CancellationTokenSource();
        Task load = LoadAsync(lab, stop.Token);
        await Task.Delay(TimeSpan.FromMilliseconds(1500), TimeProvider.System);

        await lab.Gateway.Process.SignalAsync(signal);
        await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System);
        foreach (int family in (int[])[4, 6])
        {
            Outcome permitted = await NewConnectionAsync(lab, family), denied = await lab.TryAsync("https-address", "@attacker", family);
            Assert.False(permitted.After.Has(permitted.Attempt.Canary), "a new connection passed a gateway that decides nothing");
            Assert.False(denied.Arrived);
        }
        await stop.CancelAsync();
        await load;
        foreach (Finished stream in await Task.WhenAll(streams)) Assert.Equal(StreamBytes, stream.Output);

        await recover();
        foreach (int family in (int[])[4, 6])
        {
            Assert.True(await EventuallyArrivesAsync(lab, family), "no new connection passes after recovery");
            Assert.False((await lab.TryAsync("https-address", "@attacker", family)).Arrived);
        }
    }

    // By its true address, so that a resolver that is not there is not what stops it.
    private static Task<Outcome> NewConnectionAsync(LabFixture lab, int family) => lab.TryAsync("spoofed-sni", "openclaw.ai@core", family);

    private static async Task<bool> EventuallyArrivesAsync(LabFixture lab, int family)
    {
        for (int i = 0; i < 10; i++)
        {
            Outcome outcome = await lab.TryAsync("https", "openclaw.ai", family);
            if (outcome.After.Has(outcome.Attempt.Canary)) return true;
        }
        return false;
    }

    private static Task<Finished> StreamAsync(LabFixture lab, int family) => lab.RunAsync(
        "coding-1", "curl", "-sS", $"-{family}", "--cacert", lab.State.Authority, "-o", "/dev/null", "-w", "%{size_download}", LongStream);

    private static Task LoadAsync(LabFixture lab, CancellationToken stop) => Task.WhenAll(((string[])["research-1", "support-1"]).Select(async agent =>
    {
        while (!stop.IsCancellationRequested)
        {
            await lab.TryAsync("https", "openclaw.ai", 4, agent: agent);
            await lab.TryAsync("https-address", "@attacker", 6, agent: agent);
        }
    }));
}
