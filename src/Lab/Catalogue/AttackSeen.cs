using Exeat.Lab.Report;
using Exeat.Lab.Scenario;

namespace Exeat.Lab.Catalogue;

/// <summary>What came of one attack: whether it arrived, by the far side's counters, and what is needed to find its record.</summary>
/// <param name="Arrived">Whether something of it reached the far side.</param>
public sealed record AttackSeen(bool Arrived)
{
    /// <summary>The attempt that counts, when its record is found by agent, destination and time; the run looks it up after all attacks were made.</summary>
    public Outcome? Outcome { get; init; }

    /// <summary>The record, where the attack found it itself.</summary>
    public SeenRecord? Record { get; init; }

    /// <summary>What else the attack demands and did not see; empty when all was as it must be. It fails the column.</summary>
    public string Fault { get; init; } = "";

    /// <summary>The last words of its client, for people.</summary>
    public string Said { get; init; } = "";

    /// <summary>Of one attempt.</summary>
    public static AttackSeen Of(Outcome outcome) => new(outcome.Arrived) { Outcome = outcome, Said = outcome.Client.LastLine };
}
