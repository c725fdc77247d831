using System.Text;

namespace Exeat.Linux.Tests.Live;

public sealed class RawPacketTests
{
    private const int WaitMs = 5000;

    [Theory]
    [InlineData("203.0.113.9", "198.51.100.2")]
    [InlineData("2001:db8:9::9", "2001:db8:2::2")]
    public void A_raw_sender_sends_with_a_source_address_that_is_not_its_own_and_with_its_mark(string source, string destination)
    {
        using ForwardingWorld world = new();
        Nftables rules = world.Rules("""
            table inet exeat {
              counter marked { }
              chain out { type filter hook output priority 0; meta mark 0x77 counter name marked ; }
            }
            """);
        PacketTap tap = Tap(world, world.Right, "r0");
        RawSender sender = world.Open(world.Middle, () => new RawSender(0x77));
        byte[] packet = Packets.Udp(source, destination, 5000, "spoofed");
        Assert.Equal(Errno.None, sender.Send(packet));
        Assert.True(Arrives(tap, "spoofed"));
        Assert.Equal(1ul, rules.Counters("exeat")["marked"].Packets);
    }

    [Fact]
    public void What_cannot_be_sent_is_a_value()
    {
        using ForwardingWorld world = new();
        RawSender sender = world.Open(world.Middle, () => new RawSender(0));
        Assert.Equal(Errno.ENETUNREACH, sender.Send(Packets.Udp("192.0.2.1", "203.0.113.1", 1, "nowhere")));
        Assert.Equal(Errno.EMSGSIZE, sender.Send(Packets.Udp("192.0.2.1", "198.51.100.2", 1, new string('x', 2000))));
        Assert.Equal(Errno.EINVAL, sender.Send(new byte[5]));
        Assert.Equal(Errno.EINVAL, sender.Send([0x60, .. new byte[30]]));
    }

    [Fact]
    public void A_raw_link_passes_by_the_rules_of_its_own_side()
    {
        using ForwardingWorld world = new();
        using Nftables leftRules = NamespaceThread.Run(world.Left, () => new Nftables());
        leftRules.Apply("table inet wall { chain out { type filter hook output priority 0; policy drop ; } ; }");
        byte[] middle = [.. Link(world, world.Middle, "m0").HardwareAddress];
        PacketTap tap = Tap(world, world.Right, "r0");
        RawLink link = world.Open(world.Left, () => new RawLink("l0"));
        Assert.Equal(Errno.None, link.Send(middle, Packets.Udp("192.0.2.99", "198.51.100.2", 5000, "crafted")));
        Assert.True(Arrives(tap, "crafted"));

        byte[] frame = [.. middle, 2, 0, 0, 0, 0, 9, 0x08, 0x00, .. Packets.Udp("192.0.2.98", "198.51.100.2", 5000, "framed")];
        Assert.Equal(Errno.None, link.SendFrame(frame));
        Assert.True(Arrives(tap, "framed"));
    }

    [Fact]
    public void The_link_table_lists_interfaces_and_addresses()
    {
        using ForwardingWorld world = new();
        LinkTable links = world.Open(world.Middle, () => new LinkTable());
        int index = links.IndexOf("m0");
        Assert.Equal("m0", links.NameOf(index));
        Assert.True(links.Links().Single(link => link.Index == index) is { IsUp: true, Mtu: 1500, HardwareAddress.Length: 6 });
        LinkAddress[] addresses = [.. links.Addresses().Where(address => address.Interface == index)];
        Assert.Contains(new LinkAddress(index, false, 0xC0000201, 24), addresses);
        Assert.Contains(addresses, address => address is { IsV6: true, PrefixLength: 64 } && address.Bits >> 96 == 0x20010DB8);
        Assert.Equal(0, links.IndexOf("none"));
        Assert.Null(links.NameOf(9999));
    }

    private static PacketTap Tap(ForwardingWorld world, string space, string name)
    {
        int index = Link(world, space, name).Index;
        return world.Open(space, () => PacketTap.Open(index));
    }

    private static Link Link(ForwardingWorld world, string space, string name) =>
        world.Open(space, () => new LinkTable()).Links().Single(link => link.Name == name);

    private static bool Arrives(PacketTap tap, string text)
    {
        // Neighbour discovery passes here as well; the silence after a miss ends the search.
        while (true)
        {
            int count = tap.Receive(WaitMs);
            if (count == 0) return false;
            for (int i = 0; i < count; i++)
            {
                if (!tap[i].IsOutgoing && tap[i].Bytes.EndsWith(Encoding.ASCII.GetBytes(text))) return true;
            }
        }
    }
}
