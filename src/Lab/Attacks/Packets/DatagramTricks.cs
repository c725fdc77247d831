using System.Collections.Frozen;
using System.Net.Sockets;
using Exeat.Wire;

namespace Exeat.Lab.Attacks;

/// <summary>Fragments, options and extension headers (K1, K2). With <c>-later</c> behind its name a trick is played on a flow that a plain datagram began.</summary>
internal static class DatagramTricks
{
    private const string Later = "-later";
    private const byte Experiment = 253, PadN = 1;
    private static readonly TimeSpan Gap = TimeSpan.FromMilliseconds(100);

    // An options header that holds nothing but padding (RFC 8200, 4.2).
    private static readonly byte[] NoOptions = [IpProtocol.Udp, 0, PadN, 4, 0, 0, 0, 0];

    /// <summary>The tricks by name, without <c>-later</c>.</summary>
    public static readonly FrozenSet<string> Kinds = FrozenSet.ToFrozenSet(
    [
        "plain", "udp-fragments", "tiny-fragment", "overlapping-fragments", "first-fragment-only", "tcp-tiny-fragment", "ip-options", "hop-options", "end-options", "many-headers", "segment-routing", "whole-fragment",
        "headers-in-fragments", "unknown-header", "no-next-header", "authentication",
    ]);

    public static bool Has(string kind) => Kinds.Contains(Bare(kind));

    public static async Task<bool> RunAsync(string kind, AttackTarget target)
    {
        PacketDraft draft = Crafted.Datagram(target);
        byte[] first = Crafted.Write(draft with { Payload = "hello"u8.ToArray() });
        byte[][] packets = Packets(Bare(kind), draft, target.Family == AddressFamily.InterNetworkV6);
        if (kind.EndsWith(Later, StringComparison.Ordinal))
        {
            Crafted.Send(first);
            // What comes later shall find the flow permitted already.
            await Task.Delay(Gap, TimeProvider.System);
        }
        Crafted.Send(packets);
        return true;
    }

    private static string Bare(string kind) => kind.EndsWith(Later, StringComparison.Ordinal) ? kind[..^Later.Length] : kind;

    private static byte[][] Packets(string trick, in PacketDraft draft, bool v6)
    {
        byte[] udp = Crafted.Behind(Crafted.Write(draft));
        switch (trick)
        {
            case "plain":
                return [Crafted.Write(draft)];
            case "udp-fragments":
                return [Fragment(draft, udp, 0, 128, more: true), Fragment(draft, udp, 128, udp.Length - 128, more: false)];
            case "tiny-fragment":
                return [Fragment(draft, udp, 0, 8, more: true), Fragment(draft, udp, 8, udp.Length - 8, more: false)];
            case "overlapping-fragments":
                return [Fragment(draft, udp, 0, 128, more: true), Fragment(draft, udp, 64, udp.Length - 64, more: false)];
            case "first-fragment-only":
                return [Fragment(draft, udp, 0, 128, more: true)];
            case "tcp-tiny-fragment":
                // The flags of a TCP header lie behind its first eight bytes (RFC 1858).
                PacketDraft syn = draft with { Protocol = IpProtocol.Tcp, Flags = TcpFlags.Syn, Sequence = 7 };
                byte[] tcp = Crafted.Behind(Crafted.Write(syn));
                return [Fragment(syn, tcp, 0, 8, more: true), Fragment(syn, tcp, 8, tcp.Length - 8, more: false)];
            case "ip-options" when v6:
                // A routing header of type 0 (RFC 5095), no segments left.
                return [Crafted.Write(draft with { IpOptions = new byte[] { IpProtocol.Udp, 0, 0, 0, 0, 0, 0, 0 }, ExtensionHeader = IpProtocol.Routing })];
            case "ip-options":
                // Record route, room for one address.
                return [Crafted.Write(draft with { IpOptions = new byte[] { 7, 7, 4, 0, 0, 0, 0, 0 } })];
            case "hop-options":
                return [Crafted.Write(draft with { IpOptions = NoOptions, ExtensionHeader = IpProtocol.HopByHop })];
            case "end-options":
                return [Crafted.Write(draft with { IpOptions = NoOptions, ExtensionHeader = IpProtocol.DestinationOptions })];
            case "many-headers":
                byte[] chained = [IpProtocol.DestinationOptions, 0, PadN, 4, 0, 0, 0, 0];
                return [Crafted.Write(draft with { IpOptions = (byte[])[.. chained, .. chained, .. chained, .. chained, .. chained, .. chained, .. chained, .. chained, .. NoOptions], ExtensionHeader = IpProtocol.DestinationOptions })];
            case "segment-routing":
                // Type 4 (RFC 8754), one segment, none left.
                byte[] segment = new byte[24];
                (segment[0], segment[1], segment[2]) = (IpProtocol.Udp, 2, 4);
                draft.Destination.WriteTo(segment.AsSpan(8));
                return [Crafted.Write(draft with { IpOptions = segment, ExtensionHeader = IpProtocol.Routing })];
            case "whole-fragment":
                // A fragment that is the whole datagram (RFC 6946).
                return [Crafted.Write(draft with { IpOptions = new byte[] { IpProtocol.Udp, 0, 0, 0, 0, 0, 0x42, 0x42 }, ExtensionHeader = IpProtocol.Fragment })];
            case "headers-in-fragments":
                // What tells the protocol comes in the second fragment only (RFC 7112).
                byte[] chain = [.. NoOptions, .. udp];
                PacketDraft options = draft with { Protocol = IpProtocol.DestinationOptions };
                return [Fragment(options, chain, 0, 8, more: true), Fragment(options, chain, 8, chain.Length - 8, more: false)];
            case "unknown-header":
                return [Crafted.Write(draft with { Protocol = Experiment, IsRaw = true })];
            case "no-next-header":
                return [Crafted.Write(draft with { Protocol = IpProtocol.NoNextHeader, IsRaw = true })];
            case "authentication":
                // RFC 4302, 2: an integrity value that nobody checks, and the datagram behind it.
                return [Crafted.Write(draft with { Protocol = IpProtocol.Authentication, IsRaw = true, Payload = (byte[])[IpProtocol.Udp, 4, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, .. new byte[12], .. udp] })];
            default:
                throw new Topology.LabException($"no trick of datagrams is named {trick}");
        }
    }

    private static byte[] Fragment(in PacketDraft draft, byte[] whole, int at, int length, bool more) =>
        Crafted.Write(draft with { IsRaw = true, Payload = whole.AsSpan(at, length).ToArray(), FragmentOffset = (ushort)at, MoreFragments = more });
}
