using System.Diagnostics;
using Exeat.Lab.Tests.Chaos.Load;
using Exeat.Lab.Tests.Labs;

namespace Exeat.Lab.Tests.Chaos;

/// <summary>Memory and file descriptors come back to where they were, however often the same things break under traffic.</summary>
public sealed class MemoryTests(LeanLab lab, ITestOutputHelper output) : IClassFixture<LeanLab>
{
    private const int WarmUp = 4, Rounds = 12;

    // A gateway that keeps half of this for each policy, repair or lost queue rule of the rounds after the first is found out. What a heap of 48 MiB itself has left or not when it is looked at is less.
    private const long MostKiB = 8 * 1024;

    [Fact]
    public async Task What_breaks_again_and_again_takes_no_more_memory_than_at_first()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        await lab.BeginTrafficAsync();
        await using var traffic = Traffic.Start(lab, TimeSpan.FromMinutes(4));
        Assert.True(await traffic.FlowsAsync(0, ChaosLab.Recovery), traffic.Missing(0));
        List<GatewayUse> uses = [];
        for (int round = 0; round < Rounds; round++)
        {
            await Faults.FlushAsync(lab, 1);
            await Faults.UnqueueAsync(lab, 1);
            await Faults.StormAsync(lab, 10, 1);
            uses.Add(GatewayUse.Of(lab.Gateway.Process.Id));
            output.WriteLine($"round {round}: {uses[^1]}");
        }
        await traffic.StopAsync();
        Assert.Equal(0, lab.Supervisor.Restarts);
        Assert.False(HasGrown(uses), string.Join(", ", uses));
    }

    /// <summary>Control: a process that keeps one megabyte more each round has grown, by the same measure.</summary>
    [Fact]
    public async Task One_that_keeps_a_megabyte_a_round_is_found_out()
    {
        using Process keeper = Process.Start(new ProcessStartInfo("python3", ["-c", "import sys\nkept = []\nfor line in sys.stdin: kept.append(b'x' * 1048576); print('kept', flush=True)"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        List<GatewayUse> uses = [];
        for (int round = 0; round < Rounds + 1; round++)
        {
            await keeper.StandardInput.WriteLineAsync();
            await keeper.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
            Assert.Equal("kept", await keeper.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
            uses.Add(GatewayUse.Of(keeper.Id));
        }
        keeper.StandardInput.Close();
        await keeper.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(HasGrown(uses), string.Join(", ", uses));
        Assert.False(HasGrown([.. uses.Take(1), .. uses.Take(1), .. uses.Take(1), .. uses.Take(1), .. uses.Take(1)]));
    }

    private static bool HasGrown(List<GatewayUse> uses) =>
        uses[^1].Descriptors > uses.Take(WarmUp).Max(u => u.Descriptors) + 4 || uses[^1].AnonKiB > uses.Take(WarmUp).Max(u => u.AnonKiB) + MostKiB;
}
