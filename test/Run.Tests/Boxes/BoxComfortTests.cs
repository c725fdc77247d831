using System.Text;
using Exeat.Linux;
using Exeat.Run.Box;

namespace Exeat.Run.Tests.Boxes;

/// <summary>An honest command does not notice the box: status, signals, terminal, files, names.</summary>
public sealed class BoxComfortTests : IDisposable
{
    private const int SIGINT = 2, SIGTERM = 15;
    private readonly BoxGround _ground = new();

    [Theory]
    [InlineData(0, "exit 0")]
    [InlineData(7, "exit 7")]
    [InlineData(255, "exit 255")]
    [InlineData(137, "kill -9 $$")]
    [InlineData(143, "kill -15 $$")]
    public async Task The_status_is_that_of_the_command(int status, string script) => Assert.Equal(status, (await _ground.ContainedAsync("sh", "-c", script)).Status);

    [Fact]
    public async Task What_is_not_there_is_127_and_what_cannot_be_executed_126()
    {
        Assert.Equal(127, (await _ground.ContainedAsync("no-such-program")).Status);
        await File.WriteAllTextAsync(Path.Combine(_ground.Folder, "text"), "x", TestContext.Current.CancellationToken);
        Assert.Equal(126, (await _ground.ContainedAsync("./text")).Status);
    }

