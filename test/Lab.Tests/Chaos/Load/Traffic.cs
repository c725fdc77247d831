using System.Globalization;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Chaos.Load;

/// <summary>The traffic of several agents at once, in both families, while things break.</summary>
internal sealed class Traffic : IAsyncDisposable
{
    private readonly string _folder;
    private readonly List<(string Agent, TrafficLog Log, Task<Finished> Client)> _clients = [];
    private readonly List<TrafficAttempt> _attempts = [];
    private readonly List<SteadyFlow> _steady = [];

    private Traffic(string folder) => _folder = folder;

    /// <summary>Starts it. <paramref name="pace"/> multiplies the rate of all attempts.</summary>
    public static Traffic Start(LabFixture lab, TimeSpan longest, double pace = 1, params string[] agents)
    {
        var traffic = new Traffic(Directory.CreateDirectory(Path.Combine(lab.State.Scratch, Guid.NewGuid().ToString("N")[..8])).FullName);
        string script = Path.Combine(traffic._folder, "traffic.py");
        File.WriteAllText(script, TrafficScript.Text);
        foreach (string agent in agents.Length > 0 ? agents : ["coding-1", "research-1"])
        {
            string file = Path.Combine(traffic._folder, agent);
            File.WriteAllText(file, "");
            traffic._clients.Add((agent, new TrafficLog(file), Subprocess.RunAsync(
                lab.Network.Inside(agent, "python3", script, file, traffic.StopFile, pace.ToString(CultureInfo.InvariantCulture)), longest + TimeSpan.FromSeconds(60))));
        }
        return traffic;
    }

    public IEnumerable<string> Agents => _clients.Select(c => c.Agent);

    private string StopFile => Path.Combine(_folder, "stop");

    /// <summary>Every attempt that has ended so far.</summary>
    public IReadOnlyList<TrafficAttempt> Attempts()
    {
        Read();
        return _attempts;
    }

    /// <summary>Steady flows that have ended so far.</summary>
    public IReadOnlyList<SteadyFlow> Steady()
    {
        Read();
        return _steady;
    }

    /// <summary>Waits until every permitted kind of every agent has succeeded once with a flow that began after a moment. False: not within the time.</summary>
    public async Task<bool> FlowsAsync(double after, TimeSpan within)
    {
        int wanted = _clients.Count * 2 * TrafficAttempt.Permitted.Length;
        long start = TimeProvider.System.GetTimestamp();
        while (Since(after).Count < wanted)
        {
            if (TimeProvider.System.GetElapsedTime(start) > within) return false;
            foreach ((string agent, _, Task<Finished> client) in _clients)
                if (client.IsCompleted) Assert.Fail($"the traffic of {agent} ended: {(await client).LastLine}");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
        return true;
    }

    /// <summary>What of the permitted kinds did not succeed after a moment, for a message.</summary>
    public string Missing(double after)
    {
        HashSet<(string Agent, int Family, string Kind)> seen = Since(after);
        return string.Join(", ", from agent in Agents from family in (int[])[4, 6] from kind in TrafficAttempt.Permitted where !seen.Contains((agent, family, kind)) select $"{agent} IPv{family} {kind}");
    }

    /// <summary>Asks all to end, and waits until they have.</summary>
    public async Task StopAsync()
    {
        await File.WriteAllTextAsync(StopFile, "");
        foreach ((string agent, _, Task<Finished> client) in _clients)
        {
            Finished finished = await client;
            Assert.True(finished.Succeeded, $"{agent}: {finished.LastLine}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await File.WriteAllTextAsync(StopFile, "");
        await Task.WhenAll(_clients.Select(c => c.Client));
    }

    // From the newest backwards: a long run has many.
    private HashSet<(string Agent, int Family, string Kind)> Since(double after) =>
        [.. Enumerable.Reverse(Attempts()).TakeWhile(a => a.Ended > after).Where(a => a.IsPermitted && a.Succeeded && a.Began > after).Select(a => (a.Agent, a.Family, a.Kind))];

    private void Read()
    {
        List<TrafficAttempt> fresh = [];
        foreach ((string agent, TrafficLog log, _) in _clients)
        {
            foreach (string line in log.Read())
            {
                if (TrafficAttempt.Parse(agent, line) is { } attempt) fresh.Add(attempt);
                else if (SteadyFlow.Parse(agent, line) is { } steady) _steady.Add(steady);
            }
        }
        _attempts.AddRange(fresh.OrderBy(a => a.Ended));
    }
}
