using System.CommandLine;
using System.CommandLine.Parsing;

namespace Exeat.Cli;

/// <summary>The command as it was typed, for messages that say how to go on.</summary>
internal static class CommandPath
{
    public static string Of(ParseResult parsed)
    {
        List<string> words = [];
        for (SymbolResult? at = parsed.CommandResult; at is not null; at = at.Parent)
            if (at is CommandResult command) words.Insert(0, command.Command is RootCommand ? "exeat" : command.Command.Name);
        return string.Join(' ', words);
    }
}
