using System.Collections.Immutable;
using Exeat.Lab.Scenario;

namespace Exeat.Lab.Catalogue;

/// <summary>TLS: lines T1 to T16.</summary>
internal static class TlsAttacks
{
    // Where nothing but the permitted name's address is reached, whoever the hello names.
    private const string Permitted = "openclaw.ai", Mistral = "api.mistral.ai@other-models";

    // A permit by address below a deny by name (T16).
    private static readonly PolicyText AddressBelowName = new("enforce")
    {
        ExtraGroups = """
              models-by-address: {cidrs: [203.0.113.22/32, "2001:db8:f::22/128"]}

            """,
        ExtraRules = """
            - {name: allow-models-by-address, priority: 92, from: [coding], to: {groups: [models-by-address]}, protocol: tcp, ports: [443], action: permit}

            """,
    };

    public static ImmutableArray<Attack> All { get; } =
    [
        Attack.OfScenario("T1-resolve", "e", "default-deny"),
        Attack.OfScenario("T2-address4", "address", "default-deny"),
        Attack.OfScenario("T2-address6", "g", "default-deny"),
        Attack.OfScenario("T2-none", "no-sni", "no-name-proven") with { Rule = "default-deny" },
        Attack.Attempt("T2-literal", "the server's address as its name", "hello-address-name", Permitted, "no-name-proven"),
        Attack.Attempt("T2-empty", "an empty name", "hello-empty-name", Permitted, "name-unreadable", "shadow-model-deny"),
        Attack.Attempt("T2-two", "two names in one hello, the permitted one first", "hello-two-names", Permitted, "name-unreadable", "shadow-model-deny"),
        Attack.Attempt("T3-shuffled", "another name in segments of one byte: at random, backwards, in order", "segments-shuffled", Permitted, "default-deny"),
        Attack.Attempt("T3-overlap", "a permitted hello over the tail of another", "segments-overlap", Permitted, "hello-replaced"),
        Attack.Attempt("T3-late", "a permitted hello at a later number, another in front of it afterwards", "segments-late", Permitted, "hello-replaced"),
        Attack.Attempt("T3-two-syns", "two SYNs with different numbers, a permitted hello by the one that the server did not answer", "segments-two-syns", Permitted, "tuple-reused|no-anchor") with
        {
            NoControl = "a second SYN ends the connection under every policy",
        },
        Attack.OfScenario("T3-twenty", "pieces-forged", "default-deny"),
        Attack.Attempt("T4-records", "another name in records of one byte", "hello-records", Permitted, "default-deny"),
        Attack.Attempt("T4-empty", "records of no bytes between them", "hello-empty-records", Permitted, "name-unreadable", "shadow-model-deny"),
        Attack.Attempt("T4-alert", "a warning before the hello", "hello-alert-first", Permitted, "name-unreadable", "shadow-model-deny"),
        Attack.Attempt("T4-cipher", "a change of cipher before the hello", "hello-cipher-first", Permitted, "name-unreadable", "shadow-model-deny"),
        Attack.Attempt("T5-quantum", "another name behind a post-quantum key, as the last extension", "hello-quantum", Permitted, "default-deny"),
        Attack.Attempt("T6-grease", "another name among made-up extensions, suites and versions, shuffled", "hello-grease", Permitted, "default-deny"),
        Attack.Attempt("T7-elsewhere", "an encrypted hello with a permitted outer name, to the attacker's address", "hello-encrypted", "openclaw.ai@attacker", "default-deny"),
        Attack.Attempt("T7-outer", "an encrypted hello with another outer name", "hello-encrypted-other", Permitted, "default-deny"),
        Attack.Attempt("T8-retry", "another name in the hello that the server asks for after a permitted one", "hello-retry", Permitted, "hello-replaced"),
        Attack.Attempt("T9-ssh", "SSH where a name is permitted", "speak-ssh", Permitted, "no-name-proven"),
        Attack.Attempt("T9-smtp", "SMTP with STARTTLS where a name is permitted", "speak-smtp", Permitted, "no-name-proven"),
        Attack.Attempt("T9-connect", "CONNECT where TLS is permitted by name", "speak-connect", Permitted, "name-unreadable", "shadow-model-deny"),
        Attack.Attempt("T9-unknown", "bytes of no protocol where a name is permitted", "speak-unknown", Permitted, "no-name-proven"),
        Attack.Attempt("T9-server-first", "a client that waits for a greeting, and then sends bytes of no protocol", "speak-late", Permitted, "no-name-proven"),
        Replaced("ttl", "it dies on the way", "hello-replaced"),
        Replaced("checksum", "its checksum is wrong", "default-deny"),
        Replaced("md5", "it is signed with a key that nobody has (RFC 2385)", "hello-replaced"),
        Replaced("timestamp", "its timestamp is stale", "hello-replaced"),
        Replaced("flags", "it has no ACK", "default-deny"),
        Replaced("acknowledgement", "it acknowledges what was never sent", "default-deny"),
        Replaced("reset", "it is a reset that dies on the way", "hello-replaced"),
        Replaced("fin", "it is a FIN that dies on the way", "hello-replaced"),
        Replaced("urgent", "it is urgent", "malformed"),
        Attack.Attempt("T11-syn", "a hello in the SYN", "segments-syn-data", Permitted, "syn-with-data") with { NoControl = "a SYN with data is refused under every policy" },
        Attack.Attempt("T11-fast-open", "a hello in the SYN, with a Fast Open cookie", "segments-fast-open", Permitted, "syn-with-data") with { NoControl = "a SYN with data is refused under every policy" },
        Attack.Attempt("T11-last-ack", "a hello in the handshake's last acknowledgement", "segments-last-ack", Permitted, "default-deny"),
        Attack.OfScenario("T15-tuple", "h", "tuple-reused|default-deny") with { Rule = "default-deny" },
        Attack.Attempt("T16-below", "a denied name at an address that a later rule permits", "spoofed-sni", Mistral, "denied-by-rule", "shadow-model-deny") with { Policy = AddressBelowName },
    ];

