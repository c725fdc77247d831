using Exeat.Lab.Scenario;

namespace Exeat.Lab.Report;

/// <summary>Finds the record that tells what was decided of an attempt: same agent, same destination, within its time.</summary>
internal static class RecordMatch
{
    private static readonly TimeSpan Slack = LabPatience.Seconds(1.5);

    // What the kernel refuses from memory is counted, and the counts are written every five seconds.
    private static readonly TimeSpan CountedWithin = LabPatience.Seconds(7.5);
    private static readonly string[] Stages = ["dns", "first-packet", "hello", "request"];

    /// <summary>The record of the last stage reached; null when there is none.</summary>
    public static SeenRecord? Find(Outcome outcome, IReadOnlyList<SeenRecord> records, DateTimeOffset nextFrom)
    {
        DateTimeOffset until = outcome.Until + Slack < nextFrom ? outcome.Until + Slack : nextFrom;
        List<SeenRecord> own = [.. records.Where(r => r.Agent == outcome.Attempt.Agent.Id
            && r.Event is ("decision" or "counted" or "update") && r.Verdict is ("permit" or "deny")
            && r.Time >= outcome.From && r.Time <= (r.Event == "counted" ? outcome.Until + CountedWithin : until) && Concerns(outcome.Attempt, r))];
        // An attack may make honest connections on its way; the record in question is then the one that refuses.
        bool prefersDenial = !outcome.Attempt.Entry.IsPermitted;
        return own
            .OrderBy(r => prefersDenial && r.Verdict == "deny" ? 1 : 0)
            .ThenBy(r => r.Event == "counted" ? 0 : 1)
            .ThenBy(r => Array.IndexOf(Stages, r.Stage))
            .ThenBy(r => r.Time)
            .LastOrDefault();
    }

    /// <summary>Whether this is the record that the attempt is to have, and not yet an earlier stage's.</summary>
    public static bool IsWhole(Outcome outcome, SeenRecord? record) => record is not null && (outcome.Attempt.Entry.IsPermitted || record.Verdict == "deny");

    private static bool Concerns(PlannedAttempt a, SeenRecord r)
    {
        bool sameFamily = r.Source.Length == 0 || r.Source.Contains(':', StringComparison.Ordinal) == (a.Family == 6);
        if (r.Stage == "dns") return a.Name.Length > 0 && r.Names.Any(n => n == a.Name || n.EndsWith("." + a.Name, StringComparison.Ordinal));
        return sameFamily && r.Destination == a.Address && (r.Event != "counted" || r.Port == a.Entry.Port);
    }
}
