using System.Diagnostics;
using System.Text;

namespace Exeat.Control.Tests.People;

/// <summary>A command at a terminal of its own (script(1) makes it), with a person who waits for each question and answers it at once.</summary>
internal sealed class TypedCommand : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly StringBuilder _seen = new();
    private readonly Task _reading;
    private int _answered;

    private TypedCommand(Process process)
    {
        _process = process;
        _reading = ReadAsync();
    }

    /// <summary>Everything that stood on the screen.</summary>
    public string Screen
    {
        get
        {
            lock (_seen) return _seen.ToString();
        }
    }

    /// <summary>The command line of exeat as it was built.</summary>
    public static string Exeat { get; } = $"dotnet '{Path.Combine(Path.GetDirectoryName(Policies.PolicyRoom.Packs)!, "artifacts", "exeat", "exeat.dll")}'";

    /// <summary>Starts a shell command.</summary>
    public static TypedCommand Start(string command, string home)
    {
        var start = new ProcessStartInfo("script", ["--quiet", "--return", "--flush", "--command", command, "/dev/null"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (string variable in (string[])["EXEAT_CONTROL", "EXEAT_CONTROL_TOKEN", "EXEAT_CONTROL_FINGERPRINT", "EXEAT_COMMAND"]) start.Environment.Remove(variable);
        start.Environment["XDG_CONFIG_HOME"] = home;
        start.Environment["TERM"] = "dumb";
        return new TypedCommand(Process.Start(start)!);
    }

    /// <summary>Waits for a question that was not answered yet, and types.</summary>
    public async Task AnswerAsync(string question, string typed)
    {
        long start = TimeProvider.System.GetTimestamp();
        int at;
        while ((at = Screen.IndexOf(question, _answered, StringComparison.Ordinal)) < 0)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Patience && !_process.HasExited, $"it never asked '{question}':\n{Screen}");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
        _answered = at + question.Length;
        // As the key Return does it: a carriage return.
        await _process.StandardInput.WriteAsync(typed + "\r");
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Its status.</summary>
    public async Task<int> EndAsync()
    {
        using var limit = new CancellationTokenSource(Patience, TimeProvider.System);
        await _process.WaitForExitAsync(limit.Token);
        await _reading;
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        char[] some = new char[1024];
        for (int read; (read = await _process.StandardOutput.ReadAsync(some)) > 0;)
            lock (_seen) _seen.Append(some, 0, read);
    }
}
