using System.Buffers.Binary;
using Exeat.Gateway.Judging;
using Exeat.Testing;
using Exeat.Wire;
using Microsoft.Extensions.Time.Testing;

namespace Exeat.Gateway.Tests.Judging;

/// <summary>Hellos of several connections on one tuple, in pieces at the same time (Q1, Q2): what waits goes on with its own hello only.</summary>
public sealed class QuicPiecesTests
{
    [Theory, InlineData(false), InlineData(true)]
    public void A_piece_of_another_connection_does_not_go_on_with_an_approved_hello(bool v6)
    {
        using JudgeBench bench = Bench(v6);
        byte[] evil = Message("evil.example", 1500);
        Assert.True(bench.Send(Initial(1, evil, 1000, evil.Length)).Holds);
        byte[] good = Message("openclaw.ai", 36);
        Assert.Equal(bench.Pending, bench.Send(Initial(2, good, 0, good.Length)).Mark);
        Assert.False(Assert.Single(bench.Held.Due).Accept);
        Assert.Equal(0, bench.Held.Count);
    }

    // The server would keep the tail that came first, and read its name with the head of the other hello.
    [Theory, InlineData(false), InlineData(true)]
    public void A_tail_that_names_somebody_else_never_leaves_for_a_hello_of_the_same_length(bool v6)
    {
        using JudgeBench bench = Bench(v6);
        byte[] evil = Message("evilsite.ai", 36), good = Message("openclaw.ai", 36), whole = Message("openclaw.ai", 50);
        int cut = evil.AsSpan().IndexOf("evilsite"u8);
        Assert.Equal(evil[..cut], good[..cut]);
        Assert.True(bench.Send(Initial(1, evil, cut, evil.Length)).Holds);
        bench.Send(Initial(2, whole, 0, whole.Length));
        bench.Send(Initial(1, good, 0, cut, number: 1));
        bench.Send(Initial(1, good, cut, good.Length, number: 2));
        Assert.DoesNotContain(bench.Held.Due, due => due is { Packet.Id: 1, Accept: true });
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Of_two_hellos_in_pieces_at_once_each_passes_when_it_is_sent_again(bool v6)
    {
        using JudgeBench bench = Bench(v6);
        byte[] hello = Message("openclaw.ai", 1500);
        Assert.True(bench.Send(Initial(1, hello, 0, 1000)).Holds);
        Assert.True(bench.Send(Initial(2, hello, 0, 1000)).Holds);
        Assert.Equal(1, bench.Held.Count);
        Assert.Equal(bench.Pending, bench.Send(Initial(2, hello, 1000, hello.Length, number: 1)).Mark);
        Assert.Equal([(1u, false), (2u, true)], bench.Held.Due.Select(due => (due.Packet.Id, due.Accept)));
        Assert.True(bench.Send(Initial(1, hello, 1000, hello.Length, number: 1)).Holds);
        Assert.Equal(bench.Pending, bench.Send(Initial(1, hello, 0, 1000, number: 2)).Mark);
        Assert.Equal((4u, true), (bench.Held.Due[^1].Packet.Id, bench.Held.Due[^1].Accept));
        Assert.All(bench.Records(), record => Assert.NotEqual("deny", record.Verdict));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Hellos_in_pieces_of_several_sockets_at_once_pass_at_the_first_attempt(bool v6)
    {
        using JudgeBench bench = Bench(v6);
        byte[] hello = Message("openclaw.ai", 1500);
        for (ushort from = 40_000; from < 40_008; from++) Assert.True(bench.Send(Initial(1, hello, 0, 1000), from: from).Holds);
        for (ushort from = 40_000; from < 40_008; from++) Assert.Equal(bench.Pending, bench.Send(Initial(1, hello, 1000, hello.Length, number: 1), from: from).Mark);
        Assert.Equal(8, bench.Held.Due.Count(due => due.Accept));
        Assert.DoesNotContain(bench.Held.Due, due => !due.Accept);
        Assert.All(bench.Records(), record => Assert.NotEqual("deny", record.Verdict));
    }

    // What was let out of the first hello the server may have in part only: it would read that part and the rest of this one as a third hello, which nobody judged.
    [Theory]
    [InlineData(false, "ended"), InlineData(true, "ended"), InlineData(false, "late"), InlineData(false, "other socket"), InlineData(false, "pushed out"), InlineData(false, "control")]
    public void Under_an_id_that_was_used_no_other_hello_passes(bool v6, string how)
    {
        using JudgeBench bench = Bench(v6);
        byte[] first = Message("openclaw.ai", 36), second = Message("openclaw.ai", 40);
        Assert.Equal(bench.Pending, bench.Send(Initial(1, first, 0, first.Length)).Mark);
        ushort from = 40_000;
        switch (how)
        {
            case "ended" or "control":
                Assert.Equal(bench.Refused, bench.Send([0x40, 1, 2, 3]).Mark);
                break;
            case "late":
                bench.Time.Advance(TimeSpan.FromSeconds(11));
                bench.Quic.Sweep(bench.Snapshot, bench.Marks);
                break;
            case "other socket":
                from++;
                break;
            default:
                for (byte id = 2; id < 5; id++) Assert.Equal(bench.Pending, bench.Send(Initial(id, first, 0, first.Length)).Mark);
                break;
        }
        bool isOther = how == "control";
        Answer answer = bench.Send(Initial(isOther ? (byte)9 : (byte)1, second, 0, second.Length, number: 1), from: from);
        Assert.Equal(isOther, answer.Mark == bench.Pending);
        Assert.Equal(isOther ? "permit" : "deny", bench.LastDecision().Verdict);
        if (!isOther) Assert.Equal("hello-replaced", bench.LastDecision().Reason);
        // The very same hello, sent again by a client that was not answered, passes.
        Assert.Equal(bench.Pending, bench.Send(Initial(1, first, 0, first.Length, number: 2), from: 40_002).Mark);
        bench.Time.Advance(HelloMemory.Kept + TimeSpan.FromSeconds(1));
        Assert.Equal(bench.Pending, bench.Send(Initial(1, second, 0, second.Length, number: 3), from: 40_003).Mark);
    }

    [Fact]
    public void Among_many_that_are_remembered_none_is_forgotten_before_its_time()
    {
        var time = new FakeTimeProvider();
        var memory = new HelloMemory(time);
        UInt128 first = HelloMemory.Digest([1]), second = HelloMemory.Digest([2]);
        byte[] id = new byte[8];
        FlowKey to = default;
        List<int> taken = [];
        // One agent has an eighth of the places.
        AgentUse[] agents = [new(), new(), new(), new()];
        for (int i = 0; i < 20_000; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(id, i);
            if (memory.TryRemember(to, id, first, agents[i % 4])) taken.Add(i);
        }
        Assert.InRange(taken.Count, 19_000, 20_000);
        foreach (int i in taken)
        {
            BinaryPrimitives.WriteInt32BigEndian(id, i);
            Assert.True(memory.HasAnother(to with { Port = 1 }, id, second), "another address of the same server may be the same server");
            Assert.False(memory.HasAnother(to, id, first));
        }
        // A short one says nothing without the server that chose it.
        Assert.True(memory.TryRemember(to, [], first, agents[0]));
        Assert.True(memory.HasAnother(to, [], second));
        Assert.False(memory.HasAnother(to with { Port = 1 }, [], second));
        time.Advance(HelloMemory.Kept + TimeSpan.FromSeconds(1));
        Assert.False(memory.HasAnother(to, [], second));
    }

    // Two sockets begin the same connection: its server joins what both send.
    [Fact]
    public void A_second_hello_of_one_socket_is_not_replaced_by_another_socket_s()
    {
        using JudgeBench bench = Bench(v6: false);
        byte[] hello = Message("openclaw.ai", 36), again = Message("openclaw.ai", 40), other = Message("openclaw.ai", 44);
        Assert.Equal(bench.Pending, bench.Send(Initial(1, hello, 0, hello.Length)).Mark);
        Assert.Equal(bench.Pending, bench.Send(Initial(1, hello, 0, hello.Length), from: 40_001).Mark);
        Assert.Equal(bench.Pending, bench.Send(Second(again, hello.Length)).Mark);
        // Nor when it had something to say between, which tells nothing of its hello.
        bench.Send(Initial(1, hello, 0, hello.Length, number: 2), from: 40_001);
        Assert.Equal(bench.Refused, bench.Send(Second(other, hello.Length), from: 40_001).Mark);
        Assert.Equal("hello-replaced", bench.LastDecision().Reason);
    }

    // A HelloRetryRequest was asked for.
    private static byte[] Second(byte[] message, int offset) => QuicInitialWriter.Write(new QuicInitialDraft
    {
        Destination = [1, 2, 3, 4, 5, 6, 7, 8],
        Source = [7],
        Number = 1,
        Frames = QuicInitialWriter.Crypto((ulong)offset, message),
        PadTo = 1200,
    });

    private static JudgeBench Bench(bool v6)
    {
        var bench = new JudgeBench(v6);
        bench.Bind("openclaw.ai");
        return bench;
    }

    private static byte[] Message(string name, int share) => (HelloBuilder.For(name) with { KeyShareBytes = share }).Message();

    private static byte[] Initial(byte id, byte[] message, int from, int to, uint number = 0) => QuicInitialWriter.Write(new QuicInitialDraft
    {
        Destination = [id, 2, 3, 4, 5, 6, 7, 8],
        Source = [7],
        Number = number,
        Frames = QuicInitialWriter.Crypto((ulong)from, message.AsSpan(from, to - from)),
        PadTo = 1200,
    });
}
