using Exeat.Lab.Attacks;
using Exeat.Lab.Attacks.Streams;
using Exeat.Lab.World;

namespace Exeat.Lab.Scenario;

/// <summary>Which counter at the far side tells that an attempt arrived.</summary>
internal static class Arrival
{
    private const int Icmp = 1, Tcp = 6, Udp = 17, IcmpV6 = 58;

    /// <summary>Whether it arrived between two readings.</summary>
    public static bool Between(PlannedAttempt a, WorldSnapshot before, WorldSnapshot after) => after.Has(a.Canary) || a.Entry.Kind switch
    {
        // Cached answers ask nobody again: it is enough that the question once came.
        "lookup" or "lookup-tcp" when IsOurResolver(a) => after.Asked(a.Name) > 0,
        "lookup" => Packets(a, after, Udp) > Packets(a, before, Udp),
        "lookup-tcp" => Payload(a, after) > Payload(a, before),
        // Marks stand in labels, or in other bytes of the question, which are looked for on the wire.
        string kind when kind.StartsWith("dns-", StringComparison.Ordinal) || kind is "lookup-txt" or "lookup-null" => after.Questions.Any(q => q.Name.Contains(a.Canary, StringComparison.Ordinal)),
        "udp-send" or "quic-like" or "http3" or "http3-spoofed-sni" => Packets(a, after, Udp) > Packets(a, before, Udp),
        "icmp-error" or "icmp-echo" => Icmps(a, after) > Icmps(a, before),
        // Recognised by the mark alone: a permitted connection to the same address may come first.
        _ when PacketTricks.Has(a.Entry.Kind) => false,
        _ when a.Entry.Kind.StartsWith("quic-", StringComparison.Ordinal) => false,
        // Its first connection is a permitted one to the same address: only the mark in the second hello counts.
        "tuple-reuse" => false,
        // So is their first request: only the mark in the second counts.
        "http-second" or "http-smuggle" or "http-upgrade" or "http-escape" => false,
        // What they claim openly may arrive; what they mean must not.
        _ when StreamTricks.Knows(a.Entry.Kind) => false,
        _ => Payload(a, after) > Payload(a, before),
    };

    private static bool IsOurResolver(PlannedAttempt a) => a.Address == WorldMap.Resolver.Address(a.Family);

    private static long Payload(PlannedAttempt a, WorldSnapshot s) => s.From(a.Source, a.Address, Tcp, a.Entry.Port).Payload;

    private static long Packets(PlannedAttempt a, WorldSnapshot s, int protocol) => s.From(a.Source, a.Address, protocol, a.Entry.Port).Packets;

    private static long Icmps(PlannedAttempt a, WorldSnapshot s) => s.From(a.Source, a.Address, a.Family == 4 ? Icmp : IcmpV6).Packets;
}
