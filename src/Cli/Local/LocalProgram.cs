using System.Diagnostics;
using Exeat.Lab.Topology;

namespace Exeat.Cli;

/// <summary>A program of ours that runs as long as a command does: its words go to a file and, the last of them, into what is said when it ends too early.</summary>
internal sealed class LocalProgram : IAsyncDisposable
{
    private static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(10), ReadyWithin = TimeSpan.FromSeconds(30);
    private const int LastLines = 8;

    private readonly Process _process;
    private readonly string _log;
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
        var process = new Process
        {
            StartInfo = new ProcessStartInfo(program[0], [.. program.Skip(1), .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true },
            EnableRaisingEvents = true,
        };
        var started = new LocalProgram(process, log);
        process.OutputDataReceived += (_, e) => started.Heard(e.Data);
        process.ErrorDataReceived += (_, e) => started.Heard(e.Data);
        process.Exited += (_, _) => started._ready.TrySetException(new LabException("it ended"));
        process.Start();
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

    /// <summary>Ends it: politely first.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await Subprocess.RunAsync(["kill", "-TERM", $"{_process.Id}"], StopsWithin);
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
        _process.Dispose();
    }

    private void Heard(string? line)
    {
        if (line is null) return;
        lock (_gate) File.AppendAllText(_log, line + "\n");
        if (line.Contains(" ready", StringComparison.Ordinal) || line.Contains("] ready", StringComparison.Ordinal)) _ready.TrySetResult();
    }
}
