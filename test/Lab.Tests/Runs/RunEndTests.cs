using System.Diagnostics;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Runs;

/// <summary>How runs end, and what of them stays: the command's status, and records; no process, link, table or namespace, also after kill -9.</summary>
public sealed class RunEndTests(RunLab lab) : IClassFixture<RunLab>
{
    [Fact]
    public async Task After_kill_9_nothing_is_left_but_the_records()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        string links = (await lab.RunAsync(RunLab.Host, "ip", "-br", "link")).Output;
        using Process run = Process.Start(new ProcessStartInfo("setsid", lab.Command(["--class", "coding", "--network", "veth"], "sh", "-c", "touch killed.started; exec sleep 300")) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        await UntilAsync(() => File.Exists(Path.Combine(lab.Work, "killed.started")), run);
        Assert.NotEqual(links, (await lab.RunAsync(RunLab.Host, "ip", "-br", "link")).Output);
        Assert.Contains("exeat_run", (await lab.RunAsync(RunLab.Host, "nft", "list", "tables")).Output, StringComparison.Ordinal);
        Assert.NotEmpty(lab.OfRuns());

        run.Kill();
        await NothingStaysAsync(links);

        // The next run sweeps the sockets of the killed one.
        Assert.True((await lab.ContainAsync(["--class", "coding", "--network", "veth"], "true")).Succeeded);
        Assert.All(Directory.EnumerateDirectories(lab.Runs), folder => Assert.False(File.Exists(Path.Combine(folder, "run.sock"))));
    }

