using System.CommandLine;
using Exeat.Api.Control;
using Exeat.Flows;

namespace Exeat.Cli;

/// <summary>The outermost guard: every failure becomes one line and an exit status.</summary>
internal static class Failures
{
    // What a shell reports for a program ended by SIGINT.
    private const int Interrupted = 130;

    public static int Report(Exception failure, ParseResult parsed)
    {
        switch (failure)
        {
            case OperationCanceledException:
                return Interrupted;
            case CommandFailure known:
                Say($"exeat: {known.Message}");
                return known.ExitCode;
            case JournalException journal:
                Say($"exeat: {journal.Message}");
                return ExitCode.InputWrong;
            case ControlRefusedException refused:
                Say($"exeat: {CommandPath.Of(parsed)}: {TerminalText.Escape($"{refused.Problem.Detail}; {refused.Problem.Remedy}")}");
                return ExitCode.InputWrong;
            case HttpRequestException unreachable:
                Say($"exeat: {CommandPath.Of(parsed)}: control cannot be asked: {(unreachable.InnerException ?? unreachable).Message.ReplaceLineEndings(" ").TrimEnd('.')}; is the address right, and is the certificate trusted or pinned?");
                return ExitCode.EnvironmentLacks;
            default:
                Say($"exeat: {CommandPath.Of(parsed)}: {failure.GetType().Name}: {failure.Message.ReplaceLineEndings(" ")}");
                if (parsed.GetValue(GlobalOptions.Level) == LogLevel.Debug) Say($"{failure}");
                else Say("exeat: this is a fault of ours; --log-level debug shows where");
                return ExitCode.OurFault;
        }
    }

    private static void Say(string line)
    {
        try
        {
            Console.Error.WriteLine(line);
        }
        catch (IOException)
        {
            // The terminal was closed: the status still tells it.
        }
    }
}
