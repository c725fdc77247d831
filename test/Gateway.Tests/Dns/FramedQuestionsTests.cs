using CsCheck;
using Exeat.Gateway.Dns;
using Exeat.Wire;

namespace Exeat.Gateway.Tests.Dns;

/// <summary>DNS over TCP (D3): the questions of a connection do not depend on its segments.</summary>
public sealed class FramedQuestionsTests
{
    private static readonly byte[][] Questions =
        [ResolverRig.Question("api.example.com", id: 1), ResolverRig.Question("x.evil.example", edns: null, id: 2), [], ResolverRig.Question("a.b.c.example.org", id: 3)];

    private static readonly byte[] Stream = [.. Questions.SelectMany(Framed)];

    [Fact]
    public void Every_cut_and_every_pair_of_cuts_gives_the_same_questions()
    {
        for (int one = 1; one < Stream.Length; one++)
        {
            for (int two = one; two < Stream.Length; two++)
            {
                // The comparison of the test framework would take most of the time.
                List<byte[]> read = Read(Stream, one, two - one);
                if (!read.Zip(Questions, (a, b) => a.AsSpan().SequenceEqual(b)).All(same => same) || read.Count != Questions.Length) Assert.Fail($"other questions when cut at {one} and {two}");
            }
        }
    }

    [Fact]
    public void Single_bytes_and_any_segments_give_the_same_questions()
    {
        Assert.Equal(Questions, Read(Stream, [.. Enumerable.Repeat(1, Stream.Length)]));
        Gen.Int[1, 40].Array[0, 60].Sample(sizes => Assert.Equal(Questions, Read(Stream, sizes)), iter: 500);
    }

    [Fact]
    public void Of_a_truncated_stream_only_whole_questions_are_read()
    {
        for (int length = 0; length < Stream.Length; length++)
        {
            int whole = 0, end = 0;
            while (whole < Questions.Length && (end += 2 + Questions[whole].Length) <= length) whole++;
            Assert.Equal(Questions[..whole], Read(Stream[..length], 1, 3, 5));
        }
    }

    // The length alone says it: what follows is not waited for.
    [Fact]
    public void A_length_beyond_the_limit_is_malformed_at_its_second_byte_and_one_at_the_limit_fits()
    {
        byte[] longest = Framed(new byte[FramedQuestions.MaxQuestionBytes]);
        Assert.Equal([longest[2..]], Read(longest, 1, 1, 700));
        foreach (int length in (ReadOnlySpan<int>)[FramedQuestions.MaxQuestionBytes + 1, ushort.MaxValue])
        {
            var questions = new FramedQuestions();
            Put(questions, [(byte)(length >> 8)]);
            Assert.Equal(ReadStatus.NeedMore, questions.Read(out _));
            Put(questions, [(byte)length]);
            Assert.Equal(ReadStatus.Malformed, questions.Read(out _));
        }
    }

    private static byte[] Framed(byte[] message) => [(byte)(message.Length >> 8), (byte)message.Length, .. message];

    // Segments of the given sizes, then all that is left; more than has room waits in the kernel.
    private static List<byte[]> Read(byte[] stream, params int[] sizes)
    {
        var questions = new FramedQuestions();
        List<byte[]> read = [];
        int at = 0, segment = 0;
        while (true)
        {
            while (questions.Read(out ReadOnlySpan<byte> question) == ReadStatus.Found)
            {
                read.Add(question.ToArray());
                questions.Take();
            }
            if (at == stream.Length) return read;
            Assert.False(questions.Free.IsEmpty);
            int take = Math.Min(Math.Min(segment < sizes.Length ? sizes[segment] : int.MaxValue, stream.Length - at), questions.Free.Length);
            Put(questions, stream.AsSpan(at, take));
            (at, segment) = (at + take, segment + 1);
        }
    }

    private static void Put(FramedQuestions questions, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(questions.Free.Span);
        questions.Add(bytes.Length);
    }
}
