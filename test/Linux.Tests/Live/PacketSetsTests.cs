using System.Net;
using System.Net.Sockets;

namespace Exeat.Linux.Tests.Live;

public sealed class PacketSetsTests
{
    private const string Ruleset = """
        table inet exeat {
          set hits4 { type ipv4_addr . ipv4_addr . inet_proto . inet_service; size 1024; flags dynamic; counter; }
          set hits6 { type ipv6_addr . ipv6_addr . inet_proto . inet_service; size 1024; flags dynamic; counter; }
          set full4 { type ipv4_addr . inet_service; size 4; flags dynamic; }
          counter over { }
          chain input {
            type filter hook input priority 0; policy accept;
            meta l4proto != udp accept
            update @hits4 { ip saddr . ip daddr . meta l4proto . th dport }
            update @hits6 { ip6 saddr . ip6 daddr . meta l4proto . th dport }
            update @full4 { ip saddr . th dport } accept
            counter name over
          }
        }
        """;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Elements_are_read_with_their_keys_and_counters_and_flushed_at_once(bool v6)
    {
        using ForwardingWorld world = new();
        Nftables nftables = world.Rules(Ruleset);
        KernelWatch watch = world.Open(world.Middle, () => new KernelWatch(KernelChangeKinds.Ruleset));
        Send(world, v6, 4001, 3);
        Send(world, v6, 4002, 5);
        string set = v6 ? "hits6" : "hits4";
        byte[] addresses = [.. ForwardingWorld.LeftAddress(v6).GetAddressBytes(), .. ForwardingWorld.MiddleAddress(v6).GetAddressBytes()];

        Assert.True(SpinWait.SpinUntil(() => Read(nftables, set).Values.Sum() == 8, TimeSpan.FromSeconds(5)), "the datagrams did not arrive");
        Assert.Equal(
            new Dictionary<string, long>
            {
                [Convert.ToHexString([.. addresses, 17, 0, 0, 0, 0x0f, 0xa1, 0, 0])] = 3,
                [Convert.ToHexString([.. addresses, 17, 0, 0, 0, 0x0f, 0xa2, 0, 0])] = 5,
            },
            Read(nftables, set));

        Assert.True(PacketSets.Flush(nftables, "exeat", "hits4", "hits6"));
        Assert.Empty(Read(nftables, set));
        Assert.True(watch.TryWait(5000, out KernelChange change));
        Assert.False(nftables.HasForeignChange(change.Generation));
        Send(world, v6, 4001, 2);
        Assert.True(SpinWait.SpinUntil(() => Read(nftables, set).Values.SingleOrDefault() == 2, TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void A_full_set_lets_the_packet_go_on_to_the_next_rule()
    {
        using ForwardingWorld world = new();
        Nftables nftables = world.Rules(Ruleset);
        for (int port = 4001; port <= 4010; port++) Send(world, false, port, 1);
        Assert.True(SpinWait.SpinUntil(() => nftables.Counters("exeat")["over"].Packets == 6, TimeSpan.FromSeconds(5)));
        Assert.Equal(4, Read(nftables, "full4").Count);
    }

    // What a new binding waits for at most: the figure in docs/performance.md.
    [Fact]
    public void Full_sets_of_both_families_are_emptied_in_one_transaction()
    {
        const int places = 4096, rounds = 5;
        using ForwardingWorld world = new();
        Nftables nftables = world.Rules(Ruleset.Replace("size 1024", $"size {places}", StringComparison.Ordinal));
        List<double> microseconds = [];
        for (int round = 0; round < rounds; round++)
        {
            foreach (bool v6 in (bool[])[false, true])
            {
                string set = v6 ? "hits6" : "hits4";
                IPAddress to = ForwardingWorld.MiddleAddress(v6);
                Socket socket = world.Udp(world.Left, to);
                // Again and again: a link that is fed faster than it is emptied loses some.
                for (int tries = 0; tries < 50 && Read(nftables, set).Count < places; tries++)
                {
                    for (int port = 1; port <= places; port++) socket.SendTo([1], new IPEndPoint(to, port));
                    SpinWait.SpinUntil(() => Read(nftables, set).Count == places, TimeSpan.FromMilliseconds(200));
                }
                Assert.Equal(places, Read(nftables, set).Count);
            }
            long start = TimeProvider.System.GetTimestamp();
            Assert.True(PacketSets.Flush(nftables, "exeat", "hits4", "hits6"));
            microseconds.Add(TimeProvider.System.GetElapsedTime(start).TotalMicroseconds);
            // A packet of before may still come; thousands may not.
            Assert.InRange(Read(nftables, "hits4").Count + Read(nftables, "hits6").Count, 0, places / 10);
        }
        microseconds.Sort();
        TestContext.Current.TestOutputHelper?.WriteLine($"emptying two sets of {places}: {microseconds[rounds / 2]:0} µs (median), {microseconds[^1]:0} µs (longest of {rounds})");
    }

    [Fact]
    public void What_is_not_there_is_no_exception()
    {
        using ForwardingWorld world = new();
        Nftables nftables = world.Rules("table inet exeat { }");
        Assert.False(PacketSets.Flush(nftables, "exeat", "absent"));
        Assert.False(PacketSets.Read(nftables, "exeat", "absent", (_, _) => { }));
        Assert.False(PacketSets.Flush(nftables, "absent", "absent"));
    }

    private static Dictionary<string, long> Read(Nftables nftables, string set)
    {
        Dictionary<string, long> found = [];
        Assert.True(PacketSets.Read(nftables, "exeat", set, (key, packets) => found[Convert.ToHexString(key)] = packets));
        return found;
    }

    private static void Send(ForwardingWorld world, bool v6, int port, int count)
    {
        IPAddress to = ForwardingWorld.MiddleAddress(v6);
        Socket socket = world.Udp(world.Left, to);
        for (int i = 0; i < count; i++) socket.SendTo([1], new IPEndPoint(to, port));
    }
}
