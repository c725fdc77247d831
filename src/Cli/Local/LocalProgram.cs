using System.ComponentModel;
using System.Diagnostics;
using Exeat.Lab.Topology;
using Exeat.Linux;

namespace Exeat.Cli;

/// <summary>A program of ours that runs as long as a command does: its words go to a file and, the last of them, into what is said when it ends too early.</summary>
/// <remarks>
/// It has a session of its own, so that Ctrl-C is for the command, which ends its programs one after the other. A command that is killed takes them along: the kernel sends them
/// SIGTERM when the thread that started them ends (PR_SET_PDEATHSIG), so that thread lives until they are let go.
/// </remarks>
internal sealed class LocalProgram : IAsyncDisposable
{
    private static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(10), ReadyWithin = TimeSpan.FromSeconds(30);
    private const int LastLines = 8, SIGTERM = 15;

    // util-linux: both replace themselves by what follows, so the program has the id of what was started.
    private static readonly string[] Before = ["setsid", ToolPath.Of("setpriv"), "--pdeathsig", "TERM", "--"];

    private readonly Process _process;
    private readonly string _log;
    private readonly ManualResetEventSlim _letGo = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();

    private LocalProgram(Process process, string log) => (_process, _log) = (process, log);

    /// <summary>Ends when the program does.</summary>
    public Task Ended => _process.WaitForExitAsync();

    /// <summary>Starts it and waits until it says that it is ready.</summary>
    /// <exception cref="CommandFailure">It did not become ready; with its last words.</exception>
    public static async Task<LocalProgram> StartAsync(string name, string log, IEnumerable<string> arguments, CancellationToken stop)
    {
        IReadOnlyList<string> program = Programs.Beside(name);
        ProcessStartInfo start = ToolPath.Start(Before[0], [.. Before.Skip(1), .. program, .. arguments]);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        var started = new LocalProgram(process, log);
        process.OutputDataReceived += (_, e) => started.Heard(e.Data);
        process.ErrorDataReceived += (_, e) => started.Heard(e.Data);
        process.Exited += (_, _) => started._ready.TrySetException(new LabException("it ended"));
        // Written anew: what is told of a failed start is what this start said.
        await File.WriteAllTextAsync(log, "", stop);
        await started.BeginAsync();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.StandardInput.Close();
        try
        {
            await started._ready.Task.WaitAsync(ReadyWithin, TimeProvider.System, stop);
            return started;
        }
        catch (Exception e) when (e is TimeoutException or LabException)
        {
            await started.DisposeAsync();
            throw new CommandFailure(ExitCode.EnvironmentLacks, $"{name} did not become ready; it said:\n{started.LastWords()}");
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    /// <summary>The last lines that it said.</summary>
    public string LastWords()
    {
        lock (_gate) return File.Exists(_log) ? string.Join('\n', File.ReadLines(_log).TakeLast(LastLines)) : "nothing";
    }

    private Task BeginAsync()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                _process.Start();
                begun.SetResult();
            }
            catch (Win32Exception missing)
            {
                begun.SetException(new CommandFailure(ExitCode.EnvironmentLacks, $"{Before[0]} of util-linux cannot be started: {missing.Message}"));
                return;
            }
            _letGo.Wait();
        })
        { IsBackground = true, Name = "parent" }.Start();
        return begun.Task;
    }

    /// <summary>Ends it: politely first.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            RunningProgram.Send(_process.Id, SIGTERM);
            using var limit = new CancellationTokenSource(StopsWithin, TimeProvider.System);
            try
            {
                await _process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
            }
        }
        _letGo.Set();
        _process.Dispose();
    }

    private void Heard(string? line)
    {
        if (line is null) return;
        lock (_gate) File.AppendAllText(_log, line + "\n");
        if (line.Contains(" ready", StringComparison.Ordinal)) _ready.TrySetResult();
    }
}
