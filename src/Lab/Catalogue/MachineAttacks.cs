using System.Collections.Immutable;
using Exeat.Lab.Scenario;
using Exeat.Lab.Topology;
using Exeat.Lab.World;

namespace Exeat.Lab.Catalogue;

/// <summary>Faults and pressure: lines K4 to K7, K10 to K12, K17 and K19.</summary>
internal static class MachineAttacks
{
    private const string Foreign = "foreign";
    private const int FloodPackets = 6000, FloodRate = 20_000;

    // Bits of the default mask: that a packet may pass, and all of them.
    private const string Passed = "0x08000000", All16 = "0xffff0000";

    public static ImmutableArray<Attack> All { get; } =
    [
        Attack.Attempt("K5-stopped", "the gateway is stopped in the middle of its work", "tcp-send", "@attacker", "default-deny", port: 22) with { Run = StoppedAsync, Disturbs = true },
        Attack.Attempt("K5-killed", "the gateway is killed", "tcp-send", "@attacker", "default-deny", port: 22) with { Run = KilledAsync, Disturbs = true, NoRecord = "a gateway that is dead writes nothing; what drops is the kernel" },
        Attack.Attempt("K6-flush", "another program flushes the whole ruleset", "tcp-send", "@attacker", "default-deny", port: 22) with { Run = FlushedAsync, Disturbs = true, NoRecord = "what comes while the tables are gone is dropped by routing, which keeps no record" },
        Marked("K6-marked", "another program's rule marks what comes in as if we had let it pass", $"type filter hook prerouting priority -150; meta mark set meta mark | {Passed}"),
        Marked("K6-marked-all", "another program's rule sets all of our bits on what comes in", $"type filter hook prerouting priority -150; meta mark set meta mark | {All16}"),
        Marked("K6-marked-forward", "the same where packets are forwarded", $"type filter hook forward priority -150; meta mark set meta mark | {Passed}"),
        Attack.Attempt("K19-flood", "an agent is refused thousands of times, and tries again", "tcp-send", "@attacker", "default-deny|limit-reached", port: 22) with { Run = FloodedAsync, Disturbs = true },
    ];

