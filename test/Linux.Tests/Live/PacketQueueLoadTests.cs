using System.Net.Sockets;
using static Exeat.Linux.Tests.Live.Datagrams;

namespace Exeat.Linux.Tests.Live;

/// <summary>The queue with many packets, long packets, and more than it holds.</summary>
public sealed class PacketQueueLoadTests
{
    [Fact]
    public void A_burst_comes_in_batches_and_leaves_with_few_calls()
    {
        using ForwardingWorld world = new();
        world.QueueFirstPackets("forward");
        PacketQueue queue = world.Open(world.Middle, () => PacketQueue.Open(7));
        Socket server = Server(world);
        Socket client = world.Udp(world.Left, ForwardingWorld.LeftAddress(false));
        const int Packets = 200;
        for (int i = 0; i < Packets; i++) Send(client, $"{i}");
        HashSet<uint> ids = [];
        int largest = 0;
        while (ids.Count < Packets)
        {
            int count = queue.Receive(WaitMs);
            Assert.NotEqual(0, count);
            largest = Math.Max(largest, count);
            for (int i = 0; i < count; i++)
            {
                ids.Add(queue[i].Id);
                queue.SetVerdict(queue[i].Id, PacketVerdict.Accept, 0);
            }
            queue.SendVerdicts();
        }
        Assert.Equal(32, largest);
        for (int i = 0; i < Packets; i++) Assert.Equal($"{i}", Take(server));
        Assert.Equal(0, queue.RefusedVerdicts);
    }

    [Fact]
    public void A_full_queue_drops_the_newcomers()
    {
        using ForwardingWorld world = new();
        world.QueueFirstPackets("forward");
        PacketQueue queue = world.Open(world.Middle, () => PacketQueue.Open(7, new PacketQueueOptions { MaxLength = 10 }));
        Socket server = Server(world);
        Socket client = world.Udp(world.Left, ForwardingWorld.LeftAddress(false));
        for (int i = 0; i < 50; i++) Send(client, $"{i}");
        Assert.Equal(10, Collect(queue, 10).Count);
        Assert.Equal(0, queue.Receive(200));
        Assert.Equal(0, server.Available);
    }

    [Fact]
    public async Task Merged_segments_pass_through_the_queue_whole()
    {
        using ForwardingWorld world = new();
        Nftables rules = world.Rules("table inet exeat { chain verdict_queue { } ; chain f { type filter hook forward priority 0; jump verdict_queue ; } ; }");
        QueueRule.Install(rules, "exeat", "verdict_queue", 7);
        PacketQueue queue = world.Open(world.Middle, () => PacketQueue.Open(7));
        using Socket listener = world.Listen(world.Right, ForwardingWorld.RightAddress(false), 443);
        Socket client = world.Tcp(world.Left, ForwardingWorld.LeftAddress(false));
        byte[] sent = new byte[1_000_000];
        new Random(1).NextBytes(sent);
        Task<byte[]> transfer = Task.Run(async () =>
        {
            Task<Socket> accepting = listener.AcceptAsync();
            await client.ConnectAsync(ForwardingWorld.RightAddress(false), 443);
            using Socket server = await accepting;
            Task sending = client.SendAsync(sent);
            byte[] taken = new byte[sent.Length];
            for (int length = 0; length < taken.Length;) length += await server.ReceiveAsync(taken.AsMemory(length));
            await sending;
            return taken;
        });
        int longest = 0, merged = 0, truncated = 0;
        while (!transfer.IsCompleted)
        {
            int count = queue.Receive(50);
            for (int i = 0; i < count; i++)
            {
                longest = Math.Max(longest, queue[i].Bytes.Length);
                if (queue[i].IsMerged) merged++;
                if (queue[i].IsTruncated) truncated++;
                queue.SetVerdict(queue[i].Id, PacketVerdict.Accept, 0);
            }
            queue.SendVerdicts();
        }
        Assert.Equal(sent, await transfer);
        Assert.InRange(longest, 16_000, 65_535);
        Assert.NotEqual(0, merged);
        Assert.Equal(0, truncated);
    }

    [Fact]
    public void Packets_and_verdicts_allocate_nothing()
    {
        using ForwardingWorld world = new();
        world.QueueFirstPackets("forward");
        PacketQueue queue = world.Open(world.Middle, () => PacketQueue.Open(7));
        Socket client = world.Udp(world.Left, ForwardingWorld.LeftAddress(false));
        byte[] replacement = new byte[28];
        long allocated = 0;
        for (int round = 0; round < 4; round++)
        {
            for (int i = 0; i < 40; i++) Send(client, "x");
            long before = GC.GetAllocatedBytesForCurrentThread();
            int seen = 0;
            while (seen < 40)
            {
                int count = queue.Receive(WaitMs);
                for (int i = 0; i < count; i++)
                {
                    QueuedPacket packet = queue[i];
                    packet.Bytes[..28].CopyTo(replacement);
                    queue.SetVerdict(packet.Id, PacketVerdict.Drop, packet.Mark, replacement);
                }
                queue.SendVerdicts();
                seen += count;
            }
            // The first round may load code.
            if (round > 0) allocated += GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Assert.Equal(0, allocated);
    }
}
