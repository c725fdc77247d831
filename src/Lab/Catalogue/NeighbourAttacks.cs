using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Exeat.Lab.Report;
using Exeat.Lab.Scenario;
using Exeat.Lab.Topology;
using Exeat.Lab.World;

namespace Exeat.Lab.Catalogue;

/// <summary>Somebody else's name, the gateway itself, other agents, and connections towards agents: lines K8, K9 and K18.</summary>
internal static class NeighbourAttacks
{
    private const string Attacker = "coding-1", Neighbour = "research-1", Listener = "locked-down-1";
    private const string NoSpoof = "a source that is not the agent's is dropped under every policy", OwnLinks = "each agent of the lab has a link of its own, on which nobody believes it", NoOpening = "no rule opens the gateway itself",
        NoInbound = "no rule permits a connection towards an agent", EchoOnly = "of ICMP a rule permits echo only", NoGroups = "nobody forwards what goes to a group of the link, with or without a gateway";
    private const int ListenPort = 7000, GatewayPort = 9022, Tcp = 6, Udp = 17;

    public static ImmutableArray<Attack> All { get; } =
    [
        Spoofed("K8-peer", "a datagram in another agent's name, on the tuple of that agent's permitted flow", "spoof-peer") with { Run = OnNeighboursTupleAsync, Policy = PacketAttacks.Datagrams },
        Spoofed("K8-subnet", "another address of the agent's own network", "spoof-subnet"),
        Spoofed("K8-world", "the address of a host outside", "spoof-world"),
        Spoofed("K8-loopback", "a loopback address", "spoof-loopback") with { Families = [4], OneFamily = "over IPv6 the kernel drops it before anything is an attempt", NoSabotage = "a kernel forwards nothing from a loopback address" },
        Of("K8-claim", "another agent's address is claimed on the link", "spoofed-source|malformed", ClaimAsync) with { NoRecord = "what is said on the link about addresses is no attempt to leave", NoControl = NoSpoof, NoSabotage = OwnLinks },

        Of("K9-ports", "a port of the gateway's own, by each of its addresses", "gateway-itself", OwnPortsAsync) with { NoControl = NoOpening },
        Of("K9-resolver", "the resolver's own port, without the way that leads there", "gateway-itself", ResolverPortAsync) with { NoControl = NoOpening, NoSabotage = "without a gateway there is no resolver" },
        Attack.OfScenario("K9-agents", "f-agent", "denied-by-rule|towards-agent") with { Rule = "deny-eastwest|default-deny", NoControl = "no rule joins agents" },
        Of("K9-route", "a way of the sender's choosing, by the gateway", "fragment-or-options|gateway-itself", RoutedAsync) with
        {
            NoControl = "a packet with options or extension headers is refused whatever a rule permits",
            NoSabotage = "a kernel follows no way of the sender's choosing unless it is told to",
        },
        Of("K9-redirect", "the gateway is told of another way", "gateway-itself|spoofed-source", RedirectAsync) with { NoControl = NoOpening, NoSabotage = "a kernel believes a redirect only of the router that it used" },
        Of("K9-router", "the agent says that it is the router", "spoofed-source", RouterAsync) with { Families = [6], OneFamily = "IPv4 has no router advertisements", NoControl = NoOpening, NoSabotage = "a kernel that forwards takes no router advertisements" },
        Of("K9-group", "a secret to a group on the link", "address-not-allowed", GroupAsync) with { NoControl = NoGroups, NoSabotage = NoGroups },
        Beyond("K9-neighbour", "a secret in a neighbour solicitation, beyond the link", "icmp-neighbour"),
        Beyond("K9-listener", "a secret in a listener report, beyond the link", "icmp-listener"),
        Of("K9-own", "the gateway itself, taken over, calls out", "default-deny", OwnOutputAsync) with { NoRecord = "the gateway is no agent: what it tries is counted in its metrics", NoControl = "no rule is about the gateway itself" },

        Of("K18-world", "a connection from outside to an agent that listens", "towards-agent", (lab, family) => TowardsAsync(lab, family, LabPlan.World, "tcp-send", Tcp)) with { NoControl = NoInbound },
        Of("K18-datagram", "a datagram from outside to an agent", "towards-agent", (lab, family) => TowardsAsync(lab, family, LabPlan.World, "udp-send", Udp)) with { NoControl = NoInbound },
        Of("K18-host", "a connection from the gateway's machine to an agent", "towards-agent", (lab, family) => TowardsAsync(lab, family, LabPlan.Gateway, "tcp-send", Tcp)) with { NoControl = NoInbound },
    ];