    public static ImmutableArray<CatalogueTest> Tests { get; } =
    [
        new("T1-neighbour", "an allowed SNI to the address of another allowed name", "an honest connection comes first, so that the address is bound",
            "Exeat.Lab.Tests.Escapes.SpoofedNameTests.An_allowed_SNI_to_the_address_of_another_allowed_name_does_not_arrive"),
        new("T3-honest", "slow hellos and hellos of many segments neither leak a byte nor wait for more than two seconds", "it is about honest clients: with and without the gateway, side by side",
            "Exeat.Lab.Tests.Course.PieceTests.A_permitted_hello_in_pieces_succeeds_at_the_first_attempt_and_soon", "Exeat.Lab.Tests.Course.PieceTests.Of_a_denied_hello_in_pieces_no_byte_arrives"),
        new("T3-any-order", "every order of pieces, every overlap, two SYNs at once", "the orders are many, and the judge is fed with them",
            "Exeat.Gateway.Tests.Judging.Streams.HelloPieceTests.Every_order_of_a_few_pieces_passes",
            "Exeat.Gateway.Tests.Judging.Streams.HelloPieceTests.A_piece_that_contradicts_another_ends_the_connection_before_anything_left",
            "Exeat.Gateway.Tests.Judging.HelloTrickTests.A_SYN_ACK_that_answers_another_SYN_is_no_anchor"),
        new("T5-honest", "hellos of more than a segment pass", "it is about honest clients", "Exeat.Lab.Tests.Course.PieceTests.A_hello_longer_than_a_segment_passes"),
        new("T6-unknown", "what real clients say is read, and every built hello", "the forms are many, and the reader is fed with them",
            "Exeat.Wire.Tests.Tls.ClientHelloCorpusTests.The_hello_of_a_real_client_is_found_with_its_name", "Exeat.Wire.Tests.Tls.ClientHelloPropertyTests.What_is_built_is_read_again_over_any_records"),
        new("T8-pieces", "the second hello in pieces, and what comes along with it", "the judge is fed with every cut",
            "Exeat.Gateway.Tests.Judging.Streams.HelloPieceTests.The_second_hello_of_a_retry_may_come_in_pieces_too_and_must_name_the_same",
            "Exeat.Gateway.Tests.Judging.HelloTrickTests.Nothing_comes_along_with_the_hello_that_answers_a_retry"),
        new("T9-silent", "a connection without a hello is ended in time", "nothing leaves that could arrive", "Exeat.Gateway.Tests.Judging.TcpJudgeTests.A_flow_without_a_hello_in_time_is_ended_and_recorded"),
        new("T10-any", "whatever the world can account for, and nothing else, leaves", "a model of both ends and of the kernel, with an adversary",
            "Exeat.Gateway.Tests.Judging.Model.JudgeModelTests.Nothing_leaves_but_what_the_world_can_account_for"),
        new("T12-label", "a permit that rests on a hello at a shared address says so in its record", "it cannot be stopped without decryption, so it is no attack that is contained",
            "Exeat.Gateway.Tests.Judging.SharedAddressTests.T12_A_permit_by_name_on_a_shared_address_says_so", "Exeat.Lab.Tests.Escapes.FrontingTests.T12_Domain_fronting_arrives_and_its_record_says_what_is_not_proven"),
        new("T13-bytes", "what went to a permitted destination is counted in the record", "it cannot be stopped without decryption, so it is no attack that is contained",
            "Exeat.Lab.Tests.Records.FlowEndTests.A_flow_ends_with_what_it_carried_and_how"),
        new("T14-untouched", "certificates pass as they are: clients that verify the server's own succeed, a self-signed one and a client's own too", "nothing is decrypted in this version",
            "Exeat.Lab.Tests.Course.ClientTests.A_client_reaches_a_permitted_name_over_TLS", "Exeat.Lab.Tests.Escapes.FrontingTests.T14_Certificates_of_both_sides_pass_as_they_are"),
        new("T16-unreadable", "a hello that only the server can read, at an address that a later rule permits", "the forms are many, and the judge is fed with them",
            "Exeat.Gateway.Tests.Judging.TcpJudgeTests.A_hello_that_only_the_server_can_read_does_not_slip_below_a_name_deny"),
    ];

    private static Attack Replaced(string how, string why, string reason) =>
        Attack.Attempt($"T10-{how}", $"a permitted hello that the server does not take ({why}), then another at the same numbers", $"replace-{how}", Permitted, reason);
}
