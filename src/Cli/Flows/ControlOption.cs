using System.CommandLine;

namespace Exeat.Cli;

/// <summary>Which control a command asks: <c>--control URL</c>, or <c>--control</c> alone for the one of EXEAT_CONTROL or of the login.</summary>
internal static class ControlOption
{
    public static Option<string?> Create() => new("--control")
    {
        Description = "ask this control (without URL: $EXEAT_CONTROL, or that of exeat login)",
        HelpName = "URL",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static void RefuseBoth(Command command, Option<string?> journal, Option<string?> control) => command.Validators.Add(result =>
    {
        if (result.GetResult(control) is { Implicit: false } && result.GetValue(journal) is not null) result.AddError("give either --journal or --control");
    });

    /// <summary>Whether a control is asked.</summary>
    public static bool IsGiven(ParseResult parsed, Option<string?> control) => parsed.GetResult(control) is { Implicit: false };

    /// <summary>The control, of the option, the environment or the login. Nothing is sent yet.</summary>
    public static ControlFlows Open(ParseResult parsed, Option<string?> control) => new(ControlCalls.Open(parsed.GetValue(control)));
}
