using System.ComponentModel;
using System.Diagnostics;
using Exeat.Linux;

namespace Exeat.Lab.Topology;

/// <summary>A process that stays: the world, a gateway, a listener. Its words go to a file, and its end can be seen.</summary>
public sealed class LabProcess : IAsyncDisposable
{
    private const int SIGTERM = 15;

    private readonly Process _process;
    private readonly string _logFile;
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _disposed;

    private LabProcess(Process process, string logFile) => (_process, _logFile) = (process, logFile);

    /// <summary>Its id.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>What it ended with.</summary>
    public int Status => _process.ExitCode;

    /// <summary>Starts it and waits for a line with the word <c>ready</c>, on either output; fails with its last words if none comes.</summary>
    public static async Task<LabProcess> StartAsync(IReadOnlyList<string> command, string logFile, TimeSpan deadline)
    {
        var process = new Process { StartInfo = Subprocess.Describe(command, null), EnableRaisingEvents = true };
        var started = new LabProcess(process, logFile);
        process.OutputDataReceived += (_, e) => started.Heard(e.Data);
        process.ErrorDataReceived += (_, e) => started.Heard(e.Data);
        process.Exited += (_, _) => started._ready.TrySetException(new LabException($"{command[^1]}: ended"));
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            throw new LabException($"{command[0]}: {e.Message}", e);
        }
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await started._ready.Task.WaitAsync(deadline, TimeProvider.System);
            return started;
        }
        catch (Exception e) when (e is TimeoutException or LabException)
        {
            await started.DisposeAsync();
            throw new LabException($"{string.Join(' ', command)}: not ready after {deadline.TotalSeconds:0} s or ended early; it said:\n{started.LastWords()}", e);
        }
    }

    /// <summary>Sends it a signal by name (HUP, STOP, CONT, KILL, TERM).</summary>
    public Task SignalAsync(string signal) => Subprocess.DemandAsync(["kill", $"-{signal}", $"{_process.Id}"]);

    /// <summary>Waits for its end.</summary>
    public Task WaitAsync() => _process.WaitForExitAsync();

    /// <summary>The last lines that it said.</summary>
    public string LastWords(int lines = 12)
    {
        lock (_lock) return File.Exists(_logFile) ? string.Join('\n', File.ReadLines(_logFile).TakeLast(lines)) : "";
    }

    /// <summary>Ends it: politely first.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        if (!_process.HasExited)
        {
            RunningProgram.Send(_process.Id, SIGTERM);
            using var limit = new CancellationTokenSource(LabPatience.Seconds(5), TimeProvider.System);
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
        lock (_lock) File.AppendAllText(_logFile, line + "\n");
        if (line.StartsWith("ready", StringComparison.Ordinal) || line.Contains(" ready", StringComparison.Ordinal)) _ready.TrySetResult();
    }
}
