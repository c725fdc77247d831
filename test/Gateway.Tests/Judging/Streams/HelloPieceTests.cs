using CsCheck;
using Exeat.Gateway.Judging;
using Exeat.Testing;
using Exeat.Wire;

namespace Exeat.Gateway.Tests.Judging.Streams;

/// <summary>Hellos in pieces (T3, T4, T5): before the approval no byte leaves, after it exactly the approved ones do, whatever the pieces were.</summary>
public sealed class HelloPieceTests
{
    private ushort _port = 10_000;

    public static TheoryData<string> Hellos => ["openssl", "curl", "git", "python", "node", "node24-post-quantum"];

    [Theory, MemberData(nameof(Hellos))]
    public void A_real_hello_cut_in_two_at_any_byte_passes_in_either_order(string name)
    {
        byte[] hello = Corpus(name);
        using JudgeBench bench = Bench(name.Length % 2 == 0);
        for (int cut = 1; cut < hello.Length; cut++)
        {
            Passes(bench, hello, (0, hello[..cut]), (cut, hello[cut..]));
            Passes(bench, hello, (cut, hello[cut..]), (0, hello[..cut]));
        }
    }

    [Theory, MemberData(nameof(Hellos))]
    public void A_real_hello_in_segments_of_one_byte_passes_forwards_and_backwards(string name)
    {
        byte[] hello = Corpus(name);
        using JudgeBench bench = Bench(name.Length % 2 != 0);
        (long, byte[])[] pieces = [.. hello.Index().Select(b => ((long)b.Index, new[] { b.Item }))];
        Passes(bench, hello, pieces);
        Passes(bench, hello, [.. pieces.Reverse()]);
    }

    [Fact]
    public void A_hello_over_records_that_are_segments_too_passes_at_every_record_boundary()
    {
        byte[] message = HelloBuilder.For("api.example.com").Message();
        using JudgeBench bench = Bench(false);
        for (int cut = 1; cut < message.Length; cut++)
        {
            byte[] stream = HelloBuilder.Records(message, cut);
            int boundary = 5 + cut;
            Passes(bench, stream, (0, stream[..boundary]), (boundary, stream[boundary..]));
            Passes(bench, stream, (0, stream[..(boundary + 5)]), (boundary + 5, stream[(boundary + 5)..]));
        }
        byte[] many = HelloBuilder.Records(message, [.. Enumerable.Repeat(1, message.Length)]);
        Passes(bench, many, [.. many.Index().Select(b => ((long)b.Index, new[] { b.Item }))]);
    }

    [Fact]
    public void Every_order_of_a_few_pieces_passes()
    {
        byte[] hello = Corpus("curl");
        using JudgeBench bench = Bench(true);
        int[] cuts = [0, 3, 9, 200, hello.Length - 1, hello.Length];
        (long, byte[])[] pieces = [.. cuts.Zip(cuts.Skip(1)).Select(c => ((long)c.First, hello[c.First..c.Second]))];
        foreach ((long, byte[])[] order in Orders(pieces)) Passes(bench, hello, order);
    }

    [Fact]
    public void Shuffled_overlapping_and_repeated_pieces_pass_when_they_agree()
    {
        byte[] hello = Corpus("node24-post-quantum");
        using JudgeBench bench = Bench(false);
        Gen.Select(Gen.Int[0, hello.Length - 1], Gen.Int[1, 400]).Array[1, 40].Sample(cuts =>
        {
            List<(long, byte[])> pieces = [.. cuts.Select(c => ((long)c.Item1, hello[c.Item1..Math.Min(hello.Length, c.Item1 + c.Item2)]))];
            for (int at = 0; at < hello.Length; at += 700) pieces.Add((at, hello[at..Math.Min(hello.Length, at + 700)]));
            Passes(bench, hello, [.. pieces]);
        }, iter: 400, threads: 1);
    }

    [Fact]
    public void A_piece_that_contradicts_another_ends_the_connection_before_anything_left()
    {
        byte[] hello = Corpus("curl");
        using JudgeBench bench = Bench(true);
        Gen.Select(Gen.Int[1, hello.Length - 2], Gen.Int[0, hello.Length - 1], Gen.Bool).Sample((cut, wrong, early) =>
        {
            byte[] other = [.. hello];
            other[wrong] ^= 0x40;
            FarSide far = Open(bench);
            if (early) far.Send(cut, hello[cut..^1]);
            else far.Send(0, hello[..cut]);
            bool overlaps = early ? wrong >= cut && wrong < hello.Length - 1 : wrong < cut;
            Answer said = far.Send(early ? cut : 0, early ? other[cut..^1] : other[..cut]);
            Assert.Equal(overlaps, said.Mark == bench.Refused);
            Assert.Equal(0, far.Count);
        }, iter: 300, threads: 1);
        Assert.Contains(bench.Records(), e => e.Reason == "hello-replaced");
    }

    [Fact]
    public void Of_a_denied_hello_nothing_leaves_however_it_is_cut()
    {
        byte[] hello = HelloBuilder.For("evil.example").Build();
        using JudgeBench bench = Bench(false);
        for (int cut = 1; cut < hello.Length; cut++)
        {
            FarSide far = Open(bench);
            Assert.Equal(default, far.Send(0, hello[..cut]));
            bench.Wait(30);
            Assert.Equal(bench.Refused, far.Send(cut, hello[cut..]).Mark);
            bench.Wait(500);
            far.Look();
            Assert.Equal(0, far.Count);
        }
        Assert.All(bench.Records(), e => Assert.Equal("deny", e.Verdict));
    }

