using Exeat.Lab.Report;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Runs;

/// <summary>Ports of a run: only those that were named pass, both ways, and each is recorded; nobody else reaches the agent, nor the agent the host (K18).</summary>
public sealed class RunPortTests(RunLab lab) : IClassFixture<RunLab>
{
    // A server that answers each connection with a word, and writes down that it was reached.
    private const string Server = """
        import socket, sys, threading
        def serve(address, port, word, log):
            s = socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if ':' in address: s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            s.bind((address, port)); s.listen()
            while True:
                c, _ = s.accept(); open(log, 'a').write(word + '\n'); c.sendall(word.encode()); c.close()
        for spec in sys.argv[2:]:
            address, port, word = spec.split(',')
            threading.Thread(target=serve, args=(address, int(port), word, sys.argv[1])).start()
        open(sys.argv[1] + '.ready', 'w').close()
        """;

    private const string Ask = "import socket, sys; s = socket.create_connection((sys.argv[1], int(sys.argv[2])), 3); s.settimeout(3); print(s.recv(99).decode())";

    [Fact]
    public async Task K18_only_the_ports_that_were_named_pass_and_each_is_recorded()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        string script = Write("server.py", Server), ask = Write("ask.py", Ask), log = Path.Combine(lab.Work, "host.log");
        await using LabProcess host = await ServeAsync(lab.Network.Inside(RunLab.Host, "python3", script, log, "127.0.0.1,4500,four-permitted", "127.0.0.1,4501,not-permitted", "0.0.0.0,4502,all-addresses", "::,4502,all-addresses"), log);

        string inside = $"""
            python3 {script} inside.log 127.0.0.1,4600,published ::1,4601,published6 127.0.0.1,4602,not-published 0.0.0.0,4603,on-all-addresses :: ,4603,on-all-addresses &
            server=$!
            python3 {ask} $EXEAT_HOST 4500
            for to in "$EXEAT_HOST 4501" "$EXEAT_HOST 4502" "127.0.0.1 4500" "192.0.2.10 4502" "2001:db8:a:2::2 4502" "192.0.2.209 4502" "fd65:7865:6174:3::1 4502" "192.0.2.193 4502" "192.0.2.202 53"; do
              python3 {ask} $to 2>&1 | tail -1
            done
            touch asked
            n=0; while [ ! -e done ] && [ $n -lt 600 ]; do sleep 0.1; n=$((n+1)); done
            kill $server
            """.Replace(":: ,4603", "::,4603", StringComparison.Ordinal);
        Task<Finished> running = lab.ContainAsync(["--class", "coding", "--network", "veth", "--host-port", "4500", "-p", "4600", "-p", "4601"], inside);
        await UntilAsync(Path.Combine(lab.Work, "asked"), running);
        Finished four = await AskAsync(ask, "127.0.0.1", 4600), six = await AskAsync(ask, "127.0.0.1", 4601), other = await AskAsync(ask, "127.0.0.1", 4602);
        // As a neighbour would who routes to the run by way of the host: to the way out, past it to the gateway and the agent.
        await lab.RunAsync(RunLab.Host, "ip", "route", "add", "192.0.2.192/28", "via", "192.0.2.210");
        await lab.RunAsync(RunLab.Host, "ip", "-6", "route", "add", "fd65:7865:6174:1::/64", "via", "fd65:7865:6174:3::2");
        Finished[] towards = [await AskAsync(ask, "192.0.2.194", 4603), await AskAsync(ask, "fd65:7865:6174:1::2", 4603), await AskAsync(ask, "192.0.2.210", 4603)];
        await File.WriteAllTextAsync(Path.Combine(lab.Work, "done"), "");
        Finished run = await running;

        Assert.Contains("four-permitted", run.Output, StringComparison.Ordinal);
        Assert.Equal("published", four.Output.Trim());
        Assert.Equal("published6", six.Output.Trim());
        Assert.False(other.Succeeded);
        Assert.All(towards, reached => Assert.False(reached.Succeeded, reached.Output));
        Assert.Equal(["four-permitted"], await File.ReadAllLinesAsync(log));
        Assert.Equal(["published", "published6"], (await File.ReadAllLinesAsync(Path.Combine(lab.Work, "inside.log"))).Order());

        string journal = lab.Journals()[^1];
        Assert.Contains(JournalLines.Read(journal, DateTimeOffset.MinValue), record => record.Rule == "host-port-4500" && record.Verdict == "permit");
        Assert.Contains(JournalLines.Read(journal, DateTimeOffset.MinValue), record => record.Port == 4501 && record.Verdict == "deny");
        IReadOnlyList<SeenRecord> published = JournalLines.Read(Path.Combine(journal, "../published"), DateTimeOffset.MinValue);
        Assert.Equal(["publish-4600", "publish-4601"], published.Select(record => record.Rule).Order());

        // The control: on the host itself the same services answer.
        Assert.Equal("not-permitted", (await AskAsync(ask, "127.0.0.1", 4501)).Output.Trim());
        Assert.Equal("all-addresses", (await AskAsync(ask, "2001:db8:a:2::2", 4502)).Output.Trim());
    }

    private async Task<Finished> AskAsync(string ask, string address, int port) => await lab.RunAsync(RunLab.Host, "python3", ask, address, $"{port}");

    private string Write(string name, string text)
    {
        string path = Path.Combine(lab.Work, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static async Task<LabProcess> ServeAsync(IReadOnlyList<string> command, string log) =>
        await LabProcess.StartAsync(["sh", "-c", "\"$@\" & while [ ! -e \"$0.ready\" ]; do sleep 0.05; done; echo ready; wait", log, .. command], log + ".said", TimeSpan.FromSeconds(20));

    private static async Task UntilAsync(string file, Task<Finished> running)
    {
        while (!File.Exists(file))
        {
            Assert.False(running.IsCompleted, running.IsCompleted ? (await running).Errors : "");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
    }
}