    public static ImmutableArray<CatalogueTest> Tests { get; } =
    [
        new("K8-reuse", "the next agent that has the address", "an agent leaves the document and another comes, which the shared lab cannot do", "Exeat.Gateway.Tests.Judging.TupleLifeTests.A_connection_does_not_pass_to_the_next_agent_that_has_the_address",
            "Exeat.Gateway.Tests.Reload.GatewayChangeTests.Zones_stay_with_their_interfaces_over_restarts_and_are_not_inherited"),
        new("K8-segment", "a neighbour's address on a shared segment", "it takes two agents on one link, which the catalogue's lab has not", "Exeat.Lab.Tests.Limits.SharedSegmentTests.A_flood_in_a_neighbours_name_uses_up_nothing_of_the_neighbours",
            "Exeat.Lab.Tests.Limits.SharedSegmentTests.A_neighbours_address_that_another_claims_stays_with_its_owner"),
        new("K9-management", "metrics, health and management", "it takes a gateway that serves them", "Exeat.Lab.Tests.Operation.ManagementTests.Agents_reach_neither_metrics_nor_health_and_the_management_side_does",
            "Exeat.Lab.Tests.Operation.ManagementTests.A_metrics_address_on_the_agents_side_is_refused_at_the_start"),
        new("K9-bypass", "offload, programs and bridges that pass by the hooks", "preflight looks for them before there are agents", "Exeat.Lab.Tests.Operation.PreflightTests.A_machine_in_order_fails_nothing_before_there_are_agents"),
        new("K9-silence", "no program of ours sends what nobody configured", "it is about what does not happen", "Exeat.Lab.Tests.Course.SilenceTests.No_program_of_ours_sends_what_nobody_configured"),
    ];

    private static Attack Of(string id, string title, string reason, Func<AttackLab, int, Task<AttackSeen>> run) => new() { Id = id, Title = title, Rule = "default-deny", Reason = reason, Run = run };

    private static Attack Spoofed(string id, string title, string kind) => Attack.Attempt(id, title, kind, "@crm", "spoofed-source", port: 7777) with { NoControl = NoSpoof };

    private static Attack Beyond(string id, string title, string kind) => Attack.Attempt(id, title, kind, "@attacker", "default-deny|protocol-not-supported", port: 0) with { Families = [6], OneFamily = "over IPv4 the link is looked after by ARP, which goes nowhere", NoControl = EchoOnly };

    private static async Task<AttackSeen> RoutedAsync(AttackLab lab, int family)
    {
        LabAgent agent = LabPlan.Find(Attacker)!;
        // What is asked for stands inside; outside the packet is for the gateway.
        string stop = family == 4 ? agent.Gateway4 : agent.Gateway6;
        Outcome outcome = await lab.TryAsync("source-route", "@attacker", family, 7777, Attacker);
        return new AttackSeen(outcome.Arrived) { Record = await lab.RecordAsync(outcome.From, r => r.Agent == Attacker && r.Destination == stop), Said = outcome.Client.LastLine };
    }

    private static async Task<AttackSeen> OnNeighboursTupleAsync(AttackLab lab, int family)
    {
        // The neighbour's own datagram on that tuple is permitted, or what follows shows nothing.
        Outcome honest = await lab.TryAsync("shared-tuple", "@crm", family, 7777, Neighbour);
        lab.Marks.Remove(honest.Attempt.Canary);
        Outcome spoofed = await lab.TryAsync("spoof-peer", "@crm", family, 7777, Attacker);
        return AttackSeen.Of(spoofed) with { Fault = honest.Arrived ? "" : "the neighbour's own datagram did not arrive: " + honest.Client.LastLine };
    }

