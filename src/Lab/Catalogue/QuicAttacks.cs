using System.Collections.Immutable;

namespace Exeat.Lab.Catalogue;

/// <summary>QUIC: lines Q1 to Q7.</summary>
internal static class QuicAttacks
{
    private const string Permitted = "openclaw.ai";

    public static ImmutableArray<Attack> All { get; } =
    [
        Attack.OfScenario("Q1-frames", "quic-forged", "default-deny"),
        Attack.Attempt("Q1-pings", "another name in frames of one byte, backwards, with PING and PADDING between them", "quic-pings", Permitted, "default-deny"),
        Attack.Attempt("Q1-overlap", "a permitted name first, another over it", "quic-overlap", Permitted, "hello-replaced"),
        Attack.Attempt("Q1-far", "a frame at an offset that nobody has room for", "quic-far", Permitted, "limit-reached"),
        Attack.Attempt("Q2-datagrams", "another name in the last of five datagrams", "quic-many", Permitted, "default-deny"),
        Attack.Attempt("Q3-junk", "bytes of no protocol", "quic-junk", Permitted, "no-name-proven"),
        Attack.Attempt("Q3-short", "a short header first", "quic-short-first", Permitted, "no-name-proven"),
        Attack.Attempt("Q3-early", "early data first", "quic-early-first", Permitted, "no-name-proven"),
        Attack.OfScenario("Q3-look", "quic", "default-deny"),
        Attack.Attempt("Q4-unknown", "a version that nobody knows", "quic-unknown-version", Permitted, "quic-not-supported"),
        Attack.Attempt("Q4-negotiation", "version negotiation, from the client", "quic-negotiation", Permitted, "no-name-proven"),
        Attack.Attempt("Q4-retry", "a Retry, from the client", "quic-retry-first", Permitted, "no-name-proven"),
        Attack.Attempt("Q4-v2", "another name in version 2", "quic-v2", Permitted, "default-deny"),
        Attack.Attempt("Q4-coalesced", "two connections' packets in one datagram, the permitted one's in front", "quic-coalesced", Permitted, "malformed"),
        Attack.OfScenario("Q4-spoofed", "quic-spoofed", "default-deny"),
        Attack.Attempt("Q5-migrate", "data of a permitted connection from another port", "quic-migrate", Permitted, "no-name-proven"),
        Attack.Attempt("Q6-ids", "a hello begun under one connection id and ended under another", "quic-ids", Permitted, "default-deny"),
        Attack.OfScenario("Q7-name", "quic-second", "hello-replaced") with { Rule = "default-deny" },
        Attack.Attempt("Q7-early", "early data of another connection on a permitted tuple", "quic-second-early", Permitted, "no-hello"),
        Attack.Attempt("Q7-unknown", "a version that nobody knows on a permitted tuple", "quic-second-version", Permitted, "quic-not-supported"),
    ];

    public static ImmutableArray<CatalogueTest> Tests { get; } =
    [
        new("Q1-any-order", "any cut and any order of datagrams leads to one decision, within bounds", "the orders are many, and the judge is fed with them",
            "Exeat.Gateway.Tests.Judging.QuicJudgeTests.Any_cut_and_any_order_of_datagrams_leads_to_one_decision",
            "Exeat.Wire.Tests.Quic.QuicCryptoStreamTests.An_offset_beyond_the_cap_allocates_nothing"),
        new("Q2-honest", "hellos over several datagrams pass in order at the first attempt", "it is about honest clients",
            "Exeat.Gateway.Tests.Judging.QuicJudgeTests.A_hello_over_several_datagrams_waits_in_the_queue_and_goes_on_in_order",
            "Exeat.Gateway.Tests.Judging.QuicPiecesTests.Hellos_in_pieces_of_several_sockets_at_once_pass_at_the_first_attempt"),
        new("Q4-honest", "a real client reaches a permitted name, also after a Retry", "it is about honest clients",
            "Exeat.Lab.Tests.Escapes.QuicTests.A_real_client_reaches_a_permitted_name_at_the_first_attempt_also_after_a_Retry"),
        new("Q7-warm", "a mark that the agent alone keeps warm ends", "it takes minutes of a clock that tests can turn",
            "Exeat.Gateway.Tests.Judging.QuicJudgeTests.What_the_server_answers_no_more_loses_its_mark_and_has_to_prove_itself_again"),
    ];
}
