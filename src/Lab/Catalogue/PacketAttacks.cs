using System.Collections.Immutable;
using Exeat.Lab.Report;
using Exeat.Lab.Scenario;

namespace Exeat.Lab.Catalogue;

/// <summary>Packets of an agent's own making: lines K1 to K3, K13 and K15.</summary>
internal static class PacketAttacks
{
    private const string ExtensionHeaders = "IPv4 has no extension headers", NeverOpen = "a packet with options or extension headers is refused whatever a rule permits",
        NotPutTogether = "what cannot be put together is dropped by the kernel before anything is an attempt", NoSynData = "a SYN that carries data is refused whatever a rule permits", NoWholeHeader = "the kernel drops a first fragment without the whole header of what it carries (RFC 8200, 4.5)", NoErrors = "no rule permits an error message of an agent's making", Inside = "it carries packets of others, which no rule permits";

    // One host that takes datagrams: what is tried there is tried beside, or on, a flow that is permitted.
    internal static readonly PolicyText Datagrams = new("enforce")
    {
        ExtraGroups = """
              test-hosts: {cidrs: [203.0.113.31/32, "2001:db8:f::31/128"]}

            """,
        ExtraRules = """
            - {name: allow-test-udp, priority: 93, from: [coding, research], to: {groups: [test-hosts]}, protocol: udp, ports: [7777], action: permit}

            """,
    };

    // A rule for everything lets no tunnel pass: each needs one that states its number.
    private static readonly PolicyText ByNumber = new("enforce")
    {
        ExtraGroups = """
              control-everywhere: {cidrs: [0.0.0.0/0, "::/0"]}

            """,
        ExtraRules = """
            - {name: control-gre, priority: 1, to: {groups: [control-everywhere]}, protocol: 47, action: permit}
            - {name: control-esp, priority: 2, to: {groups: [control-everywhere]}, protocol: 50, action: permit}
            - {name: control-sctp, priority: 3, to: {groups: [control-everywhere]}, protocol: 132, action: permit}
            - {name: control-dccp, priority: 4, to: {groups: [control-everywhere]}, protocol: 33, action: permit}

            """,
        Tested = false,
    };

    // A permit by address makes no name resolvable.
    private static readonly PolicyText ByName = Attack.PermittingAlso("""
        - {name: control-unknown, priority: 2, to: {names: [unknown]}, protocol: tcp, ports: [443], action: permit}

        """, names: """
          unknown: {names: [www.unknown-host.example]}

        """);