    [Fact]
    public void Bytes_before_the_anchor_never_leave_even_along_with_the_hello()
    {
        byte[] hello = Corpus("curl");
        using JudgeBench bench = Bench(true);
        FarSide far = Open(bench);
        Assert.False(far.Send(-3, [1, 2, 3]).Accept);
        Assert.False(far.Send(-1, [9, .. hello]).Accept);
        Assert.Equal(hello, far.Bytes);
        Assert.Equal(bench.Permitted, far.Acknowledge().Mark);
    }

    [Fact]
    public void A_hello_far_behind_the_anchor_is_refused_and_one_close_behind_waits_for_what_comes_before()
    {
        byte[] hello = Corpus("curl");
        using JudgeBench bench = Bench(false);
        FarSide far = Open(bench);
        Assert.Equal(bench.Refused, far.Send(1 << 20, hello).Mark);
        Assert.Equal("limit-reached", bench.LastDecision().Reason);
        far = Open(bench);
        Assert.Equal(default, far.Send(100, hello));
        Assert.Equal(bench.Refused, far.Send(0, HelloBuilder.For("evil.example").Build()).Mark);
        Assert.Equal(0, far.Count);
    }

    [Fact]
    public void The_second_hello_of_a_retry_may_come_in_pieces_too_and_must_name_the_same()
    {
        byte[] hello = HelloBuilder.For("api.example.com").Build();
        byte[] retry = [0x16, 3, 3, 0, 80, 2, 0, 0, 76, 3, 3, .. TlsServerHello.RetryRandom, .. new byte[42]];
        using JudgeBench bench = Bench(true);
        foreach ((string name, bool passes) in (ReadOnlySpan<(string, bool)>)[("api.example.com", true), ("openclaw.ai", false)])
        {
            byte[] second = [0x14, 3, 3, 0, 1, 1, .. HelloBuilder.For(name).Build()];
            for (int cut = 1; cut < second.Length; cut++)
            {
                FarSide far = Open(bench);
                far.Send(0, hello[..50]);
                far.Send(50, hello[50..]);
                Assert.Equal(bench.Pending, far.Acknowledge(retry).Mark);
                Assert.Equal(default, far.Send(hello.Length, second[..cut]));
                Answer said = far.Send(hello.Length + cut, second[cut..]);
                Assert.Equal(passes ? hello.Length + second.Length : hello.Length, far.Count);
                Assert.Equal(passes ? bench.Permitted : bench.Refused, passes ? far.Acknowledge([0x16]).Mark : said.Mark);
            }
        }
    }

    [Fact]
    public void Monitor_holds_no_piece_and_records_what_enforce_would_have_done()
    {
        foreach ((string name, string verdict) in (ReadOnlySpan<(string, string)>)[("api.example.com", "permit"), ("evil.example", "deny")])
        {
            byte[] hello = HelloBuilder.For(name).Build();
            using JudgeBench bench = Bench(false, "monitor");
            FarSide far = Open(bench);
            Assert.True(far.Send(30, hello[30..]).Accept);
            Assert.True(far.Send(0, hello[..30]).Accept);
            bench.Wait(300);
            Assert.Empty(bench.Own);
            Assert.Equal((verdict, false), (bench.LastDecision().Verdict, bench.LastDecision().Enforced));
            Assert.Equal(hello, far.Bytes);
        }
    }

    private FarSide Open(JudgeBench bench)
    {
        bench.Handshake(from: ++_port);
        return new FarSide(bench, _port);
    }

    // The model of what may have left: nothing before all of the hello was here, all of it after, and the connection is the kernel's when the server has it.
    private void Passes(JudgeBench bench, byte[] hello, params (long At, byte[] Bytes)[] pieces)
    {
        FarSide far = Open(bench);
        bool[] here = new bool[hello.Length];
        foreach ((long at, byte[] bytes) in pieces)
        {
            bool was = !here.Contains(false);
            here.AsSpan((int)at, bytes.Length).Fill(true);
            far.Send(at, bytes);
            if (here.Contains(false)) Assert.Equal(0, far.Count);
            else if (!was) Assert.Equal(hello, far.Bytes);
        }
        Assert.Equal(hello, far.Bytes);
        Assert.Equal(bench.Permitted, far.Acknowledge().Mark);
        bench.Own.Clear();
    }

    private static JudgeBench Bench(bool v6, string mode = "enforce")
    {
        var bench = new JudgeBench(v6);
        bench.Load(mode, text => text.Replace("names: [openclaw.ai", "names: [api.example.com, openclaw.ai", StringComparison.Ordinal));
        bench.Bind("api.example.com");
        bench.Bind("openclaw.ai");
        return bench;
    }

    private static byte[] Corpus(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "corpus", name + ".bin"));

    private static IEnumerable<T[]> Orders<T>(T[] items)
    {
        if (items.Length <= 1) return [items];
        return items.SelectMany((item, i) => Orders([.. items[..i], .. items[(i + 1)..]]).Select(rest => (T[])[item, .. rest]));
    }
}