    private static async Task<AttackSeen> ClaimAsync(AttackLab lab, int family)
    {
        LabAgent thief = LabPlan.Find(Attacker)!, owner = LabPlan.Find(Neighbour)!;
        Finished claim = await ToolAsync(lab, Attacker, "claim-address", owner.Address(family), 0);
        Finished neighbours = await lab.RunAsync(LabPlan.Gateway, "ip", $"-{family}", "neigh", "show", owner.Address(family));
        Outcome honest = await lab.TryAsync("https", "openclaw.ai", family, agent: Neighbour);
        lab.Marks.Remove(honest.Attempt.Canary);
        return new AttackSeen(neighbours.Output.Contains(thief.Mac, StringComparison.Ordinal))
        {
            Fault = !claim.Succeeded ? claim.LastLine : honest.Client.Succeeded ? "" : "the owner of the address is cut off: " + honest.Client.LastLine,
        };
    }

    private static async Task<AttackSeen> OwnPortsAsync(AttackLab lab, int family)
    {
        LabAgent agent = LabPlan.Find(Attacker)!, other = LabPlan.Find(Neighbour)!;
        string[] addresses = family == 4 ? [agent.Gateway4, other.Gateway4, LabPlan.WanAddress4] : [agent.Gateway6, other.Gateway6, LabPlan.WanAddress6];
        string socket = Path.Combine(lab.Spaces.State.Folder, $"gateway-{family}.sock");
        await using LabProcess listener = await LabProcess.StartAsync(lab.Spaces.Network.Inside(LabPlan.Gateway, [.. lab.Exeat, "lab-listen", socket, $"{GatewayPort}", agent.GatewayLink]),
            Path.Combine(lab.Spaces.State.Folder, "gateway-listen.log"), LabPatience.Seconds(15));
        var counters = new WorldClient(socket);
        DateTimeOffset from = TimeProvider.System.GetUtcNow();
        foreach (string address in addresses) await ToolAsync(lab, Attacker, "tcp-send", address, GatewayPort);
        WorldSnapshot seen = await counters.ReadAsync();
        string[] unrecorded = [];
        SeenRecord? record = null;
        foreach (string address in addresses)
        {
            SeenRecord? own = await lab.RecordAsync(from, r => r.Agent == Attacker && r.Destination == address && r.Port == GatewayPort);
            if (own is null && lab.Middle is not null) unrecorded = [.. unrecorded, address];
            record ??= own;
        }
        return new AttackSeen(addresses.Any(address => seen.From(agent.Address(family), address, Tcp, GatewayPort).Connections > 0))
        {
            Record = record,
            Fault = unrecorded.Length > 0 ? $"no record of {string.Join(", ", unrecorded)}" : "",
        };
    }

    private static async Task<AttackSeen> ResolverPortAsync(AttackLab lab, int family)
    {
        Finished chain = await lab.RunAsync(LabPlan.Gateway, "nft", "list", "chain", "inet", "exeat", "dns");
        string intercepted = WorldMap.Resolver.Address(family);
        string port = chain.Output.Split('\n').Where(line => line.Contains($"daddr {intercepted} ", StringComparison.Ordinal)).Select(line => Regex.Match(line, @"redirect to :(\d+)").Groups[1].Value).FirstOrDefault("");
        if (port.Length == 0) return new AttackSeen(false) { Fault = "the resolver's port is not in the table: " + chain.LastLine };
        LabAgent agent = LabPlan.Find(Attacker)!;
        string to = family == 4 ? agent.Gateway4 : agent.Gateway6;
        DateTimeOffset from = TimeProvider.System.GetUtcNow();
        Finished asked = await lab.RunAsync(Attacker, "dig", $"@{to}", "-p", port, "+time=1", "+tries=1", "+noall", "+answer", "openclaw.ai");
        return new AttackSeen(asked.Output.Contains("203.0.113", StringComparison.Ordinal)) { Record = await lab.RecordAsync(from, r => r.Agent == Attacker && r.Destination == to), Said = asked.LastLine };
    }