    public static ImmutableArray<CatalogueTest> Tests { get; } =
    [
        new("K4-connections", "one agent fills its share of connections", "it takes thousands of flows, and a neighbour that begins others meanwhile", "Exeat.Gateway.Tests.Judging.FlowTableTests.An_agent_with_all_its_connections_begins_no_other_and_its_neighbour_does",
            "Exeat.Gateway.Tests.Judging.FlowTableTests.A_full_table_refuses_everybody_and_evicts_nobody", "Exeat.Lab.Tests.Limits.FloodTests.A_flood_by_one_agent_leaves_another_four_fifths_of_its_rate"),
        new("K4b-pending", "one flow without a hello, and packets without end", "as above", "Exeat.Lab.Tests.Limits.PendingFloodTests.A_flood_on_a_pending_flow_reaches_user_space_within_the_limit_and_the_rest_is_counted",
            "Exeat.Lab.Tests.Limits.PendingFloodTests.Without_the_limit_the_same_flood_reaches_user_space", "Exeat.Gateway.Tests.Judging.FlowTableTests.An_agent_with_all_its_pending_flows_begins_no_other_and_its_neighbour_does"),
        new("K5-queue", "more packets than the queue has room for", "it takes limits other than the lab's", "Exeat.Lab.Tests.Limits.QueueTests.Packets_that_find_the_queue_full_are_counted_and_none_passes"),
        new("K5-flows", "killed and stopped under load: permitted flows go on", "it is about what goes on", "Exeat.Lab.Tests.Escapes.GatewayDeathTests.Killed_under_load", "Exeat.Lab.Tests.Escapes.GatewayDeathTests.Stopped_under_load",
            "Exeat.Lab.Tests.Running.RestartTests.Permitted_flows_live_on_over_a_restart"),
        new("K6-boot", "the time between the start of the machine and of the gateway", "the gateway of the lab has begun", "Exeat.Lab.Tests.Operation.CloseLocksTests.Nothing_passes_between_the_locks_and_the_first_gateway",
            "Exeat.Lab.Tests.Operation.CloseLocksTests.Locks_close_for_interfaces_that_do_not_exist_yet"),
        new("K6-preflight", "rules of others that use our bits", "they are told of before there are agents", "Exeat.Cli.Tests.RulesetCheckTests.Routing_rules_are_measured_against_our_bits_and_our_place"),
        new("K7-flows", "a policy is tightened while flows live", "it takes a policy that changes under a flow", "Exeat.Lab.Tests.Running.LiveChangeTests.What_is_no_longer_permitted_ends_at_its_next_packet",
            "Exeat.Lab.Tests.Running.LiveChangeTests.A_quarantine_written_into_the_agents_document_silences_live_flows", "Exeat.Lab.Tests.Running.QuicChangeTests.A_QUIC_flow_survives_other_changes_and_ends_at_its_next_datagram_without_its_permit"),
        new("K7-echo", "a policy is tightened under echo that was permitted", "as above", "Exeat.Lab.Tests.Running.EchoChangeTests.A_policy_changes_under_an_echo_and_the_gateway_outlives_the_end_of_one"),
        new("K10-disk", "the journal's disk is full", "it takes a disk of its own", "Exeat.Flows.Tests.FullDiskTests.On_a_full_disk_permits_stop_denials_wait_and_nothing_is_lost_in_silence"),
        new("K11-clock", "the clock steps", "nobody may change the machine's clock", "Exeat.Gateway.Tests.Reload.PolicyClockTests.A_step_forward_that_is_taken_back_never_counted",
            "Exeat.Gateway.Tests.Reload.PolicyClockTests.A_step_back_brings_nothing_back_that_had_expired", "Exeat.Gateway.Tests.Reload.PolicyClockTests.A_restart_with_a_clock_that_went_back_goes_on_where_it_was"),
        new("K11-journal", "a journal torn in the middle of a line", "it is about files", "Exeat.Flows.Tests.JournalDamageTests.A_corrupt_line_in_the_middle_costs_that_line_only",
            "Exeat.Flows.Tests.DurabilityTests.Killed_in_the_middle_of_writing_nothing_that_took_effect_is_missing"),
        new("K12-documents", "a document with a mistake, at a change and at a start", "it takes documents that change", "Exeat.Lab.Tests.Running.DocumentTests.A_mistake_keeps_the_last_good_policy_and_does_not_hold_back_a_quarantine",
            "Exeat.Lab.Tests.Running.DocumentTests.A_start_with_a_broken_policy_goes_on_with_the_last_good_one"),
        new("K12-privilege", "a right or a feature of the kernel that is missing", "the gateway does not start", "Exeat.Linux.Tests.Live.RulesetTests.Everything_the_gateway_needs_is_found_and_nothing_is_left_behind"),
        new("K17-generations", "old marks under a number that is given again", "it takes more changes than there are numbers, and a restart", "Exeat.Lab.Tests.Running.LiveChangeTests.Three_hundred_changes_hurt_no_flow_that_stays_permitted",
            "Exeat.Gateway.Tests.Judging.TupleLifeTests.What_a_policy_change_ends_loses_its_mark_so_that_no_later_generation_can_match_it",
            "Exeat.Lab.Tests.Running.RestartTests.A_flow_without_a_proof_is_ended_at_both_ends_and_recorded_at_the_start"),
    ];

