using System.Diagnostics;
using System.Globalization;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;
using Exeat.Lab.World;

namespace Exeat.Lab.Tests.Runs;

/// <summary>What happens to a person's machine while a run goes on: it sleeps and wakes up, and it is carried to another network. What is permitted comes back by itself, and nothing else passes.</summary>
public sealed class RunChangeTests(RunLab lab) : IClassFixture<RunLab>
{
    private const string Denied4 = "203.0.113.66", Denied6 = "2001:db8:f::66", Permitted4 = "203.0.113.14", Permitted6 = "2001:db8:f::14";

    // Where the machine is found after it was carried.
    private const string Other4 = "192.0.2.130", Other6 = "2001:db8:a:7::2";

    // Four connections that echo (both families; over two of them something is said all the time, over two nothing): each must be the same one at the end.
    private const string Echoes = """
        import os, socket, sys, time
        def connect(family):
            for kind, _, _, _, to in socket.getaddrinfo('github.com', 22, family, socket.SOCK_STREAM):
                s = socket.socket(kind, socket.SOCK_STREAM); s.settimeout(30); s.connect(to); return s
        def say(s, word):
            s.sendall(word); seen = b''
            while len(seen) < len(word):
                more = s.recv(99)
                if not more: sys.exit(f'ended by the other end before {word}')
                seen += more
            assert seen == word, (seen, word)
        live, idle = [[connect(f) for f in (socket.AF_INET, socket.AF_INET6)] for _ in range(2)]
        for s in live + idle: say(s, b'SSH-2.0-OpenSSH_9.2\r\n')
        open('connected', 'w').close(); last = time.monotonic(); gap = 0; rounds = 0
        while not os.path.exists('woken'):
            for s in live: say(s, b'round')
            now = time.monotonic(); gap = max(gap, now - last); last = now; rounds += 1
            time.sleep(0.05)
        for s in live + idle: say(s, b'awake')
        print('four lived', 'and slept' if gap > 2 else 'but did not sleep', flush=True)
        """;

