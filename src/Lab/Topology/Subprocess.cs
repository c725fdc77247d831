using System.ComponentModel;
using System.Diagnostics;
using Exeat.Linux;

namespace Exeat.Lab.Topology;

/// <summary>Runs a command to its end, within a deadline, and collects what it says.</summary>
public static class Subprocess
{
    /// <summary>Runs it. A command that cannot be started ends with 127, as in a shell; one past its deadline is killed and ends with −1.</summary>
    public static async Task<Finished> RunAsync(
        IReadOnlyList<string> command, TimeSpan deadline, string? input = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        long start = TimeProvider.System.GetTimestamp();
        using var process = new Process { StartInfo = Describe(command, environment) };
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            return new Finished(127, "", $"{command[0]}: {e.Message}", TimeSpan.Zero);
        }
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        await WriteInputAsync(process, input);
        using var limit = new CancellationTokenSource(deadline, TimeProvider.System);
        bool late = false;
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            late = true;
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }
        return new Finished(late ? -1 : process.ExitCode, await output, await errors, TimeProvider.System.GetElapsedTime(start));
    }

    /// <summary>Runs it and throws with its last words unless it succeeds: for the lab's own set-up, where failure is the environment's.</summary>
    public static async Task<Finished> DemandAsync(IReadOnlyList<string> command, string? input = null)
    {
        Finished finished = await RunAsync(command, LabPatience.Seconds(20), input);
        return finished.Succeeded
            ? finished
            : throw new LabException($"{string.Join(' ', command)}: {finished.LastLine} (status {finished.Status})");
    }

    internal static ProcessStartInfo Describe(IReadOnlyList<string> command, IReadOnlyDictionary<string, string>? environment)
    {
        ProcessStartInfo start = ToolPath.Start(command[0], command.Skip(1));
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        if (environment is null) return start;
        start.Environment.Clear();
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        return start;
    }

    private static async Task WriteInputAsync(Process process, string? input)
    {
        try
        {
            if (input is not null) await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading; its status tells the rest.
        }
    }
}
