using System.Diagnostics;

namespace Exeat.Run.Box;

/// <summary>A command in its box, from its start to its end.</summary>
public sealed class ContainedCommand : IAsyncDisposable
{
    private readonly Process _process;

    private ContainedCommand(Process process) => _process = process;

    /// <summary>Starts it. What the machine lacks for a box is a <see cref="BoxException"/>; nothing was started then.</summary>
    public static ContainedCommand Start(BoxRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var start = new ProcessStartInfo("nsenter", [$"--net={request.NetworkNamespace}", "--", .. request.Command])
        {
            WorkingDirectory = request.Folder,
            UseShellExecute = false,
        };
        start.Environment.Clear();
        foreach ((string name, string value) in request.Environment) start.Environment[name] = value;
        return new ContainedCommand(Process.Start(start) ?? throw new BoxException("nsenter: it did not start"));
    }

    /// <summary>Gives the command a signal by its number (kill(2)).</summary>
    public void Send(int signal)
    {
        using Process? kill = Process.Start("kill", [$"-{signal}", $"{_process.Id}"]);
        kill?.WaitForExit();
    }

    /// <summary>Waits for the end: the command's status, 128 and the signal that ended it, 126 or 127 when it could not be executed or found.</summary>
    public async Task<int> EndAsync(CancellationToken stop)
    {
        await _process.WaitForExitAsync(stop).ConfigureAwait(false);
        return _process.ExitCode;
    }

    /// <summary>Ends what is left of it.</summary>
    public ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
        return ValueTask.CompletedTask;
    }
}
