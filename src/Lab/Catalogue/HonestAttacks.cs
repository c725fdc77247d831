using System.Collections.Immutable;
using Exeat.Lab.Scenario;
using Exeat.Lab.World;

namespace Exeat.Lab.Catalogue;

/// <summary>What an honest agent needs: lines B1 to B3. What is refused is told at once, in both families; the client's own words say which it was, not a clock.</summary>
internal static class HonestAttacks
{
    // curl's exit status for a time-out (curl(1), EXIT CODES).
    private const int CurlTimedOut = 28;

    public static ImmutableArray<Attack> All { get; } =
    [
        Attack.Attempt("B1-packet", "a connection that no rule permits is reset at its first packet", "tcp-send", "@attacker", "default-deny", port: 22) with
        {
            Run = async (lab, family) =>
                Told(lab, await lab.TryAsync("tcp-send", "@attacker", family, 22), o => o.Client.Errors.Contains("Connection refused", StringComparison.Ordinal), "the client was not refused"),
        },
        Attack.Attempt("B1-hello", "a connection that is refused at its hello is reset", "spoofed-sni", "www.unknown-host.example@core", "no-name-proven|name-not-bound|default-deny") with
        {
            Run = async (lab, family) =>
            {
                await lab.TryAsync("lookup", "openclaw.ai@resolver", family, 53);
                return Told(lab, await lab.TryAsync("spoofed-sni", "www.unknown-host.example@core", family), o => o.Client.Status is not (0 or CurlTimedOut), "the client waited in vain");
            },
        },
        Attack.Attempt("B1-datagram", "a datagram that no rule permits is answered with an ICMP error", "udp-send", "@attacker", "default-deny", port: 6667) with
        {
            Run = async (lab, family) =>
                Told(lab, await lab.TryAsync("udp-send", "@attacker", family, 6667), o => o.Client.Errors.Contains("refused", StringComparison.Ordinal), "the client heard nothing"),
        },
        Attack.Attempt("B2-name", "a name that is denied does not exist, and the resolver says so", "lookup", "api.openai.com@resolver", "denied-by-rule", "shadow-model-deny", 53) with
        {
            ControlPolicy = new PolicyText("monitor"),
            Run = async (lab, family) =>
                Told(lab, await lab.TryAsync("lookup", "api.openai.com@resolver", family, 53), o => o.Client.Output.Contains("NXDOMAIN", StringComparison.Ordinal), "the answer was not NXDOMAIN"),
        },
        Attack.Attempt("B3-fallover", "a client that has the addresses of both families of a denied host is refused in both", "https-address", "@attacker", "default-deny") with
        {
            Families = [4],
            OneFamily = "the client tries both by itself",
            Run = FallOverAsync,
        },
    ];

    public static ImmutableArray<CatalogueTest> Tests { get; } =
    [
        new("B1-many", "every one of many refused datagrams is told", "it counts answers, and carries nothing out", "Exeat.Lab.Tests.Escapes.DatagramTests.Every_one_of_many_refusals_is_told_at_once"),
        new("B3-permitted", "a permitted destination is reached at the first attempt in either family", "it is no attack", "Exeat.Lab.Tests.Course.LabCommandTests.The_lab_holds_and_every_declared_attempt_is_in_its_report"),
    ];

    private static AttackSeen Told(AttackLab lab, Outcome outcome, Func<Outcome, bool> told, string otherwise) =>
        AttackSeen.Of(outcome) with { Fault = lab.Column == AttackColumn.Contained && !told(outcome) ? $"{otherwise}: {outcome.Client.LastLine}" : "" };

    // curl tries one family, and the other when it is refused; a time-out in either would end it with its own status.
    private static async Task<AttackSeen> FallOverAsync(AttackLab lab, int family)
    {
        Outcome first = await lab.TryAsync("https-address", "@attacker", 6), second = await lab.TryAsync("https-address", "@attacker", 4);
        Place place = WorldMap.Attacker;
        var client = await lab.RunAsync("coding-1", ["curl", "-sS", "-k", "-o", "/dev/null", "--noproxy", "*", "--max-time", $"{5 * LabPatience.Factor}",
            "--resolve", $"both.example:443:[{place.Address6}],{place.Address4}", "https://both.example/"]);
        return AttackSeen.Of(second) with
        {
            Fault = lab.Column != AttackColumn.Contained ? "" : first.Arrived ? "it arrived over IPv6" : client.Status is 0 or CurlTimedOut ? $"the client waited in vain: {client.LastLine}" : "",
        };
    }
}
