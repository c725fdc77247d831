using System.Text.Json.Serialization;
using Exeat.Lab.Scenario;

namespace Exeat.Lab.Report;

/// <summary>One attempt and everything seen of it.</summary>
public sealed record LabRow
{
    /// <summary>monitor or enforce.</summary>
    public required string Phase { get; init; }

    /// <summary>Who.</summary>
    public required string Agent { get; init; }

    /// <summary>Its class.</summary>
    public required string Class { get; init; }

    /// <summary>What.</summary>
    public required string Attempt { get; init; }

    /// <summary>Where to.</summary>
    public required string Destination { get; init; }

    /// <summary>What had to come of it.</summary>
    public required string Expected { get; init; }

    /// <summary>permit, deny, or would deny; empty without a record.</summary>
    public required string Decision { get; init; }

    /// <summary>The rule in the record.</summary>
    public required string Rule { get; init; }

    /// <summary>The reason in the record.</summary>
    public required string Reason { get; init; }

    /// <summary>Whether the journal has it.</summary>
    public required bool Recorded { get; init; }

    /// <summary>Whether it reached the far side.</summary>
    public required bool Arrived { get; init; }

    /// <summary>Whether every expectation held.</summary>
    public required bool Ok { get; init; }

    /// <summary>Whether it is an attack.</summary>
    [JsonIgnore]
    public bool IsAttack => Attempt.StartsWith('(');

    /// <summary>Judges an outcome with its record, if there is one.</summary>
    public static LabRow Of(Outcome outcome, SeenRecord? record)
    {
        PlannedAttempt a = outcome.Attempt;
        string decision = record is null ? "" : record is { Verdict: "deny", Enforced: false } ? "would deny" : record.Verdict;
        string wanted = a.Entry.IsPermitted ? "permit" : a.Step.Enforces ? "deny" : "would deny";
        bool clientFared = !a.Entry.IsPermitted || outcome.Client.Succeeded;
        return new LabRow
        {
            Phase = a.Step.Mode,
            Agent = a.Agent.Id,
            Class = a.Agent.Class,
            Attempt = a.Entry.Title,
            Destination = a.Destination,
            Expected = $"{wanted}{(a.Entry.Rule.Length > 0 ? " by " + a.Entry.Rule : "")}, {(a.ShouldArrive ? "arrives" : "does not arrive")}",
            Decision = decision,
            Rule = record?.Rule ?? "",
            Reason = record?.Reason ?? "",
            Recorded = record is not null,
            Arrived = outcome.Arrived,
            Ok = decision == wanted && Fits(a.Entry.Rule, record?.Rule) && Fits(a.Entry.Reason, record?.Reason)
                && outcome.Arrived == a.ShouldArrive && clientFared,
        };
    }

    private static bool Fits(string wanted, string? seen) => wanted.Length == 0 || wanted.Split('|').Contains(seen);
}
