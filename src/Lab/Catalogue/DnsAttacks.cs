using System.Collections.Immutable;
using Exeat.Lab.Scenario;
using Exeat.Lab.Topology;
using Exeat.Lab.World;

namespace Exeat.Lab.Catalogue;

/// <summary>Names and DNS: lines D1 to D16.</summary>
internal static class DnsAttacks
{
    private const string Names = """
          hostile: {names: ["**.hostile.example.org", "**.tunnel.example.net"]}

        """;

    // A permitted zone whose owner helps the agent out.
    private static readonly PolicyText HostilePermitted = new("enforce")
    {
        ExtraNames = Names,
        ExtraRules = """
            - {name: allow-hostile, priority: 61, from: [coding], to: {names: [hostile]}, protocol: tcp, ports: [443], action: permit}

            """,
    };

    // A permit by address makes no name resolvable (D16): the control of what goes out in questions permits the names as well.
    private static readonly PolicyText NamesPermitted = Attack.PermittingAlso("""
        - {name: control-names, priority: 2, to: {names: [hostile, control-tunnel], groups: [control-everywhere]}, protocol: tcp, ports: [443], action: permit}

        """, Names + """
          control-tunnel: {names: ["**.exfil.attacker.example", "**.cluster.local", "**.evilgithub.com", "**.github.com.evil.example", "**.clawhub.ai"]}

        """);

    private const string Inside = "links and loopback are never forwarded, and metadata and embedding addresses never permitted";

