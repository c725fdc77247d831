using Exeat.Names;

namespace Exeat.Cli.Verify;

/// <summary>An attempt that was made and waits for its judgement, or something that is clear without one.</summary>
internal sealed record PendingResult
{
    public PendingResult(VerifyCheck check, Seen seen, int family) => (Check, Seen, Family) = (check, seen, family);

    private PendingResult(CheckResult known) => (Known, Family) = (known, known.Family);

    public VerifyCheck? Check { get; }

    public Seen? Seen { get; }

    public CheckResult? Known { get; }

    /// <summary>What was asked over one family may be about the other.</summary>
    public int Family { get; }

    /// <summary>Whether a datagram to the same place was prohibited by a machine on the way.</summary>
    public bool RefusedOnTheWay { get; init; }

    /// <summary>A permitted destination from which nothing came: the next one is tried.</summary>
    public bool IsOnlySilent => Check is { Expected.Permits: true } && Seen is { Look: not (Look.Answered or Look.Blocked) };

    public static PendingResult Of(Trial trial, CheckOutcome outcome, string why) => Of(trial, trial.Names[0], outcome, why);

    public static PendingResult Of(Trial trial, DomainName name, CheckOutcome outcome, string why) => Of(trial.Id, trial.Title, outcome, why, trial.Family, name.Text);

    public static PendingResult Of(string id, string title, CheckOutcome outcome, string why, int family = 0, string to = "") =>
        new(new CheckResult { Id = id, Title = title, Family = family, To = to, Outcome = outcome, Why = why });
}
