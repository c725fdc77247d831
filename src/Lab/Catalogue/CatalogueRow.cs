using System.Text.Json.Serialization;
using Exeat.Lab.Report;

namespace Exeat.Lab.Catalogue;

/// <summary>What came of one attack in one family, in all columns.</summary>
public sealed record CatalogueRow
{
    /// <summary>It has no meaning in this column; the entry says why.</summary>
    public const string None = "NONE";

    /// <summary>This column was not asked for.</summary>
    public const string NotRun = "NOT-RUN";

    /// <summary>Nothing arrived, and the record is the one that is due.</summary>
    public const string IsContained = "CONTAINED";

    /// <summary>Something arrived.</summary>
    public const string Escaped = "ESCAPED";

    /// <summary>The control run arrived.</summary>
    public const string HasArrived = "ARRIVED";

    /// <summary>What has to arrive did not.</summary>
    public const string Stopped = "STOPPED";

    /// <summary>Nothing arrived, and nothing tells of it.</summary>
    public const string Unrecorded = "UNRECORDED";

    /// <summary>Nothing arrived, but rule, reason or verdict of the record are not the ones that are due.</summary>
    public const string OtherRecord = "OTHER-RECORD";

    /// <summary>Something else that the attack demands was not so.</summary>
    public const string Failed = "FAILED";

    /// <summary>The attack's id.</summary>
    public required string Id { get; init; }

    /// <summary>4 or 6.</summary>
    public required int Family { get; init; }

    /// <summary>What it is.</summary>
    public required string Title { get; init; }

    /// <summary>Under the lab's policy: CONTAINED, or what was wrong. Where only the sabotage is run, what plain forwarding made of it.</summary>
    public required string Contained { get; init; }

    /// <summary>Where it is permitted: ARRIVED, or what was wrong.</summary>
    public required string Control { get; init; }

    /// <summary>Without a gateway: ESCAPED, or what was wrong.</summary>
    public required string Sabotage { get; init; }

    /// <summary>The rule of the record while contained.</summary>
    public required string Rule { get; init; }

    /// <summary>The reason of the record while contained.</summary>
    public required string Reason { get; init; }

    /// <summary>Whether every column that was run is as it must be.</summary>
    public required bool Ok { get; init; }

    /// <summary>What was wrong, or why a column has no meaning.</summary>
    public required string Note { get; init; }


    internal static CatalogueRow Of(Attack attack, int family, IReadOnlyCollection<AttackColumn> columns, Func<AttackColumn, AttackSeen?> seenIn)
    {
        AttackSeen? contained = Seen(AttackColumn.Contained), control = Seen(AttackColumn.Control), sabotage = Seen(AttackColumn.Sabotage);
        string whenSabotaged = attack.NoSabotage.Length > 0 ? None : sabotage is null ? NotRun : sabotage is { Arrived: true, Fault: "" } ? Escaped : Stopped;
        bool onlySabotage = columns.All(c => c == AttackColumn.Sabotage);
        string whenContained = onlySabotage ? whenSabotaged : Judge(attack, contained);
        string whenControlled = attack.NoControl.Length > 0 ? None : control is null ? NotRun : control is { Arrived: true, Fault: "" } ? HasArrived : Stopped;
        SeenRecord? record = contained?.Record;
        return new CatalogueRow
        {
            Id = attack.Id,
            Family = family,
            Title = attack.Title,
            Contained = whenContained,
            Control = whenControlled,
            Sabotage = whenSabotaged,
            Rule = record?.Rule ?? "",
            Reason = record?.Reason ?? "",
            Ok = whenContained is IsContained or NotRun || (onlySabotage && whenSabotaged is Escaped or None)
                ? whenControlled is HasArrived or None or NotRun && whenSabotaged is Escaped or None or NotRun
                : false,
            Note = string.Join("; ", Notes()),
        };

        AttackSeen? Seen(AttackColumn column) => columns.Contains(column) ? seenIn(column) : null;

        IEnumerable<string> Notes()
        {
            if (whenContained == OtherRecord) yield return $"due: {attack.Rule} ({attack.Reason}); recorded: {record?.Verdict} by {record?.Rule} ({record?.Reason})";
            foreach ((string column, AttackSeen? seen, string state) in new[] { ("contained", contained, whenContained), ("control", control, whenControlled), ("sabotage", sabotage, whenSabotaged) })
            {
                if (seen is { Fault.Length: > 0 }) yield return $"{column}: {seen.Fault}";
                else if (state == Stopped) yield return $"{column}: {seen?.Said}";
            }
            if (attack.NoRecord.Length > 0) yield return "no record: " + attack.NoRecord;
            if (attack.NoControl.Length > 0) yield return "no control: " + attack.NoControl;
            if (attack.NoSabotage.Length > 0) yield return "no sabotage: " + attack.NoSabotage;
            if (attack.OneFamily.Length > 0) yield return "one family: " + attack.OneFamily;
        }
    }

    private static string Judge(Attack attack, AttackSeen? seen) => seen switch
    {
        null => NotRun,
        { Arrived: true } => Escaped,
        { Fault.Length: > 0 } => Failed,
        _ when attack.NoRecord.Length > 0 => IsContained,
        { Record: null } => Unrecorded,
        { Record: { Verdict: "deny", Enforced: true } record } when Fits(attack.Rule, record.Rule) && Fits(attack.Reason, record.Reason) => IsContained,
        _ => OtherRecord,
    };

    private static bool Fits(string due, string seen) => due.Split('|').Contains(seen);
}