    private static Attack Marked(string id, string title, string chain) => Attack.Attempt(id, title, "tcp-send", "@attacker", "default-deny", port: 22) with
    {
        Disturbs = true,
        Run = async (lab, family) =>
        {
            Finished added = await lab.RunAsync(LabPlan.Gateway, "nft", $"table inet {Foreign} {{ chain marks {{ {chain} ; }} ; }}");
            try
            {
                Outcome outcome = await lab.TryAsync("tcp-send", "@attacker", family, 22);
                return AttackSeen.Of(outcome) with { Fault = added.Succeeded ? "" : added.LastLine };
            }
            finally
            {
                await lab.RunAsync(LabPlan.Gateway, "nft", "delete", "table", "inet", Foreign);
            }
        },
    };

    private static Task<AttackSeen> StoppedAsync(AttackLab lab, int family) => WithoutAsync(lab, family, "STOP", () => lab.Gateway.Process.SignalAsync("CONT"));

    private static Task<AttackSeen> KilledAsync(AttackLab lab, int family) => WithoutAsync(lab, family, "KILL", () => lab.Gateway.RestartAsync());

    // Only where it is tried whether it holds: where the attack is permitted a gateway has to decide, and where there is none there is nothing to stop.
    private static async Task<AttackSeen> WithoutAsync(AttackLab lab, int family, string signal, Func<Task> recover)
    {
        if (lab.Column != AttackColumn.Contained) return AttackSeen.Of(await lab.TryAsync("tcp-send", "@attacker", family, 22));
        await lab.Gateway.Process.SignalAsync(signal);
        for (int i = 0; i < 200 && signal == "KILL" && !lab.Gateway.Process.HasEnded; i++) await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        try
        {
            Outcome known = await lab.TryAsync("spoofed-sni", "openclaw.ai@core", family), attack = await lab.TryAsync("tcp-send", "@attacker", family, 22);
            return AttackSeen.Of(attack) with { Fault = known.After.Has(known.Attempt.Canary) ? "a new connection to a permitted name passed a gateway that decides nothing" : "" };
        }
        finally
        {
            await recover();
        }
    }

    private static async Task<AttackSeen> FlushedAsync(AttackLab lab, int family)
    {
        Task<Outcome> attack = lab.TryAsync("tcp-send", "@attacker", family, 22);
        string fault = "";
        for (int i = 0; i < 3; i++)
        {
            Finished flush = await lab.RunAsync(LabPlan.Gateway, "nft", "flush", "ruleset");
            if (!flush.Succeeded) fault = flush.LastLine;
            await Task.Delay(TimeSpan.FromMilliseconds(150), TimeProvider.System);
        }
        Outcome seen = await attack, again = await lab.TryAsync("tcp-send", "@attacker", family, 22);
        // Nobody puts it back by hand.
        if (lab.Column == AttackColumn.Contained && fault.Length == 0 && !await IsRepairedAsync(lab, family)) fault = "permitted names do not work after the repair";
        return AttackSeen.Of(again) with { Arrived = seen.Arrived || again.Arrived, Fault = fault };
    }

    private static async Task<bool> IsRepairedAsync(AttackLab lab, int family)
    {
        for (int i = 0; i < 6; i++)
        {
            Outcome honest = await lab.TryAsync("https", "openclaw.ai", family);
            lab.Marks.Remove(honest.Attempt.Canary);
            if (honest.Client.Succeeded) return true;
        }
        return false;
    }

    private static async Task<AttackSeen> FloodedAsync(AttackLab lab, int family)
    {
        Finished flood = await lab.RunAsync("coding-1", [.. lab.Exeat, "lab-attack", "syn-flood", WorldMap.Attacker.Address(family), "443", $"{FloodPackets}", $"{FloodRate}"]);
        // As long as it takes for an agent's rate to be its own again.
        await Task.Delay(TimeSpan.FromSeconds(1.5), TimeProvider.System);
        Outcome attack = await lab.TryAsync("tcp-send", "@attacker", family, 22);
        string mode = lab.Middle?.Applied().Mode ?? "enforce";
        return AttackSeen.Of(attack) with { Fault = !flood.Succeeded ? flood.LastLine : mode == "enforce" ? "" : $"the mode is {mode}" };
    }
}
