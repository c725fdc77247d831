using Exeat.Flows;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Running;

/// <summary>What is left of a connection that the kernel does not know any more (its time is over, the machine began anew): its client is told, nothing of it passes, and who goes on with it is on record (I5).</summary>
[Collection(Alone.Name)]
public sealed class ForgottenConnectionTests(RunningLab lab) : IClassFixture<RunningLab>
{
    private const string Established = "/proc/sys/net/netfilter/nf_conntrack_tcp_timeout_established";

    // Speaks twice; the second time is the last that its connection is remembered for more than a second. Then it goes on, or just ends.
    private const string Client = """
        import os, socket, sys, time
        s = socket.create_connection((sys.argv[1], 5432)); s.settimeout(10)
        s.send(b'a'); s.recv(1); open(sys.argv[3], 'w').close()
        while not os.path.exists(sys.argv[3] + '.short'): time.sleep(0.05)
        s.send(b'b'); s.recv(1); time.sleep(4)
        try:
            s.send(b'late') if sys.argv[2] == 'speaks' else s.shutdown(socket.SHUT_WR)
            print('heard' if s.recv(1) else 'closed')
        except ConnectionResetError: print('reset')
        except TimeoutError: print('silent')
        print(s.getsockname()[1])
        """;

    [Theory, InlineData(4, "speaks"), InlineData(6, "speaks"), InlineData(4, "ends"), InlineData(6, "ends")]
    public async Task A_connection_that_the_kernel_forgot_is_reset_and_counted(int family, string how)
    {
        await lab.BeginAsync();
        string ready = Path.Combine(lab.State.Folder, $"forgotten-{family}-{how}"), there = RunningLab.DatabaseAt(family);
        DateTimeOffset from = TimeProvider.System.GetUtcNow();
        string before = (await lab.RunAsync(LabPlan.Gateway, "cat", Established)).Output.Trim();
        Task<Finished> client = lab.RunAsync("coding-1", "python3", "-c", Client, there, how, ready);
        await lab.UntilAsync(() => File.Exists(ready), "it was not connected");
        try
        {
            await SetAsync("1");
            File.Create(ready + ".short").Dispose();
            Finished done = await client;
            Assert.True(done.Succeeded, done.Errors);
            string[] said = done.Output.Split('\n');
            Assert.Equal("reset", said[0]);
            int port = int.Parse(said[1], System.Globalization.CultureInfo.InvariantCulture);
            // With words it is an attempt of its own; an end alone tried nothing and is counted with its like.
            await lab.UntilAsync(() => Told().Any(e => how == "speaks" ? e.Event == "decision" && e.SourcePort == port : e is { Event: "counted", Count: > 0 }), "nobody says what became of it");
            Assert.All(Told(), e => Assert.Equal(("coding-1", "deny", true), (e.Agent, e.Verdict, e.Enforced)));
        }
        finally
        {
            await SetAsync(before);
        }
        // Control: a connection that is remembered goes on.
        Assert.True((await lab.TryAsync("tcp-send", "@database", family, port: 5432)).Arrived);

        IEnumerable<FlowEvent> Told() => new JournalReader(lab.State.Journal).Read(from).Where(e => e.Reason == "no-anchor" && e.Destination == there);

        async Task SetAsync(string seconds) => Assert.True((await lab.RunAsync(LabPlan.Gateway, "sh", "-c", $"echo {seconds} > {Established}")).Succeeded);
    }
}
