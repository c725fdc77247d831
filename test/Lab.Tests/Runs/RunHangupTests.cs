using System.Diagnostics;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Runs;

/// <summary>A terminal is closed while a run goes on in it, and parts of a run are killed: the command hears of it, the records are whole, and nothing that stood in for missing files stays in the project.</summary>
public sealed class RunHangupTests(RunLab lab) : IClassFixture<RunLab>
{
    // What a shell is in a terminal: it has the command in its foreground, and tells that when it is hung up. When the file is there, the terminal is closed.
    private const string Terminal = """
        import os, pty, select, signal, subprocess, sys
        pid, fd = pty.fork()
        if pid == 0:
            command = subprocess.Popen(sys.argv[2:])
            def hung(*_): signal.signal(signal.SIGHUP, signal.SIG_IGN); os.killpg(0, signal.SIGHUP)
            signal.signal(signal.SIGHUP, hung)
            open(sys.argv[1] + '.status', 'w').write(str(command.wait()))
            os._exit(0)
        while not os.path.exists(sys.argv[1]):
            if select.select([fd], [], [], 0.05)[0]: os.write(2, os.read(fd, 4096))
        os.close(fd)
        os.waitpid(pid, 0)
        """;

    [Fact]
    public async Task A_terminal_that_is_closed_is_told_to_the_command_and_nothing_is_left_in_the_project()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        string started = Path.Combine(lab.Work, "hangup.started");
        // It takes its time to end, and is told once.
        const string Script = "trap 'echo told >>hangup.told; sleep 2; curl -sS -m 5 http://203.0.113.66/; echo ended >>hangup.told; exit 7' HUP; grep SigIgn /proc/self/status >hangup.ignored; ls -A >hangup.stand-ins; touch hangup.started; while :; do sleep 0.1; done";
        Finished hung = await Subprocess.RunAsync(["python3", "-c", Terminal, started, .. lab.Command(["--class", "coding", "--network", "veth"], "sh", "-c", Script)], TimeSpan.FromSeconds(120));
        Assert.True(hung.Succeeded, hung.Errors);
        await EndedAsync();
        Assert.Equal("7", await File.ReadAllTextAsync(started + ".status"));
        Assert.Equal("told\nended\n", await File.ReadAllTextAsync(Path.Combine(lab.Work, "hangup.told")));
        // Signals 1 to 28; the C library's own two are ignored in whatever it starts.
        Assert.EndsWith("0000000\n", await File.ReadAllTextAsync(Path.Combine(lab.Work, "hangup.ignored")), StringComparison.Ordinal);
        Assert.Contains(".vscode", await File.ReadAllTextAsync(Path.Combine(lab.Work, "hangup.stand-ins")), StringComparison.Ordinal);
        Assert.Empty(Left());
        // What was refused last is in the records: the gateway ended in order.
        string run = Path.GetDirectoryName(lab.Journals()[^1])!;
        Assert.Contains("203.0.113.66", (await Subprocess.RunAsync([.. LabPrograms.Exeat, "flows", "query", "--journal", Path.Combine(run, "journal")], TimeSpan.FromSeconds(60))).Output, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(run, "stand-ins")) || File.Exists(Path.Combine(run, "held")));
    }

    [Fact]
    public async Task A_terminal_is_as_it_was_when_what_had_it_was_killed()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        string started = Path.Combine(lab.Work, "raw.started");
        const string Watch = """
            import os, pty, select, sys, termios
            pid, fd = pty.fork()
            if pid == 0: os.execvp(sys.argv[2], sys.argv[2:])
            cooked = lambda: bool(termios.tcgetattr(fd)[3] & termios.ICANON)
            seen = [cooked()]
            while os.waitpid(pid, os.WNOHANG) == (0, 0):
                if os.path.exists(sys.argv[1]): seen.append(cooked())
                if select.select([fd], [], [], 0.05)[0]:
                    try: os.read(fd, 4096)
                    except OSError: pass
            print(seen[0], False in seen, cooked())
            """;
        Task<Finished> watched = Subprocess.RunAsync(["python3", "-c", Watch, started, .. lab.Command(["--class", "coding", "--network", "veth"], "sh", "-c", $"touch {started}; sleep 300")], TimeSpan.FromSeconds(120));
        while (!File.Exists(started))
        {
            Assert.False(watched.IsCompleted, watched.IsCompleted ? (await watched).Errors : "");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
        await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System);
        await Subprocess.DemandAsync(["kill", "-KILL", .. lab.OfRuns().Where(process => process.Line.Contains("run-inside", StringComparison.Ordinal)).Select(process => $"{process.Id}")]);
        Assert.Equal("True True True\n", (await watched).Output);
        await EndedAsync();
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task What_stands_in_is_removed_by_whoever_is_left(bool nobody)
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        string started = Path.Combine(lab.Work, $"killed-{nobody}.started");
        using Process run = Process.Start(new ProcessStartInfo("setsid", lab.Command(["--class", "coding", "--network", "veth"], "sh", "-c", $"touch {started}; exec sleep 300")) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        while (!File.Exists(started))
        {
            Assert.False(run.HasExited, run.HasExited ? await run.StandardError.ReadToEndAsync() : "");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
        Assert.NotEmpty(Left());
        int[] inside = [.. lab.OfRuns().Where(process => process.Line.Contains("run-inside", StringComparison.Ordinal)).Select(process => process.Id)];
        Assert.Equal(2, inside.Length);
        // Stopped first, so that no one of them can clear up behind another.
        int[] killed = nobody ? [run.Id, .. inside] : inside;
        foreach (string signal in (string[])["-STOP", "-KILL"]) await Subprocess.DemandAsync(["kill", signal, .. killed.Select(id => $"{id}")]);
        await run.WaitForExitAsync();
        if (nobody)
        {
            Assert.NotEmpty(Left());
            await File.WriteAllTextAsync(Path.Combine(lab.Work, ".mcp.json"), "{\"mcpServers\":{\"mine\":{}}}\n");
            Assert.True((await lab.ContainAsync(["--class", "coding", "--network", "veth"], "true")).Succeeded);
            // What somebody has written to since is theirs.
            Assert.Equal([".mcp.json"], Left());
            File.Delete(Path.Combine(lab.Work, ".mcp.json"));
        }
        else
        {
            Assert.Equal(125, run.ExitCode);
        }
        Assert.Empty(Left());
    }

    private string[] Left() => [.. ((string[])[".git", ".vscode", ".claude", ".mcp.json", "refs", "commondir"]).Where(name => Path.Exists(Path.Combine(lab.Work, name)))];

    private async Task EndedAsync()
    {
        for (int i = 0; i < 400 && (lab.OfRuns().Count > 0 || IsOpen()); i++) await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        Assert.Empty(lab.OfRuns());
    }

    // Whoever was typed closes the run's folder last.
    private bool IsOpen() => File.Exists(Path.Combine(Path.GetDirectoryName(lab.Journals()[^1])!, "run.sock"));
}