    public static ImmutableArray<Attack> All { get; } =
    [
        Attack.OfScenario("D1-labels", "c", "default-deny") with { ControlPolicy = NamesPermitted },
        Attack.Attempt("D1-quota", "a tunnel of 540 names below a permitted zone: what is over the quota", "dns-tunnel", "q.tunnel.example.net@resolver", "dns-quota", "allow-hostile", 53) with
        {
            Policy = HostilePermitted,
            ControlPolicy = NamesPermitted,
            Run = async (lab, family) => AttackSeen.Of(
                await lab.TryAsync(lab.Column == AttackColumn.Control ? "dns-tunnel-small" : "dns-tunnel", "q.tunnel.example.net@resolver", family, 53)),
        },

        Attack.OfScenario("D2-udp", "d-udp", "denied-by-rule") with { ControlPolicy = Monitored },
        Attack.OfScenario("D2-tcp", "d-tcp", "denied-by-rule") with { ControlPolicy = Monitored },
        Attack.OfScenario("D2-tls", "d-tls", "denied-by-rule") with { ControlPolicy = Monitored },
        Attack.Attempt("D2-quic", "another resolver over QUIC (853)", "quic-like", "@public-resolver", "denied-by-rule", "deny-dns-exfil-udp", 853) with { ControlPolicy = Monitored },
        Attack.Attempt("D2-https-known", "DNS over HTTPS at a known resolver, by its name", "https-credential", "dns.public.example", "default-deny") with { ControlPolicy = Monitored },
        Attack.Attempt("D2-https-unknown", "DNS over HTTPS at an address that nobody knows", "https-address", "@public-resolver", "default-deny"),
        Attack.Attempt("D2-https-shared", "DNS over HTTPS behind a permitted address", "spoofed-sni", "dns.public.example@core", "default-deny"),
        Attack.Attempt("D2-mdns", "questions on the port of multicast DNS", "udp-send", "@attacker", "default-deny", port: 5353),
        Attack.Attempt("D2-llmnr", "questions on the port of LLMNR", "udp-send", "@attacker", "default-deny", port: 5355),

        Attack.Attempt("D3-split", "data in labels over TCP, a segment for each byte, the length split too", "dns-split", "q.exfil.attacker.example@resolver", "default-deny", port: 53) with { ControlPolicy = NamesPermitted },
        Attack.Attempt("D3-pipelined", "data in labels over TCP, in one segment behind an innocent question", "dns-pipelined", "q.exfil.attacker.example@resolver", "default-deny", port: 53) with { ControlPolicy = NamesPermitted },

        Lie("D4-cname", "a permitted name that is an alias of another, at the attacker's address, claimed there", "cname", "openclaw.ai@hostile", "name-not-bound"),
        Lie("D4-chain", "a chain of twenty aliases that ends at the attacker's address", "chain", "chain.hostile.example.org@hostile", "name-not-bound|default-deny"),
        Lie("D5-additional", "an answer with records for another name", "additional", "openclaw.ai@hostile", "name-not-bound|default-deny"),
        Lie("D5-question", "an answer to another question", "question", "question.hostile.example.org@hostile", "name-not-bound|default-deny"),

        Attack.Attempt("D6-private", "a permitted name that leads to a private address", "https-credential", "private.hostile.example.org@database", "address-not-allowed", "allow-hostile") with
        {
            Policy = HostilePermitted,
            ControlPolicy = NamesPermitted,
        },
        Lie("D6-private-anyway", "the private address that the answer no longer says, with the name claimed there", "private", "private.hostile.example.org@database", "denied-by-rule", "deny-eastwest"),
        Attack.Attempt("D6-metadata", "a permitted name that leads to the metadata of the cloud", "https-credential", "metadata.hostile.example.org@metadata", "address-not-allowed", "allow-hostile") with
        {
            Policy = HostilePermitted,
            NoControl = Inside,
        },
        Attack.Attempt("D6-embedded", "a permitted name that leads to an address which embeds a private IPv4 one", "https-credential", "embedded.hostile.example.org@embedded", "address-not-allowed", "allow-hostile") with
        {
            Policy = HostilePermitted,
            NoControl = Inside,
            Families = [6],
            OneFamily = "IPv4 addresses embed no others",
        },
        Lie("D7-hint", "the private address in a hint of an HTTPS record, with the name claimed there", "hint", "hint.hostile.example.org@database", "denied-by-rule", "deny-eastwest", "TYPE65"),
        Lie("D9-addresses", "the last of 3,001 addresses of a permitted name", "many", "many.hostile.example.org@hostile", "name-not-bound|default-deny"),

        Lie("D11-loop", "an answer whose name is a pointer to itself", "loop", "loop.hostile.example.org@hostile", "name-not-bound|default-deny"),
        Attack.Attempt("D11-txt", "a permitted name asked for free text", "lookup-txt", "free.hostile.example.org@resolver", "dns-type-refused", "allow-hostile", 53) with
        {
            Policy = HostilePermitted,
            ControlPolicy = Monitored with { ExtraNames = Names, ExtraRules = HostilePermitted.ExtraRules },
        },
        Attack.Attempt("D11-null", "a permitted name asked for a record of any bytes", "lookup-null", "bytes.hostile.example.org@resolver", "dns-type-refused", "allow-hostile", 53) with
        {
            Policy = HostilePermitted,
            NoControl = "types whose form nobody can check are never forwarded",
        },
        Odd("D12-udp", "bytes that are no DNS to the permitted resolver", "udp-send", "@resolver"),
        Attack.Attempt("D13-search", "a permitted name with a search domain behind it", "dns-labels", "openclaw.ai.cluster.local@resolver", "default-deny", port: 53) with { ControlPolicy = NamesPermitted },

        Attack.Attempt("D14-prefix", "a name that only ends like a permitted one", "dns-labels", "evilgithub.com@resolver", "default-deny", port: 53) with { ControlPolicy = NamesPermitted },
        Attack.Attempt("D14-suffix", "a permitted name in front of another", "dns-case", "github.com.evil.example@resolver", "default-deny", port: 53) with { ControlPolicy = NamesPermitted },
        Odd("D14-nul", "a NUL inside a label", "dns-nul"),
        Odd("D14-dot", "a dot inside a label", "dns-dot"),
        Odd("D14-control", "control bytes and a formula in a label", "dns-escape"),
        Odd("D14-long", "a name of more than 253 bytes", "dns-long"),

        NeverForwarded("D15-port-udp", "another resolver, though a rule permits its address and port", "lookup", "data.exfil.attacker.example@attacker", 53),
        NeverForwarded("D15-port-tcp", "another resolver over TCP, though a rule permits it", "lookup-tcp", "data.exfil.attacker.example@attacker", 53),
        NeverForwarded("D15-port-tls", "another resolver over TLS, though a rule permits it", "dot", "@public-resolver", 853),
        NeverForwarded("D15-port-quic", "another resolver over QUIC, though a rule permits it", "quic-like", "@public-resolver", 853),
        Rebuilt("D15-options", "data in an EDNS option of a permitted question", "dns-options"),
        Rebuilt("D15-trailing", "data behind the end of a permitted question", "dns-trailing"),
        Attack.Attempt("D16-address", "data in labels where a rule permits every address", "dns-labels", "q.exfil.attacker.example@resolver", "default-deny", port: 53) with
        {
            Policy = Attack.Permitting,
            ControlPolicy = NamesPermitted,
        },
    ];

