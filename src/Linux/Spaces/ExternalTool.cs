using System.Diagnostics;

namespace Exeat.Linux;

/// <summary>Runs a tool of the system to its end.</summary>
internal static class ExternalTool
{
    public static string Run(string file, IReadOnlyList<string> arguments, string? input = null)
    {
        ProcessStartInfo start = ToolPath.Start(file, arguments);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        string subject = string.Join(' ', arguments);
        using Process process = TryStart(start) ?? throw new KernelException($"{file}:", subject, Errno.ENOENT, $"{file} is not installed");
        // Nothing here prints enough to fill a pipe before it has read its input; the error text is read beside the output all the same.
        Task<string> complaint = process.StandardError.ReadToEndAsync();
        if (input is not null) process.StandardInput.Write(input);
        process.StandardInput.Close();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new KernelException($"{file}:", subject, Errno.None, complaint.Result.Trim());
        return output;
    }

    private static Process? TryStart(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