    public static ImmutableArray<Attack> All { get; } =
    [
        // Fragments.
        Denied("K1-fragments", "a datagram in two fragments", "udp-fragments"),
        Denied("K1-tiny", "a first fragment of eight bytes", "tiny-fragment"),
        Denied("K1-tiny-tcp", "a SYN whose flags lie in the second fragment", "tcp-tiny-fragment") with { Reason = "syn-with-data", NoControl = NoSynData, Families = [4], OneFamily = "over IPv6 it is K1-tiny-tcp6" },
        Denied("K1-tiny-tcp6", "the same, which IPv6 forbids", "tcp-tiny-fragment") with { NoRecord = NoWholeHeader, NoControl = NoWholeHeader, Families = [6], OneFamily = "over IPv4 it is K1-tiny-tcp" },
        OnPermitted("K1-overlap", "two fragments that overlap, of a flow that is permitted", "overlapping-fragments") with { NoRecord = NotPutTogether, NoControl = "the kernel puts no overlapping fragments together, whatever a rule permits" },
        OnPermitted("K1-first-only", "a first fragment that nothing follows, of a flow that is permitted", "first-fragment-only") with { NoRecord = NotPutTogether, NoControl = "the kernel lets no part of a datagram pass, whatever a rule permits" },

        // Options and extension headers.
        Attack.OfScenario("K2-bare", "g", "default-deny"),
        Headers("K2-options", "IP options; over IPv6 a routing header of type 0", "ip-options") with { Families = [4, 6], OneFamily = "" },
        Headers("K2-hop", "a hop-by-hop options header", "hop-options"),
        Headers("K2-end", "a destination options header", "end-options"),
        Headers("K2-segments", "a segment routing header", "segment-routing"),
        Headers("K2-many", "nine headers in a chain", "many-headers") with { Reason = "malformed" },
        Headers("K2-authentication", "an authentication header before the datagram", "authentication") with { Reason = "malformed" },
        Headers("K2-split", "headers in the first fragment, the datagram in the second", "headers-in-fragments") with { NoRecord = NoWholeHeader, NoControl = NoWholeHeader },
        Denied("K2-unknown", "a protocol number that nobody gave out", "unknown-header") with { NoControl = "no rule permits a protocol that is not known", Reason = "default-deny|fragment-or-options|malformed" },
        Odd("K2-nothing", "bytes behind a header that says that nothing follows", "no-next-header") with { Families = [6], OneFamily = ExtensionHeaders, NoControl = "no rule permits a protocol that is not known" },
        Denied("K2-atomic", "a fragment that is the whole datagram", "whole-fragment") with { Families = [6], OneFamily = ExtensionHeaders },
        OnPermitted("K2-options-later", "options on a flow that is permitted", "ip-options-later") with { NoControl = NeverOpen },
        OnPermitted("K2-hop-later", "a hop-by-hop options header on a flow that is permitted", "hop-options-later") with { NoControl = NeverOpen, Families = [6], OneFamily = ExtensionHeaders },
        OnPermitted("K2-end-later", "a destination options header on a flow that is permitted", "end-options-later") with { NoControl = NeverOpen, Families = [6], OneFamily = ExtensionHeaders },

        // ICMP and other protocols.
        Error("K3-error", "an error message with a payload, about a permitted flow", "icmp-error"),
        Error("K3-unreachable", "a small unreachable, about a permitted flow", "icmp-unreachable"),
        Error("K3-exceeded", "a time exceeded, about a permitted flow", "icmp-exceeded"),
        Error("K3-parameter", "a parameter problem, about a permitted flow", "icmp-parameter"),
        Odd("K3-redirect", "a redirect, about a permitted flow", "icmp-redirect", "openclaw.ai", 443) with { NoControl = NoErrors },
        Denied("K3-echo", "a secret in an echo request", "icmp-echo", port: 0) with { NoControl = "an echo request of that size is refused whatever a rule permits" },
        Denied("K3-ping", "a small echo request", "icmp-ping", port: 0),
        Odd("K3-reply", "a secret in an echo reply that nobody asked for", "icmp-reply") with { NoControl = "connection tracking knows no request to it, whatever a rule permits" },
        Denied("K3-timestamp", "a timestamp request; over IPv6 a node information query", "icmp-timestamp", port: 0) with { NoControl = "of ICMP a rule permits echo only" },
        Denied("K3-gre", "GRE", "gre", port: 0) with { ControlPolicy = ByNumber },
        Denied("K3-esp", "ESP", "esp", port: 0) with { ControlPolicy = ByNumber },
        Denied("K3-sctp", "SCTP, with a secret in its INIT", "sctp") with { ControlPolicy = ByNumber },
        Denied("K3-dccp", "DCCP, with a secret in its Request", "dccp") with { ControlPolicy = ByNumber },
        Odd("K3-udp-lite", "UDP-Lite", "udp-lite") with { NoControl = "no rule permits it" },
        Denied("K3-ipip", "an IPv4 packet inside", "ipip", port: 0) with { NoControl = Inside },
        Denied("K3-6in4", "an IPv6 packet inside", "6in4", port: 0) with { NoControl = Inside },
        Denied("K3-teredo", "an IPv6 packet inside a datagram to port 3544", "teredo", port: 3544),

        // Every port; every client.
        Attack.Attempt("K13-ssh", "port 22", "tcp-send", "@attacker", "default-deny", port: 22),
        Attack.Attempt("K13-mail", "port 25", "tcp-send", "@attacker", "default-deny", port: 25),
        Attack.Attempt("K13-web", "TLS on port 8443", "https-address", "@attacker", "default-deny", port: 8443),
        Denied("K13-chat", "a datagram to port 6667", "udp-send", port: 6667),
        Denied("K15-raw", "a datagram made by hand, past the agent's own stack", "plain"),
        Attack.Attempt("K15-proxy", "a client that takes no proxy from its environment", "https-address", "@attacker", "default-deny"),
        Attack.Attempt("K15-python", "a client of another language", "python", "www.unknown-host.example", "default-deny") with { ControlPolicy = ByName },
    ];

    public static ImmutableArray<CatalogueTest> Tests { get; } =
    [
        new("K3-helpers", "a connection tracking helper that another program assigns to agents", "the start is refused, and nothing is running that could be attacked",
            "Exeat.Gateway.Tests.Kernel.ForeignExpectationsTests.A_helper_that_agents_would_get_is_refused_by_name"),
        new("K13-tunnel", "SSH -D and -L", "it takes an SSH server that a rule permits, and is then a permitted destination used as a channel (T13); without one it is K13-ssh",
            "Exeat.Lab.Tests.Escapes.SidewaysTests.Another_port_is_not_reached"),
    ];

    private static Attack Denied(string id, string title, string kind, int port = 7777) => Attack.Attempt(id, title, kind, "@attacker", "default-deny", port: port);

    private static Attack Headers(string id, string title, string kind) =>
        Attack.Attempt(id, title, kind, "@attacker", "fragment-or-options", port: 7777) with { Families = [6], OneFamily = ExtensionHeaders, NoControl = NeverOpen };

    private static Attack OnPermitted(string id, string title, string kind) => Attack.Attempt(id, title, kind, "@crm", "fragment-or-options", port: 7777) with { Policy = Datagrams };

    // What connection tracking can make nothing of is counted by the kernel, of no agent in particular; what it takes for a flow is judged.
    private static Attack Odd(string id, string title, string kind, string to = "@attacker", int port = 7777) => Attack.Attempt(id, title, kind, to, "malformed|default-deny|protocol-not-supported", port: port) with
    {
        Run = async (lab, family) =>
        {
            Outcome outcome = await lab.TryAsync(kind, to, family, port);
            SeenRecord? record = lab.Column != AttackColumn.Contained ? null
                : await lab.RecordAsync(outcome.From, r => r.Verdict == "deny" && (r.End == "invalid" || (r.Agent == outcome.Attempt.Agent.Id && r.Destination == outcome.Attempt.Address)));
            return new AttackSeen(outcome.Arrived) { Record = record, Said = outcome.Client.LastLine };
        },
    };

    private static Attack Error(string id, string title, string kind) => Attack.Attempt(id, title, kind, "openclaw.ai", "protocol-not-supported|default-deny") with { NoControl = NoErrors };
}
