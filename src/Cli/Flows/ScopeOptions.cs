using System.CommandLine;
using Exeat.Flows;

namespace Exeat.Cli;

/// <summary>Which recorded attempts a command looks at: <c>--since</c>, <c>--until</c>, <c>--agent</c>.</summary>
internal sealed class ScopeOptions
{
    public Option<string?> Since { get; } = new("--since") { Description = "not before: 15m, 1h, 7d, or a time (default: from the beginning)", HelpName = "WHEN" };

    public Option<string?> Until { get; } = new("--until") { Description = "not after: 15m, 1h, 7d, or a time", HelpName = "WHEN" };

    public Option<string[]> Agents { get; } = new("--agent") { Description = "only this agent; may be given several times", HelpName = "ID", DefaultValueFactory = _ => [] };

    public void AddTo(Command command)
    {
        command.Add(Since);
        command.Add(Until);
        command.Add(Agents);
    }

    public AttemptScope Of(ParseResult parsed, DateTimeOffset now) => new()
    {
        Since = At("--since", parsed.GetValue(Since), now) ?? default,
        Until = At("--until", parsed.GetValue(Until), now),
        Agents = new HashSet<string>(parsed.GetValue(Agents)!, StringComparer.Ordinal),
    };

    /// <summary>Reads a moment, or ends the command.</summary>
    public static DateTimeOffset? At(string option, string? text, DateTimeOffset now)
    {
        if (text is null) return null;
        if (Moment.TryParse(text, now, out DateTimeOffset moment)) return moment;
        throw new CommandFailure(ExitCode.InputWrong, $"{option} '{text}' is no moment; {Moment.Forms}");
    }
}
