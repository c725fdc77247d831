using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Exeat.Cli;

/// <summary>Help as the library writes it, and below it what a command gave as examples.</summary>
internal sealed class HelpWithExamples(SynchronousCommandLineAction help) : SynchronousCommandLineAction
{
    private static readonly Dictionary<Command, string[]> Examples = [];

    /// <summary>Gives a command its examples: lines, whole commands or notes.</summary>
    public static void Give(Command command, params string[] lines) => Examples[command] = lines;

    public static void AddTo(RootCommand root)
    {
        HelpOption option = root.Options.OfType<HelpOption>().Single();
        option.Action = new HelpWithExamples((SynchronousCommandLineAction)option.Action!);
    }

    public override int Invoke(ParseResult parseResult)
    {
        int status = help.Invoke(parseResult);
        if (!Examples.TryGetValue(parseResult.CommandResult.Command, out string[]? lines)) return status;
        TextWriter output = parseResult.InvocationConfiguration.Output;
        output.WriteLine("Examples:");
        foreach (string line in lines) output.WriteLine("  " + line);
        output.WriteLine();
        return status;
    }
}
