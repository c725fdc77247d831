using Microsoft.Extensions.Logging;

namespace Exeat.Control;

/// <summary>What the program was asked to do. One verb; options in any order after it.</summary>
internal sealed record ControlArguments
{
    public enum Verb : byte
    {
        Wrong = 0,
        Run,
        Backup,
        Restore,
        Recover,
        Confirm,
        PrintExample,
        Version,
        Help,
    }

    public Verb Asked { get; private init; }

    /// <summary>The backup's file, for <see cref="Verb.Backup"/> and <see cref="Verb.Restore"/>.</summary>
    public string File { get; private init; } = "";

    /// <summary>The account, for <see cref="Verb.Recover"/> and <see cref="Verb.Confirm"/>.</summary>
    public string Account { get; private init; } = "";

    /// <summary>The control document.</summary>
    public string Config { get; private init; } = "";

    public bool LogsJson { get; private init; }

    public LogLevel LogLevel { get; private init; } = LogLevel.Information;

    /// <summary>What is wrong, when <see cref="Asked"/> is <see cref="Verb.Wrong"/>; empty when nothing was given.</summary>
    public string Problem { get; private init; } = "";

    public static ControlArguments Read(IReadOnlyList<string> args)
    {
        var read = new ControlArguments();
        for (int i = 0; i < args.Count; i++)
        {
            bool takesValue = args[i] is "backup" or "restore" or "recover" or "confirm" or "--config" or "--log-format" or "--log-level";
            if (takesValue && i + 1 == args.Count) return Wrong($"{args[i]} needs a value");
            ControlArguments? next = takesValue ? read.With(args[i], args[++i]) : read.With(args[i]);
            if (next is null) return Wrong(takesValue ? $"{args[i - 1]} cannot be '{args[i]}'" : $"'{args[i]}' is unknown here");
            read = next;
        }
        // --config alone means: run.
        if (read.Asked == Verb.Wrong && read.Config.Length > 0) read = read with { Asked = Verb.Run };
        bool needsConfig = read.Asked is Verb.Run or Verb.Backup or Verb.Restore or Verb.Recover or Verb.Confirm;
        if (needsConfig && read.Config.Length == 0) return Wrong("--config FILE is missing");
        return !needsConfig && read.Config.Length > 0 ? Wrong("--config has nothing to do here") : read;
    }

    private ControlArguments? With(string word) => (Asked, word) switch
    {
        (not Verb.Wrong, _) => null,
        (_, "--print-example") => this with { Asked = Verb.PrintExample },
        (_, "--version") => this with { Asked = Verb.Version },
        (_, "--help" or "-h") => this with { Asked = Verb.Help },
        _ => null,
    };

    private ControlArguments? With(string option, string value) => (option, value) switch
    {
        (_, "") => null,
        ("backup", _) => Asked == Verb.Wrong ? this with { Asked = Verb.Backup, File = value } : null,
        ("restore", _) => Asked == Verb.Wrong ? this with { Asked = Verb.Restore, File = value } : null,
        ("recover", _) => Asked == Verb.Wrong ? this with { Asked = Verb.Recover, Account = value } : null,
        ("confirm", _) => Asked == Verb.Wrong ? this with { Asked = Verb.Confirm, Account = value } : null,
        ("--config", _) => Config.Length == 0 ? this with { Config = value } : null,
        ("--log-format", "text" or "json") => this with { LogsJson = value == "json" },
        ("--log-level", "error") => this with { LogLevel = LogLevel.Error },
        ("--log-level", "warning") => this with { LogLevel = LogLevel.Warning },
        ("--log-level", "info") => this with { LogLevel = LogLevel.Information },
        ("--log-level", "debug") => this with { LogLevel = LogLevel.Debug },
        _ => null,
    };

    private static ControlArguments Wrong(string problem) => new() { Problem = problem };
}
