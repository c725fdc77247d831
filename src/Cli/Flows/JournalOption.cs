using System.CommandLine;
using Exeat.Flows;

namespace Exeat.Cli;

/// <summary>Which journal a command reads: <c>--journal</c>, else EXEAT_JOURNAL, else <c>./journal</c>.</summary>
internal static class JournalOption
{
    private const string Variable = "EXEAT_JOURNAL";
    private const string Default = "journal";

    public static Option<string?> Create() => new("--journal")
    {
        Description = $"the gateway's journal directory (default: ${Variable}, else ./{Default})",
        HelpName = "DIR",
    };

    public static JournalReader Open(string? given)
    {
        string directory = given ?? (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? named : Default);
        if (Directory.Exists(directory)) return new JournalReader(directory);
        throw new CommandFailure(ExitCode.InputWrong,
            $"journal: {(directory == Default ? "./" + Default : directory)}: no such directory; give the gateway's journal.dir with --journal DIR or {Variable}=DIR (exeat lab --keep prints its own)");
    }

    /// <summary>Says on standard error when lines were no events; a damaged journal should not look whole.</summary>
    public static void TellCorrupt(JournalReader reader, CommandOutput output)
    {
        if (reader.Corrupt > 0) output.Tell($"journal: {reader.Corrupt} lines could not be read and were passed over", LogLevel.Warning);
    }
}
