using System.CommandLine;

namespace Exeat.Cli;

/// <summary>Which control a command asks: <c>--control URL</c>, or <c>--control</c> alone for the one of EXEAT_CONTROL.</summary>
internal static class ControlOption
{
    private const string Variable = "EXEAT_CONTROL";

    public static Option<string?> Create() => new("--control")
    {
        Description = $"ask this control (without URL: ${Variable}); ${ControlFlows.TokenVariable} is the token, ${ControlFlows.FingerprintVariable} the SHA-256 of a certificate of its own",
        HelpName = "URL",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static void RefuseBoth(Command command, Option<string?> journal, Option<string?> control) => command.Validators.Add(result =>
    {
        if (result.GetResult(control) is { Implicit: false } && result.GetValue(journal) is not null) result.AddError("give either --journal or --control");
    });

    /// <summary>Whether a control is asked.</summary>
    public static bool IsGiven(ParseResult parsed, Option<string?> control) => parsed.GetResult(control) is { Implicit: false };

    /// <summary>The control, of the option or the environment. Nothing is sent yet.</summary>
    public static ControlFlows Open(ParseResult parsed, Option<string?> control)
    {
        string? given = parsed.GetValue(control) ?? Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(given)) throw new CommandFailure(ExitCode.InputWrong, $"no control is named; give --control https://HOST:8440 or export {Variable}=https://HOST:8440");
        if (!Uri.TryCreate(given, UriKind.Absolute, out Uri? address) || address.Scheme != Uri.UriSchemeHttps) throw new CommandFailure(ExitCode.InputWrong, $"--control '{given}' is no address of a control; write https://HOST:8440");
        return new ControlFlows(address);
    }
}
