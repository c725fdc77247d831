using System.Diagnostics;
using Exeat.Lab.Tests.Chaos.Load;
using Exeat.Lab.Tests.Labs;

namespace Exeat.Lab.Tests.Chaos;

/// <summary>Memory and file descriptors come back to where they were, however often the same things break under traffic.</summary>
public sealed class MemoryTests(LeanLab lab, ITestOutputHelper output) : IClassFixture<LeanLab>
{
    private const int WarmUp = 4, Rounds = 12;

    // Those of the threads that the runtime starts before the first line of the program, of which there are five or six.
    private const int MostHeaps = 8;

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
        int heaps = GatewayUse.Heaps(lab.Gateway.Process.Id);
        output.WriteLine($"{heaps} heaps of the C library beside the first");
        await traffic.StopAsync();
        Assert.Equal(0, lab.Supervisor.Restarts);
        Assert.False(HasGrown(uses), string.Join(", ", uses));
        // What is taken for a moment stays with the heap that it was taken from: a heap for each thread of a pool is what grew with every policy, until sixteen of them had had their turn (on two processors).
        Assert.InRange(heaps, 0, MostHeaps);
    }

    /// <summary>Control: the same count sees the heaps of threads that share none.</summary>
    [Fact]
    public async Task Threads_that_have_heaps_of_their_own_are_found_out()
    {
        using Process threads = Process.Start(new ProcessStartInfo("python3", ["-c", "import ctypes, sys, threading\nc = ctypes.CDLL(None)\nc.malloc.restype = ctypes.c_void_p\nall = threading.Barrier(13)\ndef run(): c.malloc(64); all.wait(); all.wait()\n[threading.Thread(target=run).start() for _ in range(12)]\nall.wait(); print('there', flush=True); sys.stdin.readline(); all.wait()"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Assert.Equal("there", await threads.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        int heaps = GatewayUse.Heaps(threads.Id);
        await threads.StandardInput.WriteLineAsync();
        await threads.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(heaps > MostHeaps, $"{heaps} heaps");
    }

    /// <summary>Control: what is opened each time and kept is counted, a file of the program that is opened again and again among it; a library that a program comes to for the first time is not.</summary>
    [Fact]
    public async Task Descriptors_that_are_kept_are_found_out_and_libraries_that_are_new_are_none()
    {
        string folder = Directory.CreateTempSubdirectory("exeat-open-").FullName;
        try
        {
            string[] libraries = [.. Enumerable.Range(0, 4).Select(i => Path.Combine(folder, $"{i}.dll"))];
            foreach (string library in libraries) await File.WriteAllTextAsync(library, "", TestContext.Current.CancellationToken);
            using Process keeper = Process.Start(new ProcessStartInfo("python3", ["-c", "import socket, sys\nkept = []\nfor line in sys.stdin: kept.append(open(line.strip()) if line.strip() else socket.socket()); print('kept', flush=True)"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
            GatewayUse before = await KeepAsync(libraries[0], libraries[0], libraries[1]);
            GatewayUse fresh = await KeepAsync(libraries[1], libraries[2], libraries[2], libraries[3]);
            GatewayUse again = await KeepAsync(libraries[0], libraries[0], libraries[0], libraries[0], libraries[0]);
            GatewayUse sockets = await KeepAsync("", "", "", "", "");
            keeper.StandardInput.Close();
            await keeper.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(before.Descriptors, fresh.Descriptors);
            Assert.Equal(before.Descriptors + 5, again.Descriptors);
            Assert.Equal(before.Descriptors + 10, sockets.Descriptors);
            Assert.True(fresh.IsBackTo(before) && !again.IsBackTo(before) && !sockets.IsBackTo(again));

            async Task<GatewayUse> KeepAsync(params string[] what)
            {
                foreach (string one in what)
                {
                    await keeper.StandardInput.WriteLineAsync(one);
                    await keeper.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
                    Assert.Equal("kept", await keeper.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
                }
                return GatewayUse.Of(keeper.Id);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
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
