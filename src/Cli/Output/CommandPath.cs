using System.CommandLine;
using System.CommandLine.Parsing;

namespace Exeat.Cli;

/// <summary>The command as it was typed, for messages that say how to go on.</summary>
internal static class CommandPath
{
    /// <summary>How this program is called here: a script that stands before it says so in EXEAT_COMMAND, so that printed commands can be copied.</summary>
    public static string Program { get; } = Environment.GetEnvironmentVariable("EXEAT_COMMAND") is { Length: > 0 } called ? called : "exeat";

    public static string Of(ParseResult parsed)
    {
        List<string> words = [];
        for (SymbolResult? at = parsed.CommandResult; at is not null; at = at.Parent)
            if (at is CommandResult command) words.Insert(0, command.Command is RootCommand ? Program : command.Command.Name);
        return string.Join(' ', words);
    }
}
