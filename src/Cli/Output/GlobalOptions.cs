using System.CommandLine;

namespace Exeat.Cli;

/// <summary>The options that every command takes.</summary>
internal static class GlobalOptions
{
    public static Option<bool> Json { get; } = new("--json") { Description = "write data as JSON", Recursive = true };

    public static Option<bool> Quiet { get; } = new("--quiet", "-q") { Description = "no messages but errors", Recursive = true };

    public static Option<LogLevel> Level { get; } = new("--log-level")
    {
        Description = "least severe message shown",
        Recursive = true,
        HelpName = "error|warning|notice|debug",
        DefaultValueFactory = _ => LogLevel.Notice,
    };

    public static void AddTo(RootCommand root)
    {
        root.Add(Json);
        root.Add(Quiet);
        root.Add(Level);
    }
}
