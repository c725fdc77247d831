using System.Collections.Frozen;
using System.Net;
using Exeat.Lab.Topology;
using Exeat.Names;
using Exeat.Wire;

namespace Exeat.Lab.Attacks;

/// <summary>Datagrams in somebody else's name (K8), and ways that the sender chooses (K9).</summary>
internal static class SourceTricks
{
    /// <summary>The source port of datagrams in another agent's name: that of a flow the other agent has, so that they lie on its tuple.</summary>
    public const ushort SharedPort = 47_101;

    private const byte LooseRoute = 131;

    public static readonly FrozenSet<string> Kinds = FrozenSet.ToFrozenSet(["spoof-peer", "spoof-subnet", "spoof-world", "spoof-loopback", "shared-tuple", "source-route"]);

    public static Task<bool> RunAsync(string kind, AttackTarget target)
    {
        PacketDraft draft = Crafted.Datagram(target);
        bool v4 = draft.Source.IsV4;
        LabAgent own = LabPlan.Agents.FirstOrDefault(a => Parse(a.Address(v4 ? 4 : 6)) == Crafted.Own(target)) ?? throw new LabException("not an agent's namespace");
        return kind switch
        {
            // Of the same flow as the other agent's own datagrams, which shared-tuple sends from the other agent.
            "spoof-peer" => Crafted.SendAsync(draft with { Source = Parse(Neighbour(own).Address(v4 ? 4 : 6)), SourcePort = SharedPort }),
            "shared-tuple" => Crafted.SendAsync(draft with { SourcePort = SharedPort }),
            "spoof-subnet" => Crafted.SendAsync(draft with { Source = Parse(v4 ? $"192.0.2.{(4 * own.Number) + 3}" : $"2001:db8:a:{own.Number}::99") }),
            "spoof-world" => Crafted.SendAsync(draft with { Source = Parse(v4 ? "203.0.113.10" : "2001:db8:f::10") }),
            "spoof-loopback" => Crafted.SendAsync(draft with { Source = Parse(v4 ? "127.0.0.1" : "::1") }),
            "source-route" => Crafted.SendAsync(v4 ? LooseRouted(draft, own) : Routed(draft, own)),
            _ => throw new LabException($"no trick of sources is named {kind}"),
        };
    }

    /// <summary>The agent in whose name it is sent.</summary>
    public static LabAgent Neighbour(LabAgent own) => LabPlan.Agents[own.Number % LabPlan.Agents.Length];

    // RFC 791, 3.1: to the gateway itself, with the target as the next stop.
    private static PacketDraft LooseRouted(PacketDraft draft, LabAgent own)
    {
        byte[] route = [LooseRoute, 7, 4, 0, 0, 0, 0, 0];
        draft.Destination.WriteTo(route.AsSpan(3));
        return draft with { Destination = Parse(own.Gateway4), IpOptions = route };
    }

    // RFC 2460, 4.4: the same with a routing header of type 0. The checksum covers the last stop (8.1).
    private static PacketDraft Routed(PacketDraft draft, LabAgent own)
    {
        byte[] route = new byte[24];
        (route[0], route[1], route[3]) = (IpProtocol.Udp, 2, 1);
        draft.Destination.WriteTo(route.AsSpan(8));
        byte[] datagram = Crafted.Behind(Crafted.Write(draft));
        return draft with { Destination = Parse(own.Gateway6), IpOptions = route, ExtensionHeader = IpProtocol.Routing, IsRaw = true, Payload = datagram };
    }

    private static Address Parse(string text) => Crafted.Of(IPAddress.Parse(text));
}
