using Exeat.Gateway.Judging;
using Exeat.Policy;
using Exeat.Testing;
using Exeat.Wire;

namespace Exeat.Gateway.Tests.Judging.Streams;

/// <summary>What the gateway says in the name of the ends: acknowledgements that keep a client going, and held bytes until the server has them.</summary>
public sealed class DeliveryTests
{
    // MSS 1460, SACK permitted, timestamp, window scale 7.
    private static readonly byte[] SynOptions = [2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 100, 0, 0, 0, 0, 1, 3, 3, 7];
    private static readonly byte[] AnswerOptions = [2, 4, 4, 0, 4, 2, 8, 10, 0, 0, 0, 200, 0, 0, 0, 100, 1, 3, 3, 8];

    [Theory, InlineData(false), InlineData(true)]
    public void A_piece_that_waits_is_acknowledged_before_the_client_would_send_it_again(bool v6)
    {
        using JudgeBench bench = Open(v6, 1000);
        byte[] hello = HelloBuilder.For("openclaw.ai").Build();
        Send(bench, 1, hello[..40]);
        bench.Wait(20);
        Assert.Empty(bench.Own);
        bench.Wait(10);
        PacketView said = Last(bench);
        Assert.Equal((bench.Server, bench.Agent, 0, 1041u, 5001u), (said.Source.ToString(), said.Destination.ToString(), said.PayloadLength, said.Acknowledgement, said.Sequence));
        // The window's right edge stays where the SYN-ACK put it: 1001 + 1000, in units of 2^8.
        Assert.Equal((2001 - 1041) >> 8, said.Window);
        TcpOptionsView options = TcpOptionsView.Read(said.TcpOptions);
        Assert.Equal((true, 200u, 101u), (options.HasTimestamp, options.Timestamp, options.TimestampEcho));
        bench.Wait(1000);
        Assert.Single(bench.Own);
    }

    [Fact]
    public void The_fourth_piece_is_acknowledged_at_once()
    {
        using JudgeBench bench = Open(false);
        byte[] hello = HelloBuilder.For("openclaw.ai").Build();
        for (uint i = 0; i < 3; i++) Send(bench, 1 + i, [hello[i]]);
        Assert.Empty(bench.Own);
        Send(bench, 4, [hello[3]]);
        Assert.Equal(1005u, Last(bench).Acknowledgement);
    }

