using System.Globalization;
using Exeat.Flows;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Tests.Running;
using Exeat.Lab.Topology;
using Exeat.Lab.World;

namespace Exeat.Lab.Tests.Records;

/// <summary>The gateway killed while connections come: what got through has its record, to the last one (I5: written before the permit takes effect).</summary>
public sealed class KilledGatewayTests
{
    private const int Rounds = 3;

    // Opens connections one after the other on eight threads, and prints the source port of each that was answered.
    private const string Load = """
        import socket, sys, threading, time
        host, port, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
        end = time.monotonic() + seconds; lock = threading.Lock(); ports = []
        def run():
            while time.monotonic() < end:
                s = socket.socket(socket.AF_INET6 if ':' in host else socket.AF_INET)
                try:
                    s.settimeout(2); s.connect((host, port)); s.send(b'x')
                    if s.recv(1):
                        with lock: ports.append(s.getsockname()[1])
                except OSError: pass
                s.close()
        threads = [threading.Thread(target=run) for _ in range(8)]
        [t.start() for t in threads]; [t.join() for t in threads]
        print(*ports)
        """;

    [Theory, InlineData(4), InlineData(6)]
    public async Task Every_connection_that_got_through_before_the_kill_has_its_record(int family)
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        await using var lab = new RunningLab();
        await lab.InitializeAsync();
        await lab.BeginAsync();
        string database = RunningLab.DatabaseAt(family);
        string[] agents = ["coding-1", "research-1", "support-1"];
        for (int round = 0; round < Rounds; round++)
        {
            DateTimeOffset from = TimeProvider.System.GetUtcNow();
            long before = await AcceptedAsync(lab, family, agents);
            Task<Finished>[] load = [.. agents.Select(agent => lab.RunAsync(agent, "python3", "-c", Load, database, "5432", "4"))];
            // In the middle of it: wait for the far side to see many, then kill.
            await lab.UntilAsync(() => AcceptedAsync(lab, family, agents).GetAwaiter().GetResult() >= before + 50 * (round + 1), "no load, so this test shows nothing");
            await lab.Gateway.Process.SignalAsync("KILL");
            List<(string Agent, int Port)> answered = [];
            foreach ((string agent, Finished finished) in agents.Zip(await Task.WhenAll(load)))
                answered.AddRange(finished.Output.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(word => (agent, int.Parse(word, CultureInfo.InvariantCulture))));
            long accepted = await AcceptedAsync(lab, family, agents) - before;
            List<(string, int)> recorded = Permits(lab.State.Journal, from, database);

            Assert.NotEmpty(answered);
            Assert.Empty(answered.Except(recorded));
            Assert.True(accepted <= recorded.Count, $"{accepted} connections arrived, {recorded.Count} are on record");
            Assert.True(accepted >= answered.Count, $"{accepted} arrived, {answered.Count} were answered");
            TestContext.Current.TestOutputHelper?.WriteLine($"IPv{family}, round {round + 1}: {accepted} arrived, {answered.Count} were answered, {recorded.Count} are on record");
            // Control: the same count sees it when the last records are not there.
            Assert.NotEmpty(answered.Except(recorded.Take(recorded.Count / 2)));
            await lab.Gateway.RestartAsync();
        }
    }

    private static List<(string Agent, int Port)> Permits(string journal, DateTimeOffset from, string destination) =>
        [.. new JournalReader(journal).Read(from).Where(e => e is { Event: "decision", Verdict: "permit", Port: 5432 } && e.Destination == destination).Select(e => (e.Agent!, e.SourcePort))];

    private static async Task<long> AcceptedAsync(LabFixture lab, int family, string[] agents)
    {
        WorldSnapshot world = await lab.World.ReadAsync();
        return agents.Select(id => LabPlan.Find(id)!).Sum(a => world.From(family == 4 ? a.Address4 : a.Address6, RunningLab.DatabaseAt(family), 6, 5432).Connections);
    }
}
