using System.ComponentModel;
using System.Diagnostics;
using Exeat.Linux;

namespace Exeat.Run.Network;

/// <summary>A program of the run that is started again when it ends: the gateway, the way out. Its words go to a file; it hears no key of the terminal.</summary>
internal sealed class KeptProcess : IAsyncDisposable
{
    private const int SIGTERM = 15;

    // A program that cannot stay is tried again once a second: nothing passes meanwhile.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly IReadOnlyList<string> _command;
    private readonly string _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<int> _firstEnd = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly Task _keeping;
    private Process? _process;
    private TaskCompletionSource _said = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Starts it. <paramref name="log"/> is written anew.</summary>
    public KeptProcess(IReadOnlyList<string> command, string log)
    {
        (_command, _log) = (command, log);
        File.WriteAllText(log, "");
        _keeping = KeepAsync();
    }

    /// <summary>The end of the first one: that it never was ready.</summary>
    public Task<int> FirstEnd => _firstEnd.Task;

    /// <summary>The id of the one that runs; 0 while there is none.</summary>
    public int Id
    {
        get
        {
            lock (_gate) return _process is { HasExited: false } running ? running.Id : 0;
        }
    }

    /// <summary>Completes with the next line that it says.</summary>
    public Task SaidAsync()
    {
        lock (_gate) return _said.Task;
    }

    /// <summary>What it said last.</summary>
    public string LastWords(int lines = 8)
    {
        lock (_gate) return string.Join('\n', File.ReadLines(_log).TakeLast(lines));
    }

    /// <summary>Whether it said a word.</summary>
    public bool HasSaid(string word)
    {
        lock (_gate) return File.ReadLines(_log).Any(line => line.Contains(word, StringComparison.Ordinal));
    }

    /// <summary>Ends it: politely first.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _keeping.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task KeepAsync()
    {
        while (true)
        {
            int status = await RunAsync().ConfigureAwait(false);
            _firstEnd.TrySetResult(status);
            await Task.Delay(Pause, TimeProvider.System, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_stop.IsCancellationRequested) return;
        }
    }

    private async Task<int> RunAsync()
    {
        // A session of its own: ^C is for the command alone.
        ProcessStartInfo start = ToolPath.Start("setsid", [ToolPath.Of(_command[0]), .. _command.Skip(1)]);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, e) => Heard(e.Data);
        process.ErrorDataReceived += (_, e) => Heard(e.Data);
        try
        {
            process.Start();
        }
        catch (Win32Exception missing)
        {
            Heard($"setsid: {missing.Message}");
            return 127;
        }
        lock (_gate) _process = process;
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await process.WaitForExitAsync(_stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await EndAsync(process).ConfigureAwait(false);
        }
        lock (_gate) _process = null;
        return process.ExitCode;
    }

    private static async Task EndAsync(Process process)
    {
        RunningProgram.Send(process.Id, SIGTERM);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(3), TimeProvider.System);
        try
        {
            await process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    private void Heard(string? line)
    {
        if (line is null) return;
        TaskCompletionSource said;
        lock (_gate)
        {
            File.AppendAllText(_log, line + "\n");
            (said, _said) = (_said, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        said.TrySetResult();
    }
}