    [Fact]
    public void A_held_piece_that_comes_again_is_acknowledged_at_once()
    {
        using JudgeBench bench = Open(false);
        byte[] hello = HelloBuilder.For("openclaw.ai").Build();
        Send(bench, 1, hello[..40]);
        Send(bench, 1, hello[..40]);
        Assert.Equal(1041u, Last(bench).Acknowledgement);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Released_bytes_carry_the_clients_clock_fit_the_servers_segment_and_come_again_until_they_arrive(bool v6)
    {
        using JudgeBench bench = Open(v6);
        byte[] hello = (HelloBuilder.For("openclaw.ai") with { KeyShareBytes = 2000 }).Build();
        Send(bench, 1, hello[..1100]);
        Send(bench, 1101, hello[1100..]);
        Assert.Equal(hello, Bytes(bench.Own));
        // 1,024 of the server's MSS, less the timestamp.
        Assert.All(bench.Own, p => Assert.True(View(p).PayloadLength <= 1012));
        TcpOptionsView options = TcpOptionsView.Read(View(bench.Own[0]).TcpOptions);
        Assert.Equal((true, 101u, 200u), (options.HasTimestamp, options.Timestamp, options.TimestampEcho));
        bench.Own.Clear();
        bench.Wait(190);
        Assert.Empty(bench.Own);
        bench.Wait(20);
        Assert.Equal(hello, Bytes(bench.Own));
        bench.Own.Clear();
        // The server has the first part: the rest comes again, after double the time in small segments, and then no more.
        bench.World(TcpFlags.Ack, 1, 1013);
        bench.Wait(600);
        Assert.Equal(hello[1012..], Bytes(bench.Own).Take(hello.Length - 1012));
        Assert.True(View(bench.Own[^1]).PayloadLength <= (v6 ? 1208 : 524));
        bench.World(TcpFlags.Ack, 1, (uint)hello.Length + 1);
        bench.Own.Clear();
        bench.Wait(2000);
        Assert.Empty(bench.Own);
    }

    [Fact]
    public void Bytes_that_never_arrive_end_with_both_ends_reset_and_a_record()
    {
        using JudgeBench bench = Open(false);
        byte[] hello = HelloBuilder.For("openclaw.ai").Build();
        Send(bench, 1, hello[..50]);
        Send(bench, 51, hello[50..]);
        for (int i = 0; i < 11; i++)
        {
            bench.Wait(1000);
            bench.Tcp.Sweep(bench.Snapshot);
        }
        bench.Tcp.Send();
        bench.Commit();
        Assert.Contains(bench.Records(), e => e.Event == "end" && e.End == "no-answer");
        Assert.Contains(bench.Resets, r => View(r).Destination.ToString() == bench.Agent);
        Assert.Contains(bench.Resets, r => View(r).Destination.ToString() == bench.Server && View(r).Sequence == 1001u + hello.Length);
        int sent = bench.Own.Count;
        Assert.InRange(sent, 4, 10);
        bench.Wait(3000);
        Assert.Equal(sent, bench.Own.Count);
    }

    [Fact]
    public void No_more_is_sent_than_the_servers_window_takes_and_the_rest_when_it_opens()
    {
        using JudgeBench bench = Open(false, window: 500);
        byte[] hello = (HelloBuilder.For("openclaw.ai") with { KeyShareBytes = 1500 }).Build();
        Send(bench, 1, hello[..100]);
        Send(bench, 101, hello[100..]);
        Assert.Equal(hello[..500], Bytes(bench.Own));
        bench.World(TcpFlags.Ack, 1, 501, window: 100);
        Assert.Equal(hello, Bytes(bench.Own));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_server_without_room_is_asked_with_one_byte_until_it_has_some(bool v6)
    {
        using JudgeBench bench = Open(v6, window: 500);
        byte[] hello = (HelloBuilder.For("openclaw.ai") with { KeyShareBytes = 1500 }).Build();
        Send(bench, 1, hello[..100]);
        Send(bench, 101, hello[100..]);
        Assert.Equal(hello[..500], Bytes(bench.Own));
        bench.Own.Clear();
        // It has those, and room for nothing more; its word that it has room again is lost.
        bench.World(TcpFlags.Ack, 1, 501, window: 0);
        Assert.Empty(bench.Own);
        bench.Wait(1000);
        Assert.InRange(bench.Own.Count, 2, 3);
        Assert.All(bench.Own, p => Assert.Equal((1501u, 1, hello[500]), (View(p).Sequence, View(p).PayloadLength, View(p).Payload[0])));
        bench.Own.Clear();
        // Asked, it says so, without having taken the byte: all the rest goes at once.
        bench.World(TcpFlags.Ack, 1, 501, window: 100);
        Assert.Equal(hello[500..], Bytes(bench.Own));
        Assert.Equal(1501u, View(bench.Own[0]).Sequence);
        bench.World(TcpFlags.Ack, 1, (uint)hello.Length + 1);
        bench.Own.Clear();
        bench.Wait(2000);
        Assert.Empty(bench.Own);
    }

    [Fact]
    public void A_packet_that_is_too_long_for_the_way_out_goes_in_small_ones()
    {
        using JudgeBench bench = Open(false);
        bench.Way = packet => packet.Length <= 600;
        byte[] hello = (HelloBuilder.For("openclaw.ai") with { KeyShareBytes = 1500 }).Build();
        Send(bench, 1, hello[..100]);
        Send(bench, 101, hello[100..]);
        Assert.Equal(hello, Bytes(bench.Own));
    }

    [Fact]
    public void An_agent_whose_share_of_held_bytes_is_full_is_refused_the_next_and_its_living_go_on()
    {
        using var bench = new JudgeBench(limits: new GatewayLimits { HeldBytes = 64 * 1024 });
        bench.Bind("openclaw.ai");
        byte[] hello = HelloBuilder.For("openclaw.ai").Build();
        for (ushort port = 20_001; port <= 20_016; port++)
        {
            bench.Handshake(from: port);
            Assert.Equal(default, bench.Client(TcpFlags.Ack, 1, hello[..40], from: port));
        }
        bench.Handshake(from: 20_017);
        Assert.Equal(bench.Refused, bench.Client(TcpFlags.Ack, 1, hello[..40], from: 20_017).Mark);
        Assert.Equal("limit-reached", bench.LastDecision().Reason);
        bench.Client(TcpFlags.Ack, 41, hello[40..], from: 20_001);
        Assert.Equal(hello, Bytes(bench.Own));
        bench.World(TcpFlags.Ack, 1, (uint)hello.Length + 1, [0x16, 3, 3, 0, 80, 2, 0, 0, 76, 3, 3, .. new byte[74]], to: 20_001);
        // Its place is free again.
        bench.Handshake(from: 20_018);
        Assert.Equal(default, bench.Client(TcpFlags.Ack, 1, hello[..40], from: 20_018));
    }

    [Fact]
    public void One_agents_held_bytes_take_nothing_from_anothers_share()
    {
        var table = new FlowTable(new GatewayLimits { HeldBytes = 64 * 1024 }, 100);
        FlowEntry first = Flow(table, "one", 1), second = Flow(table, "one", 2), other = Flow(table, "two", 3);
        Assert.True(table.MakeRoom(first, 60_000, 65_536));
        Assert.False(table.MakeRoom(second, 1, 65_536));
        Assert.True(table.MakeRoom(other, 60_000, 65_536));
        table.Remove(first);
        Assert.True(table.MakeRoom(second, 1, 65_536));
        Assert.False(table.MakeRoom(second, 2000, 1999));
    }

    [Fact]
    public void Two_bytes_sent_again_call_forth_no_more_than_themselves()
    {
        using JudgeBench bench = Open(false);
        byte[] hello = (HelloBuilder.For("openclaw.ai") with { KeyShareBytes = 4000 }).Build();
        Send(bench, 1, hello[..100]);
        Send(bench, 101, hello[100..]);
        bench.Own.Clear();
        for (int i = 0; i < 10; i++) Send(bench, 0, [9, hello[0]]);
        Assert.Equal(Enumerable.Repeat(hello[0], 10), Bytes(bench.Own));
    }

    [Fact]
    public void A_server_that_names_a_tiny_segment_gets_few_at_once_and_the_rest_as_it_acknowledges()
    {
        using JudgeBench bench = Open(false, options: [2, 4, 0, 1, 8, 10, 0, 0, 0, 200, 0, 0, 0, 100, 0, 0]);
        byte[] hello = HelloBuilder.For("openclaw.ai").Build();
        Send(bench, 1, hello[..100]);
        Send(bench, 101, hello[100..]);
        int rounds = 0;
        for (uint has = 0; has < hello.Length; rounds++)
        {
            byte[] arrived = Bytes(bench.Own);
            Assert.InRange(arrived.Length, (int)has + 1, (int)has + 64);
            Assert.Equal(hello[..arrived.Length], arrived);
            has = (uint)arrived.Length;
            bench.World(TcpFlags.Ack, 1, has + 1);
        }
        Assert.Equal((hello.Length + 63) / 64, rounds);
    }

    [Fact]
    public void A_withdrawn_permit_sends_nothing()
    {
        using JudgeBench bench = Open(false);
        byte[] hello = HelloBuilder.For("openclaw.ai").Build();
        Send(bench, 1, hello[..50]);
        Answer said = bench.Ask(1, 0, Packet(bench, 51, hello[50..]));
        Assert.NotNull(said.Permit);
        bench.Tcp.Withdraw(said.Permit);
        bench.Tcp.Send();
        bench.Wait(1000);
        Assert.Empty(Bytes(bench.Own));
        Assert.Single(bench.Deleted);
    }

    private static FlowEntry Flow(FlowTable table, string agent, ushort port) =>
        table.Begin(new FlowKey(PacketBuilder.At("192.0.2.1"), port, PacketBuilder.At("203.0.113.1"), 443, FlowKey.Tcp), agent, Guid.NewGuid(), 0)!;

    private static JudgeBench Open(bool v6, ushort window = 65_000, byte[]? options = null)
    {
        var bench = new JudgeBench(v6);
        bench.Bind("openclaw.ai");
        bench.Give(1, 0, PacketBuilder.Tcp(bench.Agent, 40000, bench.Server, 443, TcpFlags.Syn, 1000, 0, options: SynOptions));
        bench.Give(2, 0, PacketBuilder.Write(new PacketDraft
        {
            Source = PacketBuilder.At(bench.Server),
            Destination = PacketBuilder.At(bench.Agent),
            Protocol = IpProtocol.Tcp,
            SourcePort = 443,
            DestinationPort = 40000,
            Flags = TcpFlags.Syn | TcpFlags.Ack,
            Sequence = 5000,
            Acknowledgement = 1001,
            Window = window,
            TcpOptions = options ?? AnswerOptions,
        }));
        return bench;
    }

    private static Answer Send(JudgeBench bench, uint at, byte[] piece) => bench.Give(1, 0, Packet(bench, at, piece));

    private static byte[] Packet(JudgeBench bench, uint at, byte[] piece) => PacketBuilder.Tcp(
        bench.Agent, 40000, bench.Server, 443, TcpFlags.Ack, 1000 + at, 5001, piece, [1, 1, 8, 10, 0, 0, 0, 101, 0, 0, 0, 200]);

    private static PacketView View(byte[] packet) => PacketView.TryRead(packet, out PacketView view) ? view : throw new InvalidOperationException("no packet");

    private static PacketView Last(JudgeBench bench) => View(bench.Own[^1]);

    private static byte[] Bytes(IEnumerable<byte[]> packets) => [.. packets.SelectMany(p => View(p).Payload.ToArray())];
}
