using System.CommandLine;
using System.Globalization;
using Spectre.Console;

namespace Exeat.Cli;

/// <summary>Where a command writes: data to standard output, messages to standard error, colours only on a terminal and without NO_COLOR.</summary>
internal sealed class CommandOutput
{
    // A width for pipes and files, where nothing says one.
    private const int PlainWidth = 160;

    private readonly LogLevel _level;

    private CommandOutput(bool json, LogLevel level)
    {
        (AsJson, _level) = (json, level);
        bool terminal = !Console.IsOutputRedirected;
        IsColoured = terminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        Screen = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = IsColoured ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = IsColoured ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(Console.Out),
        });
        Screen.Profile.Width = Width = terminal ? Math.Max(Console.WindowWidth, 40)
            : int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), NumberStyles.None, CultureInfo.InvariantCulture, out int columns) && columns >= 40 ? columns
            : PlainWidth;
    }

    /// <summary>Made from the global options.</summary>
    public static CommandOutput Of(ParseResult parsed) =>
        new(parsed.GetValue(GlobalOptions.Json), parsed.GetValue(GlobalOptions.Quiet) ? LogLevel.Error : parsed.GetValue(GlobalOptions.Level));

    /// <summary>Whether <c>--json</c> was given.</summary>
    public bool AsJson { get; }

    /// <summary>Whether colours may be written.</summary>
    public bool IsColoured { get; }

    /// <summary>Columns to fit into.</summary>
    public int Width { get; }

    /// <summary>Standard output for tables and coloured text.</summary>
    public IAnsiConsole Screen { get; }

    /// <summary>Standard output for data.</summary>
    public TextWriter Data => Console.Out;

    /// <summary>A message for the person, on standard error.</summary>
    public void Tell(string message, LogLevel level = LogLevel.Notice)
    {
        if (level <= _level) Console.Error.WriteLine(message);
    }
}