    private static async Task<AttackSeen> RedirectAsync(AttackLab lab, int family)
    {
        string to = WorldMap.Attacker.Address(family);
        DateTimeOffset from = TimeProvider.System.GetUtcNow();
        Finished told = await ToolAsync(lab, Attacker, "link-redirect", to, 0);
        SeenRecord? record = await lab.RecordAsync(from, r => r.Agent == Attacker && r.Protocol.StartsWith("icmp", StringComparison.Ordinal));
        Finished route = await lab.RunAsync(LabPlan.Gateway, "ip", $"-{family}", "route", "get", to);
        return new AttackSeen(!route.Output.Contains($"dev {LabPlan.Wan}", StringComparison.Ordinal)) { Record = record, Fault = told.Succeeded && route.Succeeded ? "" : told.LastLine + route.LastLine };
    }

    private static async Task<AttackSeen> RouterAsync(AttackLab lab, int family)
    {
        Finished before = await lab.RunAsync(LabPlan.Gateway, "ip", "-6", "route", "show");
        DateTimeOffset from = TimeProvider.System.GetUtcNow();
        Finished told = await ToolAsync(lab, Attacker, "router-advert", "2001:db8:bad::", 0);
        SeenRecord? record = await lab.RecordAsync(from, r => r.Agent == Attacker && r.Destination == "ff02::1");
        Finished after = await lab.RunAsync(LabPlan.Gateway, "ip", "-6", "route", "show");
        return new AttackSeen(after.Output != before.Output) { Record = record, Fault = told.Succeeded ? "" : told.LastLine };
    }

    private static async Task<AttackSeen> GroupAsync(AttackLab lab, int family)
    {
        string group = family == 4 ? "224.0.0.251" : "ff02::fb";
        DateTimeOffset from = TimeProvider.System.GetUtcNow();
        Finished said = await ToolAsync(lab, Attacker, "link-group", WorldMap.Attacker.Address(family), 0);
        WorldSnapshot world = await lab.World.ReadAsync();
        return new AttackSeen(world.From("", group).Packets > 0) { Record = await lab.RecordAsync(from, r => r.Agent == Attacker && r.Destination == group), Fault = said.Succeeded ? "" : said.LastLine };
    }

    private static async Task<AttackSeen> OwnOutputAsync(AttackLab lab, int family)
    {
        string own = family == 4 ? LabPlan.WanAddress4 : LabPlan.WanAddress6, to = WorldMap.Attacker.Address(family);
        long before = (await lab.World.ReadAsync()).From(own, to, Tcp).Packets;
        Finished called = await ToolAsync(lab, LabPlan.Gateway, "tcp-send", to, 22);
        return new AttackSeen((await lab.World.ReadAsync()).From(own, to, Tcp).Packets > before) { Said = called.LastLine };
    }

    private static async Task<AttackSeen> TowardsAsync(AttackLab lab, int family, string space, string kind, int protocol)
    {
        string to = LabPlan.Find(Listener)!.Address(family);
        WorldClient counters = lab.Spaces.Listeners[Listener];
        PacketCount before = (await counters.ReadAsync()).From("", to, protocol, ListenPort);
        DateTimeOffset from = TimeProvider.System.GetUtcNow();
        Finished called = await ToolAsync(lab, space, kind, to, ListenPort);
        PacketCount after = (await counters.DrainAsync("", LabPatience.Seconds(0.03), LabPatience.Seconds(1))).From("", to, protocol, ListenPort);
        return new AttackSeen(after.Packets > before.Packets)
        {
            // What the gateway's own machine sends is counted by the kernel, of no agent in particular.
            Record = await lab.RecordAsync(from, r => r.Reason == "towards-agent" && (r.Destination == to || (space == LabPlan.Gateway && r.End == "unstamped_output"))),
            Said = called.LastLine,
        };
    }

    private static Task<Finished> ToolAsync(AttackLab lab, string space, string kind, string address, int port) =>
        lab.RunAsync(space, [.. lab.Exeat, "lab-attack", kind, address, $"{port}", "canary-of-a-tool", "-"]);
}