    [Theory]
    [InlineData("spaces")]
    [InlineData("gateway.log")]
    public async Task A_signal_while_a_run_is_prepared_ends_it_and_the_command_never_begins(string prepared)
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        string links = (await lab.RunAsync(RunLab.Host, "ip", "-br", "link")).Output;
        Directory.CreateDirectory(lab.Runs);
        string[] before = Directory.GetDirectories(lab.Runs);
        using Process run = Process.Start(new ProcessStartInfo("setsid", lab.Command(["--class", "coding", "--network", "veth"], "sh", "-c", "touch never")) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        await UntilAsync(() => Directory.GetDirectories(lab.Runs).Except(before).Any(folder => Path.Exists(Path.Combine(folder, prepared))), run);
        await Subprocess.DemandAsync(["kill", "-TERM", $"{run.Id}"]);
        string errors = await run.StandardError.ReadToEndAsync();
        await run.WaitForExitAsync();
        Assert.True(run.ExitCode == 143, $"{run.ExitCode}: {errors}");
        Assert.Contains("signal 15 ended it before the command began", errors, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(lab.Work, "never")));
        await NothingStaysAsync(links);
        // Nothing ran: there are no records.
        Assert.Empty(Directory.GetDirectories(lab.Runs).Except(before));
    }

    [Fact]
    public async Task Signals_reach_the_command_and_its_status_passes()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        using Process run = Process.Start(new ProcessStartInfo("setsid", lab.Command(["--class", "coding", "--network", "veth"], "sh", "-c", "trap 'sleep 4; exit 9' TERM; touch term.started; sleep 300 & wait")) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        await UntilAsync(() => File.Exists(Path.Combine(lab.Work, "term.started")), run);
        // How long it takes to end is the command's affair.
        await Subprocess.DemandAsync(["kill", "-TERM", $"{run.Id}"]);
        await run.WaitForExitAsync();
        Assert.Equal(9, run.ExitCode);
        Assert.Equal(127, (await Subprocess.RunAsync(lab.Command(["--class", "coding", "--network", "veth"], "no-such-program"), TimeSpan.FromSeconds(60))).Status);
    }

    [Fact]
    public async Task A_run_ends_when_what_it_guards_is_replaced_on_the_host()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        string repository = Directory.CreateDirectory(Path.Combine(lab.Work, "repository")).FullName;
        await Subprocess.DemandAsync(["git", "init", "-q", repository]);
        List<string> command = [.. lab.Command(["--class", "coding", "--network", "veth"], "sh", "-c", "curl -sS -m 5 http://203.0.113.66/; touch guarded.started; sleep 300")];
        command[command.IndexOf(lab.Work)] = repository;
        Task<Finished> running = Subprocess.RunAsync(command, TimeSpan.FromSeconds(120));
        while (!File.Exists(Path.Combine(repository, "guarded.started")))
        {
            Assert.False(running.IsCompleted, running.IsCompleted ? (await running).Errors : "");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
        await Subprocess.DemandAsync(["git", "-C", repository, "config", "branch.main.remote", "origin"]);
        Finished run = await running;
        Assert.True(run.Status == 125, $"{run.Status}: {run.Errors}");
        Assert.Contains($"{repository}/.git/config was replaced or removed by a program outside", run.Errors, StringComparison.Ordinal);
        Assert.Equal([".git", "guarded.started"], Directory.EnumerateFileSystemEntries(repository).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Finished records = await Subprocess.RunAsync([.. LabPrograms.Exeat, "flows", "query", "--journal", lab.Journals()[^1]], TimeSpan.FromSeconds(60));
        Assert.Contains("203.0.113.66", records.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gateway_that_is_killed_lets_nothing_pass_and_comes_back()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        const string Script = """
            curl -sS -m 5 https://github.com/ && touch first
            n=0; while [ ! -e killed ] && [ $n -lt 600 ]; do sleep 0.1; n=$((n+1)); done
            curl -sS -m 3 http://203.0.113.66/ ; n=0
            until curl -sS -m 3 https://github.com/; do n=$((n+1)); [ $n -lt 30 ] || exit 1; sleep 0.5; done
            exit 5
            """;
        long before = (await lab.ArrivedAsync()).From("", "203.0.113.66").Packets;
        Task<Finished> running = lab.ContainAsync(["--class", "coding", "--network", "veth"], Script);
        while (!File.Exists(Path.Combine(lab.Work, "first")))
        {
            Assert.False(running.IsCompleted, running.IsCompleted ? (await running).Errors : "");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
        int gateway = lab.OfRuns().First(process => process.Line.Contains("--config", StringComparison.Ordinal)).Id;
        await Subprocess.DemandAsync(["kill", "-KILL", $"{gateway}"]);
        await File.WriteAllTextAsync(Path.Combine(lab.Work, "killed"), "");
        Finished run = await running;
        Assert.True(run.Status == 5, run.Errors);
        Assert.Equal(before, (await lab.ArrivedAsync()).From("", "203.0.113.66").Packets);
    }

    [Fact]
    public async Task Denials_are_followed_from_elsewhere_while_the_command_runs()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        using Process follow = Process.Start(new ProcessStartInfo("env", [$"HOME={lab.Home}", "XDG_STATE_HOME=", .. LabPrograms.Exeat, "denials", "--follow"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string?> line = follow.StandardOutput.ReadLineAsync();
        Task<Finished> running = lab.ContainAsync(["--class", "coding", "--network", "veth"], "curl -sS -m 5 https://api.openai.com/; n=0; while [ ! -e seen ] && [ $n -lt 300 ]; do sleep 0.1; n=$((n+1)); done; [ -e seen ]");
        string seen = await line.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System) ?? "";
        await File.WriteAllTextAsync(Path.Combine(lab.Work, "seen"), "");
        Finished run = await running;
        follow.Kill();
        Assert.True(run.Succeeded, run.Errors);
        Assert.Matches(@"^\d\d:\d\d:\d\d  coding-1  api\.openai\.com \(dns\)  deny by shadow-model-deny: denied-by-rule  \[[0-9a-z]+\]$", seen);
    }

    [Theory]
    [InlineData(2, "there is no codin; did you mean coding?", "--class", "codin")]
    [InlineData(2, "api.anthropic.com", "--class", "coding", "--runtime", "claude-code")]
    [InlineData(2, "--model api.anthropic.com approves it", "--class", "coding", "--runtime", "claude-code")]
    [InlineData(2, "there is no policy at nowhere", "--class", "coding", "--policy", "nowhere")]
    [InlineData(2, "70000 is not a port", "--class", "coding", "-p", "70000")]
    public async Task What_is_wrong_is_said_with_what_to_do_and_leaves_nothing_behind(int status, string says, params string[] options)
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        int before = lab.Journals().Count;
        Finished run = await lab.ContainAsync(options, "touch it-ran");
        Assert.Equal(status, run.Status);
        Assert.Contains(says, run.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(lab.Work, "it-ran")));
        Assert.Equal(before, lab.Journals().Count);
    }

    [Theory]
    [InlineData("mount -t tmpfs tmpfs /dev/net", "there is no /dev/net/tun", "sudo modprobe tun")]
    [InlineData("mount --bind /dev/null \"$(readlink -f /usr/lib/*/libnftables.so.1)\"", "the library libnftables is missing", "sudo apt-get install libnftables1")]
    [InlineData("echo 0 > /proc/sys/user/max_user_namespaces", "this machine refuses a user namespace of its own", "sudo sysctl -w user.max_user_namespaces=")]
    public async Task What_the_machine_lacks_is_said_with_what_to_do_and_leaves_nothing_behind(string without, string says, string remedy)
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        int before = lab.Journals().Count;
        Finished run = await Subprocess.RunAsync(["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", without + " && exec \"$@\"", "sh", .. lab.Command(["--class", "coding", "--network", "slirp4netns"], "touch", "it-ran").SkipWhile(word => word != "env")], TimeSpan.FromSeconds(60));
        Assert.True(run.Status == 3, $"{run.Status}: {run.Errors}");
        Assert.Contains(says, run.Errors, StringComparison.Ordinal);
        Assert.Contains(remedy, run.Errors, StringComparison.Ordinal);
        Assert.Equal(before, lab.Journals().Count);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_said_before_the_command_begins()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        const string Hold = "import socket, time; s = socket.socket(); s.bind(('127.0.0.1', 4700)); s.listen(); print('ready', flush=True); time.sleep(300)";
        await using LabProcess holder = await LabProcess.StartAsync(lab.Network.Inside(RunLab.Host, "python3", "-c", Hold), Path.Combine(lab.State.Folder, "holder.log"), TimeSpan.FromSeconds(10));
        Finished run = await lab.ContainAsync(["--class", "coding", "--network", "veth", "-p", "4700"], "touch port-ran");
        Assert.Equal(2, run.Status);
        Assert.Contains("-p 4700: 127.0.0.1:4700: another program listens there", run.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(lab.Work, "port-ran")));
    }

    [Fact]
    public async Task A_home_that_is_kept_is_there_in_the_next_run_and_a_new_one_is_empty()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        const string Look = "cat ~/.login 2>/dev/null; echo token > ~/.login; cat ~/.login";
        string[] Options(string home) => ["--class", "coding", "--network", "veth", "--home", home];
        Assert.Equal("token\n", (await lab.ContainAsync(Options("kept"), Look)).Output);
        Assert.Equal("token\ntoken\n", (await lab.ContainAsync(Options("kept"), Look)).Output);
        Assert.Equal("token\n", (await lab.ContainAsync(Options("new"), Look)).Output);
        Assert.False(File.Exists(Path.Combine(lab.Home, ".login")));
    }

    [Fact]
    public async Task A_working_folder_with_the_records_of_runs_in_it_is_refused()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        Finished run = await Subprocess.RunAsync([.. lab.Network.Inside(RunLab.Host, "env", "-C", lab.Home, $"HOME={lab.Home}", "XDG_STATE_HOME="), .. LabPrograms.Exeat, "run", "--class", "coding", "--", "true"], TimeSpan.FromSeconds(60));
        Assert.Equal(2, run.Status);
        Assert.Contains("go to the folder of your work first", run.Errors, StringComparison.Ordinal);
    }

    private async Task NothingStaysAsync(string links)
    {
        for (int i = 0; i < 100 && lab.OfRuns().Count > 0; i++) await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        Assert.Empty(lab.OfRuns());
        // The kernel takes a namespace apart behind its last process.
        string left = "";
        for (int i = 0; i < 100 && (left = (await lab.RunAsync(RunLab.Host, "ip", "-br", "link")).Output) != links; i++) await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        Assert.Equal(links, left);
        Assert.DoesNotContain("exeat_run", (await lab.RunAsync(RunLab.Host, "nft", "list", "tables")).Output, StringComparison.Ordinal);
        Assert.DoesNotContain(lab.Runs, await File.ReadAllTextAsync("/proc/self/mountinfo"), StringComparison.Ordinal);
    }

    private static async Task UntilAsync(Func<bool> condition, Process run)
    {
        while (!condition())
        {
            Assert.False(run.HasExited, run.HasExited ? await run.StandardError.ReadToEndAsync() : "");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
    }
}
