using System.Collections.Immutable;

namespace Exeat.Lab.Catalogue;

/// <summary>What a command of <c>exeat run</c> tries against its own box: lines K14 and K16.</summary>
internal static class BoxAttacks
{
    private const string NoPacket = "nothing of it is a packet: the attack and its control are system calls and files, inside a box and without one";
    private const string Attack = "Exeat.Run.Tests.Boxes.BoxAttackTests.", Folder = "Exeat.Run.Tests.Boxes.GuardedFolderTests.", Comfort = "Exeat.Run.Tests.Boxes.BoxComfortTests.";

    private const string OwnNetwork = "a run makes its own namespaces on a host: the test types it there, with the host's services and a neighbour who routes into it, and a control without a run";

    public static ImmutableArray<CatalogueTest> Tests { get; } =
    [
        new("K14-rights", "capabilities, namespaces, mounts, modules, keys, 32-bit calls from inside the box", NoPacket,
            Attack + "K14_no_capability_is_left_and_none_can_be_gained", Attack + "Calls_that_reach_further_are_refused", Attack + "K14_the_calls_of_32_bit_programs_end_the_process"),
        new("K14-sockets", "packet, raw, vsock and netfilter sockets", NoPacket, Attack + "Sockets_of_no_use_are_refused"),
        new("K16-files", "reading and writing outside, start-up files, settings of the kernel", NoPacket,
            Attack + "What_is_outside_is_neither_read_nor_written", Attack + "K16_settings_of_the_kernel_are_not_written", Attack + "K16_policy_and_records_below_the_working_folder_are_out_of_reach"),
        new("K16-sockets", "the host's sockets, by path, by abstract name, by variable", NoPacket,
            Attack + "K16_sockets_outside_are_not_there_by_path_nor_by_abstract_name", Comfort + "The_environment_passes_without_sockets_and_proxies"),
        new("K16-descriptors", "files that the caller left open", NoPacket, Attack + "K16_descriptors_of_the_caller_are_closed"),
        new("K16-terminal", "typing into the person's terminal", NoPacket, Comfort + "K16_nothing_can_be_typed_into_the_persons_terminal", Comfort + "Without_a_terminal_there_is_none_to_open"),
        new("K16-processes", "signals and tracing of processes outside", NoPacket,
            Attack + "K16_processes_outside_are_neither_seen_nor_signalled_nor_traced", Attack + "K16_every_namespace_is_its_own", Attack + "K16_the_command_is_the_user_it_was_meant_to_be"),
        new("K16-persistence", "hooks and settings in the working folder that would run outside later", NoPacket,
            Folder + "What_acts_outside_stays_as_it_was", Folder + "A_folder_without_a_repository_gets_none_and_is_left_without_traces", Folder + "A_link_in_the_place_of_something_guarded_is_refused_and_nothing_is_left_behind"),
        new("K18-run", "connections towards a run's agent, from host and neighbours; the host's loopback and addresses from inside", OwnNetwork, "Exeat.Lab.Tests.Runs.RunPortTests.K18_only_the_ports_that_were_named_pass_and_each_is_recorded"),
        new("K5-run", "the gateway of a run killed", OwnNetwork, "Exeat.Lab.Tests.Runs.RunEndTests.A_gateway_that_is_killed_lets_nothing_pass_and_comes_back"),
    ];
}
