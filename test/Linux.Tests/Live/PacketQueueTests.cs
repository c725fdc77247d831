using System.Net;
using System.Net.Sockets;
using System.Text;
using static Exeat.Linux.Tests.Live.Datagrams;

namespace Exeat.Linux.Tests.Live;

public sealed class PacketQueueTests
{
    [Theory]
    [InlineData(false, "forward", 2)]
    [InlineData(true, "forward", 2)]
    [InlineData(false, "prerouting", 0)]
    [InlineData(true, "prerouting", 0)]
    public async Task A_forwarded_SYN_waits_for_its_verdict_and_its_mark_reaches_a_later_chain(bool v6, string hook, int number)
    {
        using ForwardingWorld world = new();
        world.QueueFirstPackets(hook);
        PacketQueue queue = world.Open(world.Middle, () => PacketQueue.Open(7));
        Conntrack conntrack = world.Open(world.Middle, () => new Conntrack());
        using Socket listener = world.Listen(world.Right, ForwardingWorld.RightAddress(v6), 443);
        Socket client = world.Tcp(world.Left, ForwardingWorld.LeftAddress(v6));

        Task connecting = client.ConnectAsync(ForwardingWorld.RightAddress(v6), 443);
        Assert.Equal(1, queue.Receive(WaitMs));
        Check(queue[0], v6, number);
        queue.SetVerdict(queue[0].Id, PacketVerdict.Accept, mark: 0x10000);
        queue.SendVerdicts();
        await connecting;

        List<ConntrackEvent> marked = [];
        conntrack.Dump(0xFFFF0000, 0x10000, (in ConntrackEvent entry) => marked.Add(entry));
        ConntrackEvent entry = Assert.Single(marked);
        Assert.Equal(443, entry.Original.DestinationPort);
        Assert.Equal(v6, entry.Original.IsV6);
        Assert.Equal(0, queue.RefusedVerdicts);
        Assert.Equal(0, queue.MalformedMessages);

        static void Check(QueuedPacket packet, bool v6, int hook)
        {
            Assert.Equal(hook, packet.Hook);
            Assert.Equal(v6 ? 0x86DD : 0x0800, packet.EtherType);
            Assert.Equal(v6 ? 6 : 4, packet.Bytes[0] >> 4);
            Assert.Equal(6, packet.HardwareAddress.Length);
            Assert.NotEqual(0, packet.InInterface);
            Assert.Equal(hook == 2, packet.OutInterface != 0);
            Assert.False(packet.IsTruncated);
            int tcp = v6 ? 40 : 20;
            Assert.Equal(2, packet.Bytes[tcp + 13]);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_SYN_to_the_gateway_itself_is_queued_in_the_input_hook(bool v6)
    {
        using ForwardingWorld world = new();
        world.QueueFirstPackets("input");
        PacketQueue queue = world.Open(world.Middle, () => PacketQueue.Open(7));
        using Socket listener = world.Listen(world.Middle, ForwardingWorld.MiddleAddress(v6), 53);
        Socket client = world.Tcp(world.Left, ForwardingWorld.LeftAddress(v6));
        Task connecting = client.ConnectAsync(ForwardingWorld.MiddleAddress(v6), 53);
        Assert.Equal(1, queue.Receive(WaitMs));
        Assert.Equal(1, queue[0].Hook);
        queue.SetVerdict(queue[0].Id, PacketVerdict.Accept, mark: 0);
        queue.SendVerdicts();
        await connecting;
    }

    [Fact]
    public void What_is_dropped_does_not_arrive()
    {
        using ForwardingWorld world = new();
        world.QueueFirstPackets("forward");
        PacketQueue queue = world.Open(world.Middle, () => PacketQueue.Open(7));
        Socket server = Server(world);
        Socket client = world.Udp(world.Left, ForwardingWorld.LeftAddress(false));
        Send(client, "dropped");
        Send(client, "accepted");
        Dictionary<string, uint> waiting = Collect(queue, 2);
        queue.SetVerdict(waiting["dropped"], PacketVerdict.Drop, 0);
        queue.SetVerdict(waiting["accepted"], PacketVerdict.Accept, 0);
        queue.SendVerdicts();
        Assert.Equal("accepted", Take(server));
        Assert.False(server.Poll(TimeSpan.FromMilliseconds(200), SelectMode.SelectRead));
    }

    [Fact]
    public void A_replacement_is_what_arrives()
    {
        using ForwardingWorld world = new();
        world.QueueFirstPackets("forward");
        PacketQueue queue = world.Open(world.Middle, () => PacketQueue.Open(7));
        Socket server = Server(world);
        Send(world.Udp(world.Left, ForwardingWorld.LeftAddress(false)), "original");
        Assert.Equal(1, queue.Receive(WaitMs));
        byte[] packet = queue[0].Bytes.ToArray();
        Encoding.ASCII.GetBytes("replaced").CopyTo(packet, 28);
        // No UDP checksum (RFC 768): zero is allowed over IPv4.
        (packet[26], packet[27]) = (0, 0);
        queue.SetVerdict(queue[0].Id, PacketVerdict.Accept, 0, packet);
        queue.SendVerdicts();
        Assert.Equal("replaced", Take(server));
    }

    [Fact]
    public void Without_a_listener_nothing_passes()
    {
        using ForwardingWorld world = new();
        world.QueueFirstPackets("forward");
        Socket server = Server(world);
        Socket client = world.Udp(world.Left, ForwardingWorld.LeftAddress(false));
        Send(client, "nobody listens");
        Assert.False(server.Poll(TimeSpan.FromMilliseconds(300), SelectMode.SelectRead));

        // The same road is open once somebody does: the silence was the queue's.
        PacketQueue queue = world.Open(world.Middle, () => PacketQueue.Open(7));
        Send(client, "listened");
        Assert.Equal(1, queue.Receive(WaitMs));
        queue.SetVerdict(queue[0].Id, PacketVerdict.Accept, 0);
        queue.SendVerdicts();
        Assert.Equal("listened", Take(server));
    }

    [Fact]
    public void A_verdict_for_a_packet_that_is_not_there_is_counted()
    {
        using ForwardingWorld world = new();
        world.QueueFirstPackets("forward");
        PacketQueue queue = world.Open(world.Middle, () => PacketQueue.Open(7));
        queue.SetVerdict(12345, PacketVerdict.Accept, 0);
        queue.SendVerdicts();
        Assert.Equal(0, queue.Receive(WaitMs));
        Assert.Equal(1, queue.RefusedVerdicts);
    }

    [Fact]
    public void Another_thread_wakes_the_receiver()
    {
        using ForwardingWorld world = new();
        PacketQueue queue = world.Open(world.Middle, () => PacketQueue.Open(7));
        queue.Wake();
        Assert.Equal(0, queue.Receive(-1));
    }

    [Fact]
    public void A_queue_that_is_taken_cannot_be_bound_twice()
    {
        using ForwardingWorld world = new();
        world.Open(world.Middle, () => PacketQueue.Open(7));
        KernelException refused = Assert.Throws<KernelException>(() => world.Open(world.Middle, () => PacketQueue.Open(7)));
        Assert.Equal("nfqueue: bind 7: EBUSY (another process holds it)", refused.Message);
    }
}
