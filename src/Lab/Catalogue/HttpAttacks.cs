using System.Collections.Immutable;
using Exeat.Lab.Scenario;

namespace Exeat.Lab.Catalogue;

/// <summary>Plain HTTP, and what leads out of it: lines H1 to H4.</summary>
internal static class HttpAttacks
{
    private const string Mirror = "archive.ubuntu.com", Elsewhere = "www.unknown-host.example";

    // The next hop permitted by name, since a permit by address makes no name resolvable.
    private static readonly PolicyText HopPermitted = Attack.PermittingAlso("""
        - {name: control-hop, priority: 2, to: {names: [hop]}, protocol: tcp, ports: [443], action: permit}

        """, names: """
          hop: {names: [www.unknown-host.example]}

        """);

    public static ImmutableArray<Attack> All { get; } =
    [
        Attack.OfScenario("H1-forged", "forged-host", "default-deny"),
        Attack.OfScenario("H1-forged-mirror", "forged-host-80", "default-deny"),
        Attack.OfScenario("H1-port443", "plain-http", "http-not-supported") with { Rule = "default-deny" },
        Attack.Attempt("H1-absolute", "a target that names another host than the Host field", "http-absolute", Mirror, "http-ambiguous", port: 80),
        Attack.Attempt("H1-none", "a request without a Host", "http-no-host", Mirror, "no-name-proven", port: 80),
        Attack.Attempt("H1-two", "a request with two Hosts, the permitted one first", "http-double-host", Mirror, "http-ambiguous", port: 80),
        Attack.Attempt("H1-preface", "HTTP/2 in clear from the first byte", "http-preface", Mirror, "http-upgrade", port: 80),
        Attack.OfScenario("H1-second", "second-request", "default-deny"),
        Attack.OfScenario("H2-smuggled", "smuggling", "http-ambiguous") with { Rule = "default-deny" },
        Attack.Attempt("H2-lengths", "a request with two lengths, another one in what is its body by one of them", "http-double-length", Mirror, "http-ambiguous", port: 80),
        Attack.Attempt("H2-h2c", "the way into HTTP/2 in clear, behind a permitted request", "http-h2c", Mirror, "http-upgrade", port: 80),
        Attack.Attempt("H4-websocket", "an upgrade to WebSocket, behind a permitted request", "http-upgrade", Mirror, "http-upgrade", port: 80),
        Attack.Attempt("H4-connect", "CONNECT to another host, by a permitted one", "speak-connect", Mirror, "http-upgrade", port: 80),
        new()
        {
            Id = "H4-redirect",
            Title = "a permitted page that sends its reader to a host nobody permits",
            Rule = "default-deny",
            Reason = "default-deny",
            ControlPolicy = HopPermitted,
            Run = RedirectAsync,
        },
    ];

    public static ImmutableArray<CatalogueTest> Tests { get; } =
    [
        new("H1-every-request", "a later request is judged like the first, wherever it is cut", "the cuts are many, and the judge is fed with them",
            "Exeat.Gateway.Tests.Judging.Streams.PlainHttpTests.Two_requests_cut_anywhere_leave_whole_or_not_at_all_behind_the_first",
            "Exeat.Gateway.Tests.Judging.Streams.PlainHttpTests.A_request_that_only_some_server_reads_does_not_slip_below_a_deny_by_name"),
        new("H2-framing", "framing that servers read differently is refused at its first byte", "the forms are many, and the reader is fed with them",
            "Exeat.Gateway.Tests.Judging.Streams.PlainHttpTests.What_servers_read_differently_is_refused_first_or_later",
            "Exeat.Wire.Tests.Http.HttpBodyTests.Framing_that_servers_read_differently_is_malformed_at_its_first_byte"),
        new("H3-names-only", "a rule that states a path is refused, so that nobody believes in it", "paths are not judged in this version",
            "Exeat.Names.Tests.NamePatternTests.What_is_no_pattern_is_refused_with_a_remedy"),
    ];

    // The record that counts is the next hop's: it has another name and no address.
    private static async Task<AttackSeen> RedirectAsync(AttackLab lab, int family)
    {
        Outcome outcome = await lab.TryAsync("http-redirected", "openclaw.ai", family);
        return new AttackSeen(outcome.Arrived)
        {
            Record = lab.Column == AttackColumn.Contained ? await lab.RecordAsync(outcome.From, r => r.Verdict == "deny" && r.Names.Contains(Elsewhere)) : null,
            Said = outcome.Client.LastLine,
        };
    }
}
