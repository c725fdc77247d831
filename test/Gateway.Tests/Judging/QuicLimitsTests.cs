using Exeat.Gateway.Judging;
using Exeat.Policy;
using Exeat.Testing;
using Exeat.Wire;
using Microsoft.Extensions.Time.Testing;

namespace Exeat.Gateway.Tests.Judging;

/// <summary>What one agent can take of the verdict thread and of memory with QUIC (Q1): few packets of a datagram, and hellos that count until nobody compares with them any more.</summary>
public sealed class QuicLimitsTests
{
    private const int Least = 4096;

    private static readonly byte[] Id = [1, 2, 3, 4, 5, 6, 7, 8], Other = [9, 9, 9, 9, 9, 9, 9, 9], ServerId = [0xaa, 0xbb, 0xcc, 0xdd];

    [Theory, InlineData(false), InlineData(true)]
    public void A_hello_in_as_many_packets_of_one_datagram_as_are_read_passes_and_in_more_it_is_refused(bool v6)
    {
        using JudgeBench bench = Bench(v6);
        Assert.Equal(bench.Pending, bench.Send(Coalesced(Hello(), QuicReader.MostPackets)).Mark);
        Assert.Equal(bench.Refused, bench.Send(Coalesced(Hello(), QuicReader.MostPackets + 1), from: 40001).Mark);
        Assert.Equal(("deny", "malformed"), (bench.LastDecision().Verdict, bench.LastDecision().Reason));
        Assert.Equal(0, bench.Held.Count);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Thousands_of_Initials_in_one_datagram_cost_no_more_than_their_headers_and_the_flow_lives_on(bool v6)
    {
        using JudgeBench bench = Accepted(v6);
        byte[] many = Coalesced(new byte[1000], 1000);
        Assert.InRange(many.Length, 40_000, 65_000);
        Assert.Equal(default, bench.Send(many));
        Assert.Equal(("deny", "malformed"), (bench.LastDecision().Verdict, bench.LastDecision().Reason));
        byte[] packet = bench.Udp(many);
        // Each packet that is opened allocates some hundred bytes; a refusal that is counted does not.
        Assert.InRange(Allocations.Of(() => bench.Judge(1, packet)), 0, 1000 * 1024);
        Assert.Equal(bench.Watched, bench.Send(Short()).Mark);
        Assert.Equal(bench.Watched, bench.Send(Initial([1])).Mark);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Of_a_server_s_datagram_no_more_packets_are_looked_at(bool v6)
    {
        using JudgeBench bench = Bench(v6);
        bench.Send(Initial(Crypto(Hello())));
        byte[] others = [.. Enumerable.Repeat(Long(0xe0, [7]), QuicReader.MostPackets).SelectMany(bytes => bytes)];
        Assert.Equal(bench.Pending, bench.Answer([.. others, .. Answered(Id)]).Mark);
        Assert.Equal(bench.Watched, bench.Answer([.. others[..^Long(0xe0, [7]).Length], .. Answered(Id)]).Mark);
    }

    // Only fragments make so long a datagram: what is in it is not opened here, and some server may.
    [Theory, InlineData(false), InlineData(true)]
    public void A_datagram_longer_than_a_link_s_frame_is_refused(bool v6)
    {
        using JudgeBench bench = Bench(v6);
        byte[] tall = Initial(Crypto(Hello()), padTo: QuicInitialOpener.MaxPacketBytes), taller = Initial(Crypto(Hello()), padTo: QuicInitialOpener.MaxPacketBytes + 1);
        Assert.Equal(bench.Pending, bench.Send(tall).Mark);
        Assert.Equal(bench.Refused, bench.Send(taller, from: 40001).Mark);
        Assert.Equal(("deny", "malformed"), (bench.LastDecision().Verdict, bench.LastDecision().Reason));
        using JudgeBench accepted = Accepted(v6);
        Assert.Equal(default, accepted.Send(taller));
        Assert.Equal(accepted.Watched, accepted.Send(Short()).Mark);
    }

    [Theory]
    [InlineData(false, "behind early data")]
    [InlineData(true, "behind early data")]
    [InlineData(false, "behind an Initial that does not open")]
    [InlineData(true, "behind an Initial that does not open")]
    [InlineData(false, "in fragments")]
    [InlineData(true, "in fragments")]
    [InlineData(false, "behind many")]
    public void An_Initial_that_only_a_server_reads_is_found_by_a_deny_by_name_above_the_permit_by_address(bool v6, string where)
    {
        byte[] evil = Initial(Crypto(Hello("api.openai.com")), to: Other);
        byte[] datagram = where switch
        {
            "behind early data" => [.. Long(0xd0, Id), .. evil],
            "behind an Initial that does not open" => [.. QuicInitialWriter.Write(new QuicInitialDraft { Destination = Id, KeyId = Other, Frames = [1] }), .. evil],
            "in fragments" => Initial(Crypto(Hello("api.openai.com")), padTo: 16_000),
            _ => [.. Enumerable.Repeat(Long(0xd0, Id), 20).SelectMany(bytes => bytes), .. evil],
        };
        using JudgeBench bench = BelowDeny(v6);
        Assert.Equal(bench.Refused, bench.Send(datagram, to: bench.Near).Mark);
        Assert.Equal(("deny", "shadow-model-deny"), (bench.LastDecision().Verdict, bench.LastDecision().Rule));
        // On a flow that carries another protocol only that datagram is lost.
        Assert.Equal(bench.Watched, bench.Send([0x80, 96, .. new byte[170]], to: bench.Near, from: 40001).Mark);
        Assert.Equal(default, bench.Send(datagram, to: bench.Near, from: 40001));
        Assert.Equal(bench.Watched, bench.Send([0x80, 96, .. new byte[170]], to: bench.Near, from: 40001).Mark);
        // With nothing behind them they begin no connection.
        Assert.Equal(bench.Watched, bench.Send([.. Long(0xd0, Id), .. Long(0xe0, Id)], to: bench.Near, from: 40002).Mark);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_hello_is_kept_until_the_handshake_goes_on_and_what_comes_later_of_it_is_dropped(bool v6)
    {
        using JudgeBench bench = Accepted(v6);
        Assert.Equal(Least, bench.Table.HeldBytes);
        // Sent again in other pieces: as before.
        byte[] hello = Hello();
        Assert.Equal(bench.Watched, bench.Send(Initial([.. Crypto(hello, 100), .. Crypto(hello, 0, 120)], number: 1)).Mark);
        Assert.Equal(bench.Watched, bench.Send(Long(0xe0, ServerId)).Mark);
        Assert.Equal(0, bench.Table.HeldBytes);
        Assert.Equal(bench.Watched, bench.Send(Initial([1], number: 2)).Mark);
        Assert.Equal(default, bench.Send(Initial(Crypto(hello), number: 3)));
        Assert.Equal(("deny", "hello-replaced"), (bench.LastDecision().Verdict, bench.LastDecision().Reason));
        Assert.Equal(default, bench.Send(Initial(Crypto(Hello("evil.example")), number: 4)));
        Assert.Equal(bench.Watched, bench.Send(Short()).Mark);
        // Another connection has its own.
        Assert.Equal(bench.Pending, bench.Send(Initial(Crypto(hello), to: Other)).Mark);
        Assert.Equal(Least, bench.Table.HeldBytes);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_handshake_that_never_goes_on_keeps_nothing_for_long(bool v6)
    {
        using JudgeBench bench = Accepted(v6);
        byte[] hello = Hello();
        Assert.True(bench.Send(Initial(Crypto(hello, 0, 50), to: Other)).Holds);
        Assert.Equal(2 * Least, bench.Table.HeldBytes);
        bench.Time.Advance(TimeSpan.FromSeconds(9));
        bench.Quic.Sweep(bench.Snapshot, bench.Marks);
        Assert.Equal(2 * Least, bench.Table.HeldBytes);
        bench.Time.Advance(TimeSpan.FromSeconds(2));
        bench.Quic.Sweep(bench.Snapshot, bench.Marks);
        Assert.Equal((0L, 0), (bench.Table.HeldBytes, bench.Held.Count));
        Assert.Equal(bench.Watched, bench.Send(Short()).Mark);
    }

    // On a flow that an address permits nothing else lets go of them.
    [Theory, InlineData(false), InlineData(true)]
    public void Pieces_on_a_flow_that_an_address_permits_do_not_wait_for_ever(bool v6)
    {
        using JudgeBench bench = BelowDeny(v6);
        bench.Send([0x80, 96, .. new byte[170]], to: bench.Near);
        Assert.True(bench.Send(Initial(Crypto(Hello(), 0, 50)), to: bench.Near).Holds);
        bench.Time.Advance(TimeSpan.FromSeconds(11));
        bench.Quic.Sweep(bench.Snapshot, bench.Marks);
        Assert.Equal((0L, 0), (bench.Table.HeldBytes, bench.Held.Count));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void An_agent_whose_share_of_held_bytes_is_full_begins_no_connection_until_one_goes_on(bool v6)
    {
        using JudgeBench bench = Bench(v6, new GatewayLimits { HeldBytes = 2 * Least });
        Assert.Equal(bench.Pending, bench.Send(Initial(Crypto(Hello()))).Mark);
        Assert.True(bench.Send(Initial(Crypto(Hello(), 0, 50)), from: 40001).Holds);
        Assert.Equal(bench.Refused, bench.Send(Initial(Crypto(Hello())), from: 40002).Mark);
        Assert.Equal(("deny", "limit-reached"), (bench.LastDecision().Verdict, bench.LastDecision().Reason));
        Assert.Equal((2L * Least, 1L), (bench.Table.HeldBytes, bench.Table.Refusals));
        bench.Answer(Answered(Id));
        bench.Send(Long(0xe0, ServerId));
        Assert.Equal(bench.Pending, bench.Send(Initial(Crypto(Hello())), from: 40002).Mark);
        // What is refused or over gives all of it back.
        Assert.Equal(bench.Refused, bench.Send(Initial(Crypto(Hello("evil.example"), 50), number: 1), from: 40001).Mark);
        Assert.Equal(Least, bench.Table.HeldBytes);
        bench.Load("enforce", text => text.Replace("protocol: udp, ports: [443]", "protocol: udp, ports: [444]", StringComparison.Ordinal));
        Assert.Equal(0, bench.Table.HeldBytes);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void New_connection_ids_on_one_flow_share_one_buffer(bool v6)
    {
        using JudgeBench bench = Accepted(v6);
        bench.Send(Long(0xe0, ServerId));
        byte[][] packets = [.. Enumerable.Range(0, 2).Select(i => bench.Udp(Initial(QuicInitialWriter.Crypto(30_000, [1]), to: [9, 9, 9, 9, 9, 9, 9, (byte)i])))];
        int next = 0;
        // Less than a datagram each: keys and their handles, and no room for 30,000 bytes.
        Assert.InRange(Allocations.Of(() => bench.Judge(1, packets[next++ & 1])), 0, 1000 * 4096);
        Assert.Equal(65_536, bench.Table.HeldBytes);
    }

    // Each under an id of its own, which is remembered: places for all agents together.
    [Theory, InlineData(false), InlineData(true)]
    public void An_agent_that_begins_connections_without_end_has_no_more_than_its_share_of_what_is_remembered(bool v6)
    {
        string other = v6 ? "2001:db8:a::2" : "192.0.2.2", guest = $"- {{id: coding-9, class: coding, interface: ag-3, addresses: [\"{other}\"]}}";
        using JudgeBench bench = Accepted(v6);
        bench.Load("enforce", others: guest);
        bench.Bind("openclaw.ai", agent: "coding-9");
        byte[] hello = Hello();
        // One was let out by the handshake of the flow.
        for (int i = 1; i < HelloMemory.PerAgent; i++) Assert.NotEqual(default, bench.Ask(1, 0, bench.Udp(Initial(Crypto(hello), to: IdOf(i)))));
        Assert.Equal(default, bench.Send(Initial(Crypto(hello), to: IdOf(HelloMemory.PerAgent))));
        Assert.Equal(("deny", "limit-reached"), (bench.LastDecision().Verdict, bench.LastDecision().Reason));
        // What it has goes on, and so does everybody else.
        Assert.Equal(bench.Pending, bench.Send(Initial(Crypto(hello), to: IdOf(HelloMemory.PerAgent - 1), number: 1)).Mark);
        Assert.Equal(bench.Pending, bench.Give(3, 0, PacketBuilder.Udp(other, 40_000, bench.Server, 443, Initial(Crypto(hello), to: IdOf(-1)))).Mark);
        bench.Time.Advance(HelloMemory.Kept + TimeSpan.FromSeconds(1));
        for (int second = 0; second < 8; second++) bench.Quic.Sweep(bench.Snapshot, bench.Marks);
        bench.Bind("openclaw.ai");
        Assert.Equal(bench.Pending, bench.Send(Initial(Crypto(hello), to: IdOf(HelloMemory.PerAgent)), from: 40_001).Mark);

        static byte[] IdOf(int i) => BitConverter.GetBytes(0x0102_0304_0000_0000 + i);
    }

    [Fact]
    public void Places_are_given_back_to_whom_they_were_counted_and_cost_no_memory()
    {
        var time = new FakeTimeProvider();
        var memory = new HelloMemory(time);
        AgentUse one = new(), other = new();
        byte[] id = new byte[8];
        int next = 0;
        bool Remember(AgentUse use, int number)
        {
            BitConverter.TryWriteBytes(id, number);
            return memory.TryRemember(default, id, UInt128.One, use);
        }

        while (one.Hellos < HelloMemory.PerAgent) Remember(one, next++);
        Assert.False(Remember(one, next++));
        Assert.True(Remember(other, next));
        // Sent again by another: still the first one's.
        Assert.True(Remember(one, next));
        Assert.Equal((HelloMemory.PerAgent, 1), (one.Hellos, other.Hellos));
        Assert.Equal(0, Allocations.Of(() => Remember(other, ++next)));
        time.Advance(HelloMemory.Kept + TimeSpan.FromSeconds(1));
        Assert.Equal(0, Allocations.Of(memory.Sweep));
        Assert.Equal((0, 0), (one.Hellos, other.Hellos));
        Assert.True(Remember(one, next));
    }

    private static JudgeBench Bench(bool v6, GatewayLimits? limits = null)
    {
        var bench = new JudgeBench(v6, limits: limits);
        bench.Bind("openclaw.ai");
        return bench;
    }

    private static JudgeBench Accepted(bool v6)
    {
        JudgeBench bench = Bench(v6);
        Assert.Equal(bench.Pending, bench.Send(Initial(Crypto(Hello()))).Mark);
        Assert.Equal(bench.Watched, bench.Answer(Answered(Id)).Mark);
        return bench;
    }

    // A deny by name for all protocols, and below it a permit by address.
    private static JudgeBench BelowDeny(bool v6)
    {
        var bench = new JudgeBench(v6);
        bench.Load("enforce", text => text.Replace("to: {names: [bad]}, protocol: tcp, ports: [443]", "to: {names: [bad]}", StringComparison.Ordinal)
            .Replace("- {name: bad-plain", "# - {name: bad-plain", StringComparison.Ordinal)
            .Replace("to: {groups: [near]}, protocol: tcp", "to: {groups: [near]}, protocol: udp", StringComparison.Ordinal));
        return bench;
    }

    private static byte[] Hello(string name = "openclaw.ai") => HelloBuilder.For(name).Message();

    private static byte[] Crypto(byte[] message, int from = 0, int? to = null) => QuicInitialWriter.Crypto((ulong)from, message.AsSpan(from, (to ?? message.Length) - from));

    private static byte[] Initial(byte[] frames, byte[]? to = null, uint number = 0, int padTo = 1200) =>
        QuicInitialWriter.Write(new QuicInitialDraft { Destination = to ?? Id, Source = [7], Number = number, Frames = frames, PadTo = padTo });

    // Packets without a byte between them, each as long as it says.
    private static byte[] Coalesced(byte[] message, int count)
    {
        List<byte> datagram = [];
        int each = (message.Length + count - 1) / count;
        for (int i = 0; i < count; i++)
            datagram.AddRange(Initial(Crypto(message, Math.Min(i * each, message.Length), Math.Min((i + 1) * each, message.Length)), number: (uint)i, padTo: 0));
        byte[] bytes = [.. datagram];
        var packets = new QuicDatagram(bytes);
        int walked = 0;
        for (; !packets.IsEmpty; walked++) Assert.True(packets.TryRead(out QuicPacket packet) && packet.Kind == QuicPacketKind.Initial);
        Assert.Equal(count, walked);
        return bytes;
    }

    private static byte[] Answered(byte[] id) => QuicInitialWriter.Write(new QuicInitialDraft
    {
        Destination = [7],
        Source = ServerId,
        KeyId = id,
        OfServer = true,
        Frames = QuicInitialWriter.Crypto(0, [2, 0, 0, 90, .. new byte[90]]),
    });

    // 0-RTT or Handshake of version 1.
    private static byte[] Long(byte first, byte[] id) => [first, 0, 0, 0, 1, (byte)id.Length, .. id, 1, 7, 0x40, 30, .. new byte[30]];

    private static byte[] Short() => [0x41, .. ServerId, .. Enumerable.Repeat((byte)5, 30)];
}
