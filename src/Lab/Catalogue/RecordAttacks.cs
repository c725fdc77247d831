using System.Collections.Immutable;
using Exeat.Lab.Scenario;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Catalogue;

/// <summary>Records: lines L1 and L2.</summary>
internal static class RecordAttacks
{
    public static ImmutableArray<Attack> All { get; } =
    [
        Attack.Attempt("L1-terminal", "escape sequences and a formula in the Host of a request, shown to whoever reads the records", "http-escape", "archive.ubuntu.com", "http-ambiguous", port: 80) with
        {
            Run = ShownAsync,
        },
    ];

    public static ImmutableArray<CatalogueTest> Tests { get; } =
    [
        new("L1-sinks", "escape sequences, formulas, line breaks and marks of direction in every sink", "every character is tried, in every sink", "Exeat.Flows.Tests.SinkTests.No_text_leaves_a_control_character_in_any_sink",
            "Exeat.Flows.Tests.SinkTests.Fields_of_csv_are_quoted_and_formulas_disarmed", "Exeat.Flows.Tests.RoundTripTests.Hostile_text_and_names_come_back_as_they_were"),
        new("L2-flood", "a flood of records that hides one attempt or fills the disk", "it takes a day's worth of records, or a disk of its own", "Exeat.Gateway.Tests.Records.AgentRecordsTests.A_flood_of_one_refusal_is_counted_to_the_last_one",
            "Exeat.Gateway.Tests.Records.AgentRecordsTests.The_first_of_each_kind_is_written_at_once_inside_a_flood",
            "Exeat.Gateway.Tests.Records.AgentRecordsTests.A_flood_of_a_day_takes_no_more_than_the_share_and_a_trickle_and_counts_every_attempt",
            "Exeat.Gateway.Tests.Records.AgentRecordsTests.One_agents_exhausted_share_stops_its_own_permits_and_nobody_elses",
            "Exeat.Flows.Tests.FullDiskTests.On_a_full_disk_permits_stop_denials_wait_and_nothing_is_lost_in_silence"),
    ];

    // What people are shown of the attempt holds no control character, in any of the forms that a terminal or a spreadsheet may be given.
    private static async Task<AttackSeen> ShownAsync(AttackLab lab, int family)
    {
        Outcome outcome = await lab.TryAsync("http-escape", "archive.ubuntu.com", family, 80);
        if (lab.Column != AttackColumn.Contained) return AttackSeen.Of(outcome);
        foreach (string form in (string[])["table", "csv"])
        {
            Finished shown = await lab.RunAsync(LabPlan.Gateway, [.. lab.Exeat, "flows", "query", "--journal", lab.Spaces.State.Journal, "--since", "10m", "--format", form]);
            if (!shown.Succeeded) return AttackSeen.Of(outcome) with { Fault = $"flows query: {shown.LastLine}" };
            if (shown.Output.Any(c => char.IsControl(c) && c is not ('\n' or '\r'))) return AttackSeen.Of(outcome) with { Fault = $"flows query shows control characters ({form})" };
            if (shown.Output.Split('\n').Any(line => line.Split(',').Any(field => field.StartsWith('=')))) return AttackSeen.Of(outcome) with { Fault = $"flows query shows a formula ({form})" };
        }
        return AttackSeen.Of(outcome);
    }
}