    [Fact]
    public async Task A_box_that_cannot_be_made_is_no_status_of_the_command()
    {
        BoxException refused = await Assert.ThrowsAsync<BoxException>(() => BoxGround.ContainedAsync(_ground.Request("true") with { NetworkNamespace = "/proc/self/ns/uts" }));
        Assert.Contains("the box could not be made", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_ground.Folder));
    }

    [Fact]
    public async Task Input_and_output_pass_by_pipes()
    {
        Assert.Equal("one\ntwo", (await BoxGround.ContainedAsync(_ground.Request("sort"), "two\none\n")).Output);
    }

    [Fact]
    public async Task Names_users_and_resolver_are_those_of_the_box()
    {
        Assert.Equal("nameserver 192.0.2.53\nnameserver 2001:db8::53\noptions edns0", (await _ground.ContainedAsync("cat", "/etc/resolv.conf")).Output);
        BoxOutcome names = await _ground.ContainedAsync("sh", "-ec", "id -un; getent hosts localhost >/dev/null && echo localhost; getent hosts $(hostname) >/dev/null && echo host; pwd; echo ~");
        Assert.Equal($"tester\nlocalhost\nhost\n{_ground.Folder}\n{_ground.Home}", names.Output);
        Assert.Equal("certificates", (await _ground.ContainedAsync("sh", "-c", "test -d /etc/ssl && echo certificates")).Output);
    }

    [Fact]
    public async Task The_environment_passes_without_sockets_and_proxies()
    {
        BoxRequest request = _ground.Request("env") with
        {
            Environment = _ground.Variables().SetItems(new Dictionary<string, string>
            {
                ["ANTHROPIC_API_KEY"] = "key",
                ["EDITOR"] = "vi",
                ["SSH_AUTH_SOCK"] = "/run/x",
                ["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/run/bus",
                ["DOCKER_HOST"] = "tcp://192.0.2.1",
                ["https_proxy"] = "http://192.0.2.1",
                ["MY_AGENT_SOCK"] = "/x",
                ["OTHER"] = "unix:/x",
                ["TMUX"] = "/tmp/tmux-0/default,1,0",
                ["LD_PRELOAD"] = "/x.so",
            }),
        };
        string[] names = [.. (await BoxGround.ContainedAsync(request)).Output.Split('\n').Select(line => line.Split('=')[0])];
        Assert.Subset(names.ToHashSet(), new HashSet<string> { "ANTHROPIC_API_KEY", "EDITOR", "PATH", "HOME" });
        Assert.DoesNotContain(names, name => name is "SSH_AUTH_SOCK" or "DBUS_SESSION_BUS_ADDRESS" or "DOCKER_HOST" or "https_proxy" or "MY_AGENT_SOCK" or "OTHER" or "TMUX" or "LD_PRELOAD");
    }

    [Fact]
    public async Task Fresh_places_are_empty_and_writable_and_gone_afterwards()
    {
        BoxOutcome contained = await _ground.ContainedAsync("sh", "-ec", "ls -A /tmp /dev/shm \"$HOME\" | grep -v : | grep . | grep -v exeat-box && exit 1; echo x >/tmp/x; echo x >/dev/shm/x; echo x >\"$HOME\"/x; echo x >$XDG_RUNTIME_DIR/x; ls /dev");
        Assert.Equal(0, contained.Status);
        Assert.Equal("core fd full null ptmx pts random shm stderr stdin stdout tty urandom zero", contained.Output.ReplaceLineEndings(" "));
        Assert.False(File.Exists(Path.Combine(_ground.Home, "x")));
    }

    [Fact]
    public async Task A_kept_home_outlives_the_command()
    {
        string kept = Directory.CreateDirectory(Path.Combine(_ground.Outside, "kept")).FullName;
        await BoxGround.ContainedAsync(_ground.Request("sh", "-c", "echo login >\"$HOME/.agent\"") with { KeptHome = kept });
        Assert.Equal("login", (await BoxGround.ContainedAsync(_ground.Request("sh", "-c", "cat \"$HOME/.agent\"") with { KeptHome = kept })).Output);
        Assert.Equal([".profile"], Directory.EnumerateFiles(_ground.Home).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_shown_home_is_read_without_its_keys()
    {
        Directory.CreateDirectory(Path.Combine(_ground.Home, ".ssh"));
        await File.WriteAllTextAsync(Path.Combine(_ground.Home, ".ssh/id"), "key", TestContext.Current.CancellationToken);
        BoxOutcome contained = await BoxGround.ContainedAsync(_ground.Request("sh", "-c", "cat ~/.profile; ls ~/.ssh; echo x >~/x || echo refused") with { Home = HomeView.ReadOnly });
        Assert.StartsWith("# start-up", contained.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("id", contained.Output.Split('\n'));
        Assert.EndsWith("refused", contained.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_shown_home_has_no_logins_also_where_records_of_runs_are_hidden()
    {
        foreach (string folder in (string[])[".config/exeat", "settings/exeat", ".local/state/exeat/runs"]) Directory.CreateDirectory(Path.Combine(_ground.Home, folder));
        foreach (string folder in (string[])[".config/exeat", "settings/exeat"]) await File.WriteAllTextAsync(Path.Combine(_ground.Home, folder, "login.json"), "login", TestContext.Current.CancellationToken);
        BoxRequest request = _ground.Request("sh", "-c", "cat ~/.config/exeat/login.json ~/settings/exeat/login.json 2>/dev/null; ls ~/.config ~/settings") with
        {
            Home = HomeView.ReadOnly,
            Hidden = [Path.Combine(_ground.Home, ".local/state/exeat/runs")],
            Environment = _ground.Variables().SetItem("XDG_CONFIG_HOME", Path.Combine(_ground.Home, "settings")),
        };
        BoxOutcome contained = await BoxGround.ContainedAsync(request);
        Assert.Equal((0, $"{_ground.Home}/.config:\nexeat\n\n{_ground.Home}/settings:\nexeat"), (contained.Status, contained.Output));
    }

    [Fact]
    public async Task Ssh_reads_no_settings_that_belong_to_nobody_in_the_box()
    {
        Assert.SkipUnless(File.Exists(BoxFiles.SshFile), "there is no ssh here");
        BoxOutcome contained = await _ground.ContainedAsync("sh", "-c", $"grep -ci '^ *include' {BoxFiles.SshFile}; ssh -G host.example 2>/dev/null | grep ^hostname; echo evil >{BoxFiles.SshFile} || echo refused");
        Assert.StartsWith("0\nhostname host.example\n", contained.Output, StringComparison.Ordinal);
        Assert.EndsWith("refused", contained.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signal_reaches_the_command_and_not_the_box()
    {
        (Handle read, Handle write) = Handle.Pipe();
        using Handle input = Handle.WithBytes([]);
        await using ContainedCommand command = ContainedCommand.Start(_ground.Request("sh", "-c", "trap 'echo got; exit 5' TERM; echo ready; while :; do sleep 0.05; done"), [input, write, write]);
        write.Dispose();
        WaitFor(read, "ready");
        command.Send(SIGTERM);
        Assert.Equal(5, await command.EndAsync(TestContext.Current.CancellationToken));
        Assert.Equal("got\n", BoxGround.ReadAll(read));
        read.Dispose();
    }

    [Fact]
    public async Task A_signal_before_the_command_has_begun_ends_the_box_with_its_status()
    {
        (Handle read, Handle write) = Handle.Pipe();
        using Handle input = Handle.WithBytes([]);
        await using ContainedCommand command = ContainedCommand.Start(_ground.Request("sleep", "1000"), [input, write, write]);
        write.Dispose();
        command.Send(SIGTERM);
        Assert.Equal(128 + SIGTERM, await command.EndAsync(TestContext.Current.CancellationToken));
        read.Dispose();
    }

    [Fact]
    public async Task With_a_terminal_the_command_has_one_of_its_own_with_size_keys_and_jobs()
    {
        using Pseudoterminal persons = Pseudoterminal.Open();
        TerminalState before = TerminalState.Of(persons.Theirs);
        await using ContainedCommand command = ContainedCommand.Start(
            _ground.Request("bash", "-ic", "tty >/dev/null && echo terminal; test -e /dev/tty && echo $(stty size </dev/tty); sleep 100 & jobs; exec sh -c \"trap 'echo interrupted; exit 6' INT; echo ready; while :; do sleep 0.05; done\""),
            [persons.Theirs, persons.Theirs, persons.Theirs]);
        string shown = WaitFor(persons.Ours, "ready");
        Assert.Contains("terminal", shown, StringComparison.Ordinal);
        Assert.Contains("0 0", shown, StringComparison.Ordinal);
        Assert.Contains("Running", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("no job control", shown, StringComparison.Ordinal);
        persons.Ours.Write([3]);
        WaitFor(persons.Ours, "interrupted");
        Assert.Equal(6, await command.EndAsync(TestContext.Current.CancellationToken));
        Assert.True(before.SameAs(TerminalState.Of(persons.Theirs)));
    }

    [Fact]
    public async Task K16_nothing_can_be_typed_into_the_persons_terminal()
    {
        // TIOCSTI on a terminal of one's own, as the leader of its session: possible outside where the kernel still has it (dev.tty.legacy_tiocsti).
        const string Type = "import errno,fcntl,sys\ntry:\n  fcntl.ioctl(0,0x5412,b'x'); print('typed')\nexcept OSError as e:\n  print(errno.errorcode[e.errno])\n";
        using Pseudoterminal persons = Pseudoterminal.Open();
        await using (ContainedCommand command = ContainedCommand.Start(_ground.Request("python3", "-c", Type), [persons.Theirs, persons.Theirs, persons.Theirs]))
        {
            Assert.Contains("EPERM", WaitFor(persons.Ours, "\n"), StringComparison.Ordinal);
            await command.EndAsync(TestContext.Current.CancellationToken);
        }
        BoxOutcome free = await _ground.FreeAsync("python3", "-c", $"import pty,os\npid,fd=pty.fork()\nif pid==0: os.execlp('python3','python3','-c','''{Type}''')\nprint(os.read(fd,100).decode())");
        Assert.DoesNotContain("EPERM", free.Output, StringComparison.Ordinal);
        Assert.NotEqual("", free.Output);
    }

    [Fact]
    public async Task Without_a_terminal_there_is_none_to_open()
    {
        Assert.NotEqual(0, (await _ground.ContainedAsync("sh", "-c", "echo evil >/dev/tty")).Status);
    }

    [Fact]
    public async Task Ending_the_run_ends_everything_in_the_box()
    {
        (Handle read, Handle write) = Handle.Pipe();
        using Handle input = Handle.WithBytes([]);
        await using (ContainedCommand command = ContainedCommand.Start(_ground.Request("sh", "-c", "trap '' INT TERM HUP; (setsid sleep 1000 &) ; echo ready; while :; do sleep 1; done"), [input, write, write]))
        {
            write.Dispose();
            WaitFor(read, "ready");
            command.Send(SIGINT);
        }
        // Its end is seen because nobody has the pipe open any more, the program in a session of its own included.
        Assert.Equal("", BoxGround.ReadAll(read));
        read.Dispose();
    }

    public void Dispose() => _ground.Dispose();

    private static string WaitFor(Handle from, string word)
    {
        var text = new StringBuilder();
        byte[] buffer = new byte[4096];
        while (!text.ToString().Contains(word, StringComparison.Ordinal))
        {
            int count = from.Read(buffer);
            Assert.True(count > 0, $"ended before '{word}': {text}");
            text.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }
        return text.ToString();
    }
}