    public static ImmutableArray<CatalogueTest> Tests { get; } =
    [
        new("D5-guess", "ids and ports guessed by somebody on the way", "the lab's world stands on the way and needs not guess", "Exeat.Gateway.Tests.Dns.QuestionTests.Ids_and_ports_differ_from_question_to_question",
            "Exeat.Gateway.Tests.Dns.UpstreamTests.Forged_answers_are_passed_over_and_the_true_one_counts", "Exeat.Gateway.Tests.Dns.UpstreamTests.A_packet_from_another_address_or_port_is_not_heard"),
        new("D6-self", "names that lead to the agent's own machine or to the gateway", "such packets never come to the world, whoever stands in the middle", "Exeat.Gateway.Tests.Dns.AddressScreenTests.Nobody_outside_is_there",
            "Exeat.Gateway.Tests.Dns.ReleaseTests.The_gateways_own_addresses_are_never_answered"),
        new("D7-ech", "keys for an encrypted hello in an HTTPS record", "it comes towards the agent, and carries nothing out", "Exeat.Lab.Tests.Escapes.ResolverTests.The_answer_to_an_HTTPS_question_carries_no_ech",
            "Exeat.Gateway.Tests.Dns.ReleaseTests.Ech_is_removed_in_both_modes_and_hints_are_bound", "Exeat.Gateway.Tests.Dns.ReleaseTests.A_broken_service_binding_is_a_failure"),
        new("D8-ttl", "TTL of nothing, huge TTL, an address used again after expiry", "it is a matter of five minutes and more", "Exeat.Gateway.Tests.Bindings.BindingBookTests.A_binding_lives_at_least_300_seconds_and_two_minutes_of_grace",
            "Exeat.Gateway.Tests.Bindings.BindingBookTests.A_binding_lives_at_most_24_hours", "Exeat.Gateway.Tests.Dns.LimitTests.A_TTL_of_nothing_is_not_remembered_and_a_huge_one_is_cut"),
        new("D9-tables", "names and addresses until the tables are full", "it needs tens of thousands of names", "Exeat.Gateway.Tests.Bindings.BindingBookTests.A_full_page_refuses_the_newcomer_and_keeps_the_living",
            "Exeat.Gateway.Tests.Dns.LimitTests.Questions_above_the_rate_are_refused_and_counted_and_others_do_not_notice"),
        new("D10-order", "the answer is with the client before the gateway knows it", "the order of two steps inside the gateway", "Exeat.Gateway.Tests.Dns.ReleaseTests.The_record_is_there_before_the_question_goes_out_and_the_binding_before_the_answer"),
        new("D11-bytes", "loops, forward pointers, huge and truncated messages", "thousands of messages, none of which is forwarded", "Exeat.Wire.Tests.Dns.DnsNameTests.Loops_forward_pointers_old_label_types_and_strange_letters_are_malformed",
            "Exeat.Gateway.Tests.Dns.HostileBytesTests.No_message_of_an_upstream_makes_the_reader_throw_or_pass_on_what_is_not_ours", "Exeat.Gateway.Tests.Dns.HostileBytesTests.No_packet_of_an_agent_makes_the_desk_throw_or_answer_too_much"),
        new("D12-stream", "bytes that are no DNS over TCP to the permitted resolver", "the connection ends at the gateway's own resolver", "Exeat.Gateway.Tests.Dns.StreamTests.What_is_no_DNS_ends_the_connection_and_is_recorded"),
        new("D15-flush", "the redirect of port 53 is flushed by another tool", "it shakes the lab in a class of its own", "Exeat.Lab.Tests.Escapes.RulesetFlushTests.Nothing_denied_passes_while_the_ruleset_is_gone_and_permitted_names_work_after"),
    ];

    private static PolicyText Monitored => new("monitor");

    // Asks for a name of the hostile zone, takes its lie for granted, and claims a name at the address that the lie needs.
    private static Attack Lie(string id, string title, string how, string to, string reason, string rule = "default-deny", string type = "") =>
        Attack.Attempt(id, title, "spoofed-sni", to, reason, rule) with
        {
            Policy = HostilePermitted,
            ControlPolicy = NamesPermitted,
            Run = async (lab, family) =>
            {
                string resolver = WorldMap.Resolver.Address(family), asked = type.Length > 0 ? type : family == 4 ? "A" : "AAAA";
                await lab.RunAsync("coding-1", ["dig", $"@{resolver}", "+time=2", "+tries=1", $"{how}.hostile.example.org", asked]);
                return AttackSeen.Of(await lab.TryAsync("spoofed-sni", to, family));
            },
        };

    // What is no name has none in the record either: it is found by its time, its source and its stage.
    private static Attack Odd(string id, string title, string kind, string to = "github.com@resolver") => Attack.Attempt(id, title, kind, to, "malformed", port: 53) with
    {
        NoControl = "what is no question, or no name, is never forwarded",
        Run = async (lab, family) =>
        {
            Outcome outcome = await lab.TryAsync(kind, to, family, 53);
            LabAgent agent = outcome.Attempt.Agent;
            return AttackSeen.Of(outcome) with
            {
                Outcome = null,
                Record = await lab.RecordAsync(outcome.From, r => r.Agent == agent.Id && r.Source == agent.Address(family) && r.Stage == "dns" && r.Reason == "malformed"),
            };
        },
    };

    private static Attack NeverForwarded(string id, string title, string kind, string to, int port) => Attack.Attempt(id, title, kind, to, "dns-not-forwarded", port: port) with
    {
        Policy = Attack.Permitting,
        ControlPolicy = Monitored,
    };

    // The question is an honest one and goes on, rebuilt; what must not arrive is what it carried.
    private static Attack Rebuilt(string id, string title, string kind) => Attack.Attempt(id, title, kind, "clawhub.ai@resolver", "permitted-by-rule", "allow-core", 53) with
    {
        NoRecord = "the question itself is permitted, and goes on rebuilt",
        NoControl = "questions are always rebuilt",
    };
}
