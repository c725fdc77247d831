using System.Collections.Immutable;

namespace Exeat.Lab.Catalogue;

/// <summary>Faults under load, killed and flushed: the lines of K that shake the lab.</summary>
/// <remarks>
/// They are tests and no attacks of the lab: each needs traffic of several agents while something breaks, a supervisor that starts the gateway again, and records held against what clients tried. Their control
/// is <c>Without_a_gateway_every_kind_arrives</c>.
/// </remarks>
internal static class FaultAttacks
{
    private const string Chaos = "Exeat.Lab.Tests.Chaos.", Traffic = "traffic of several agents runs while it is broken, and a supervisor starts the gateway again";

    public static ImmutableArray<Attack> All { get; } = [];

    public static ImmutableArray<CatalogueTest> Tests { get; } =
    [
        new("K5-gateway-gone", "killed, hung, out of memory, upgraded: nothing new leaves, permitted flows go on", Traffic,
            Chaos + "GatewayFaultTests.K5_killed", Chaos + "GatewayFaultTests.K5_hung_until_the_watchdog_kills_it", Chaos + "GatewayFaultTests.K5_out_of_memory",
            Chaos + "GatewayFaultTests.K5_replaced_by_a_restart", Chaos + "GatewayFaultTests.K5_stopped_and_continued", Chaos + "ControlTests.Without_a_gateway_every_kind_arrives"),
        new("K5-queue-full", "more packets than the queue has room for", Traffic, Chaos + "LimitFaultTests.K5_queue_full"),
        new("K6-flush-load", "nft flush ruleset by another tool, also while nobody repairs", Traffic,
            Chaos + "RulesetFaultTests.K6_flush_ruleset", Chaos + "RulesetFaultTests.K6_flush_ruleset_while_the_gateway_is_stopped", Chaos + "RulesetFaultTests.K6_without_the_second_lock_they_would_pass"),
        new("K6-iptables", "iptables-restore by another tool; a rule in our table; the jump to the queue taken out", Traffic,
            Chaos + "RulesetFaultTests.K6_iptables_restored", Chaos + "RulesetFaultTests.K6_a_rule_in_our_table", Chaos + "RulesetFaultTests.K6_the_jump_to_the_queue_is_gone"),
        new("K6-marks", "another tool writes our bits of packet and conntrack marks", Traffic, Chaos + "RulesetFaultTests.K6_marks_of_another_tool"),
        new("K6-links", "links flap; policies change by the hundred, and while the gateway is down", Traffic,
            Chaos + "RulesetFaultTests.K6_links_flap", Chaos + "DocumentFaultTests.K6_a_hundred_policies_in_ten_seconds", Chaos + "DocumentFaultTests.K6_policy_changed_while_the_gateway_is_down"),
        new("K10-disk-full", "the journal's disk is full: no permit without its record", Traffic, Chaos + "RecordFaultTests.K10_disk_full"),
        new("K11-clock-step", "the wall clock jumps days ahead and back", "its gateway is loaded with a library that moves its clock alone", Chaos + "ClockFaultTests.K11_clock_step"),
        new("K11-torn-journal", "a journal torn in the middle of a line, and noise in it", Traffic, Chaos + "RecordFaultTests.K11_journal_torn_and_damaged"),
        new("K12-start", "started without its rights, or over a corrupt policy", Traffic, Chaos + "GatewayFaultTests.K12_started_without_privilege", Chaos + "DocumentFaultTests.K12_corrupt_policy"),
    ];
}