    [Theory, InlineData("veth"), InlineData("slirp4netns"), InlineData("pasta")]
    public async Task A_machine_that_sleeps_finds_its_connections_again(string way)
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        Assert.SkipWhen(RunLab.Obstacle(way) is not null, RunLab.Obstacle(way) ?? "");
        await File.WriteAllTextAsync(Path.Combine(lab.Work, "echoes.py"), Echoes);
        foreach (string file in (string[])["connected", "woken"]) File.Delete(Path.Combine(lab.Work, file));
        long before = (await lab.ArrivedAsync()).From("", Denied4).Packets;
        const string Script = "python3 echoes.py && curl -4 -sS -m 10 https://github.com/ && curl -6 -sS -m 10 https://github.com/ && { curl -sS -m 5 http://203.0.113.66/; exit 5; }";
        using Process run = Process.Start(new ProcessStartInfo("setsid", lab.Command(["--class", "coding", "--network", way, "--ssh", "github.com"], "sh", "-c", Script)) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> output = run.StandardOutput.ReadToEndAsync(), errors = run.StandardError.ReadToEndAsync();
        await UntilAsync("connected", run, errors);
        IReadOnlyList<int> tree = TreeOf(run.Id);
        Assert.True(tree.Count >= 5, "there is no gateway and no way out among what sleeps");
        // As a machine sleeps: everything stops at once, and goes on at once.
        await Subprocess.DemandAsync(["kill", "-STOP", .. tree.Select(id => $"{id}")]);
        await Task.Delay(TimeSpan.FromSeconds(4), TimeProvider.System);
        Assert.All(tree, id => Assert.Equal('T', StateOf(id)));
        await Subprocess.DemandAsync(["kill", "-CONT", .. tree.Select(id => $"{id}")]);
        await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System);
        await File.WriteAllTextAsync(Path.Combine(lab.Work, "woken"), "");
        await run.WaitForExitAsync();
        Assert.True(run.ExitCode == 5, await errors);
        Assert.StartsWith("four lived and slept\n", await output, StringComparison.Ordinal);
        Assert.Equal(before, (await lab.ArrivedAsync()).From("", Denied4).Packets);
        // The gateway is the same one: it was not taken for one that hangs.
        Assert.DoesNotContain("started again", await errors, StringComparison.Ordinal);
    }

    [Theory, InlineData("veth"), InlineData("slirp4netns"), InlineData("pasta")]
    public async Task A_machine_that_comes_to_another_network_goes_on_from_there_in_both_families(string way)
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        Assert.SkipWhen(RunLab.Obstacle(way) is not null, RunLab.Obstacle(way) ?? "");
        foreach (string file in (string[])["settled", "carried"]) File.Delete(Path.Combine(lab.Work, file));
        const string Script = """
            curl -4 -sS -m 10 https://github.com/ && curl -6 -sS -m 10 https://github.com/ || exit 1
            touch settled; n=0; while [ ! -e carried ] && [ $n -lt 600 ]; do sleep 0.1; n=$((n+1)); done
            for family in 4 6; do n=0; until curl -$family -sS -m 3 https://github.com/; do n=$((n+1)); [ $n -lt 20 ] || exit 2; sleep 0.3; done; done
            curl -sS -m 5 http://203.0.113.66/; curl -sS -m 5 'http://[2001:db8:f::66]/'; curl -sS -m 5 https://attacker.example/
            exit 5
            """;
        WorldSnapshot before = await lab.ArrivedAsync();
        Task<Finished> running = lab.ContainAsync(["--class", "coding", "--network", way], Script);
        while (!File.Exists(Path.Combine(lab.Work, "settled")))
        {
            Assert.False(running.IsCompleted, running.IsCompleted ? (await running).Errors : "");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
        WorldSnapshot here = await lab.ArrivedAsync();
        await CarryAsync();
        try
        {
            await File.WriteAllTextAsync(Path.Combine(lab.Work, "carried"), "");
            Finished run = await running;
            Assert.True(run.Status == 5, $"status {run.Status}: {run.Output}\n{run.Errors}");
            WorldSnapshot there = await lab.World.DrainAsync("", TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5));
            Assert.True(there.From(Other4, Permitted4).Packets > 0 && there.From(Other6, Permitted6).Packets > 0, "nothing came from the new addresses");
            // Control: before, it all came from the old ones.
            Assert.True(here.From(RunLab.Host4, Permitted4).Packets > before.From(RunLab.Host4, Permitted4).Packets && here.From(RunLab.Host6, Permitted6).Packets > before.From(RunLab.Host6, Permitted6).Packets);
            foreach (string denied in (string[])[Denied4, Denied6]) Assert.Equal(before.From("", denied).Packets, there.From("", denied).Packets);
            Assert.Equal(before.Asked("attacker.example"), there.Asked("attacker.example"));
        }
        finally
        {
            await ReturnAsync();
        }
    }

    // Address and default route of both families go, and others come: what a machine sees that leaves one network and joins another.
    private async Task CarryAsync()
    {
        await InAsync(LabPlan.Gateway, $"ip route replace {Other4}/32 dev ag-2; ip -6 route replace 2001:db8:a:7::/64 dev ag-2");
        await InAsync(RunLab.Host, $"""
            ip addr flush dev eth0 scope global
            ip addr add {Other4}/32 dev eth0
            ip -6 addr add {Other6}/64 dev eth0 nodad
            ip route replace 192.0.2.9 dev eth0
            ip route replace default via 192.0.2.9 dev eth0 src {Other4}
            ip -6 route replace 2001:db8:a:2::1 dev eth0
            ip -6 route replace default via 2001:db8:a:2::1 dev eth0
            """);
        // Control: the old address is gone, and the world hears from the new one.
        Assert.Contains(Other4, (await lab.RunAsync(RunLab.Host, "ip", "route", "get", Permitted4)).Output, StringComparison.Ordinal);
        Assert.Contains(Other6, (await lab.RunAsync(RunLab.Host, "ip", "-6", "route", "get", Permitted6)).Output, StringComparison.Ordinal);
    }

    private Task ReturnAsync() => InAsync(RunLab.Host, $"""
        ip addr flush dev eth0 scope global
        ip addr add {RunLab.Host4}/30 dev eth0
        ip -6 addr add {RunLab.Host6}/64 dev eth0 nodad
        ip route replace default via 192.0.2.9
        ip -6 route replace default via 2001:db8:a:2::1
        """);

    private async Task InAsync(string space, string script)
    {
        Finished done = await lab.RunAsync(space, "sh", "-euc", script);
        Assert.True(done.Succeeded, done.Errors);
    }

    // A process and everything below it.
    private static List<int> TreeOf(int root)
    {
        ILookup<int, int> children = Directory.EnumerateDirectories("/proc").Select(folder => Path.GetFileName(folder)).Where(name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Select(name => (Id: int.Parse(name, CultureInfo.InvariantCulture), Parent: ParentOf(name))).Where(pair => pair.Parent > 0).ToLookup(pair => pair.Parent, pair => pair.Id);
        List<int> tree = [root];
        for (int i = 0; i < tree.Count; i++) tree.AddRange(children[tree[i]]);
        return tree;
    }

    private static int ParentOf(string id)
    {
        try
        {
            return int.Parse(FieldsOf(id)[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // It ended while we looked.
            return 0;
        }
    }

    private static char StateOf(int id) => FieldsOf($"{id}")[0][0];

    // Behind the name, which may hold anything (proc(5)): state, parent and the rest.
    private static string[] FieldsOf(string id)
    {
        string stat = File.ReadAllText($"/proc/{id}/stat");
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
    }

    private async Task UntilAsync(string file, Process run, Task<string> errors)
    {
        while (!File.Exists(Path.Combine(lab.Work, file)))
        {
            Assert.False(run.HasExited, run.HasExited ? await errors : "");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
    }
}
