using Exeat.Gateway.Judging;
using Exeat.Testing;
using Exeat.Wire;

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
