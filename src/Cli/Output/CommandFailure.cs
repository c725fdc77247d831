namespace Exeat.Cli;

/// <summary>Ends a command with an exit status and one line that says what is wrong and what to do; Program prints it.</summary>
internal sealed class CommandFailure(int exitCode, string message) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
