using System.Text;
using CsCheck;

namespace Exeat.Wire.Tests.Http;

/// <summary>The requests of a connection, heads and bodies, do not depend on its segments: whatever the cuts, the same hosts, each found with the last byte of its head.</summary>
public sealed class RequestCutTests
{
    public static TheoryData<string, string> Streams => new()
    {
        { "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n", "a.example@35" },
        { "POST /x HTTP/1.1\r\nHost: A.example:80\r\nContent-Length: 5\r\n\r\nh\r\n\r\nGET / HTTP/1.1\r\nHost: b.example\r\n\r\n", "a.example@59 b.example@99" },
        { "PUT / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na\r\n\r\n0a\r\nGET / HTTP\r\n\r\n0\r\n\r\nGET http://b.example/ HTTP/1.1\r\nHost: b.example\r\n\r\n", "" },
        { "POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 1\r\n\r\nx\r\nGET / HTTP/1.0\r\n\r\nHEAD / HTTP/1.1\r\nHost: b.example\r\n\r\n\r\n", "" },
        { "GET / HTTP/1.1\r\nHost: a.example\r\n\r\nGET / HTTP/1.1\r\nHost: b.example\r\nHost: c.example\r\n\r\n", "" },
    };

    [Theory, MemberData(nameof(Streams))]
    public void Every_cut_and_every_pair_of_cuts_gives_the_same_requests(string text, string requests)
    {
        byte[] stream = Encoding.ASCII.GetBytes(text);
        string whole = Read(stream);
        if (requests.Length > 0) Assert.Equal(requests, whole);
        Assert.StartsWith("a.example@", whole);
        for (int one = 1; one < stream.Length; one++)
        {
            for (int two = one; two < stream.Length; two++) Assert.Equal(whole, Read(stream, one, two - one));
        }
    }

    [Theory, MemberData(nameof(Streams))]
    public void Single_bytes_and_any_segments_give_the_same_requests(string text, string requests)
    {
        byte[] stream = Encoding.ASCII.GetBytes(text);
        string whole = Read(stream);
        if (requests.Length > 0) Assert.Equal(requests, whole);
        Assert.Equal(whole, Read(stream, [.. Enumerable.Repeat(1, stream.Length)]));
        Gen.Int[1, 30].Array[0, 40].Sample(sizes => Assert.Equal(whole, Read(stream, sizes)), iter: 500);
    }

    [Theory, MemberData(nameof(Streams))]
    public void A_truncated_stream_gives_the_requests_whose_heads_are_whole(string text, string requests)
    {
        byte[] stream = Encoding.ASCII.GetBytes(text);
        string whole = Read(stream);
        if (requests.Length > 0) Assert.Equal(requests, whole);
        for (int length = 0; length < stream.Length; length++)
        {
            string[] there = [.. whole.Split(' ').Where(request => !request.StartsWith("malformed", StringComparison.Ordinal) && int.Parse(request.Split('@')[1]) <= length)];
            Assert.Equal(there, Read(stream[..length], 1, 7).Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(request => !request.StartsWith("malformed", StringComparison.Ordinal)));
        }
    }

    // Reads on from the last byte that was understood, as the gateway does: "host@end" for each head, and where the stream is malformed.
    private static string Read(byte[] stream, params int[] sizes)
    {
        byte[] name = new byte[253];
        var text = new StringBuilder();
        (HttpBody body, HttpHeadPlace place) = (default, default);
        int read = 0, here = 0;
        for (int segment = 0; here < stream.Length; segment++)
        {
            here = segment < sizes.Length ? Math.Min(here + sizes[segment], stream.Length) : stream.Length;
            while (read < here)
            {
                ReadOnlySpan<byte> bytes = stream.AsSpan(read, here - read);
                ReadStatus status;
                if (!body.IsOver)
                {
                    status = body.Follow(bytes, out int taken);
                    read += taken;
                }
                else if ((status = body.PassEmptyLine(bytes)) == ReadStatus.Found)
                {
                    read += HttpBody.EmptyLineBytes;
                }
                else if (status == ReadStatus.Malformed)
                {
                    status = HttpHead.Read(bytes, name, ref place, out HttpHeadView head);
                    if (status == ReadStatus.Found)
                    {
                        (body, place) = (HttpBody.After(head), default);
                        read += head.HeadBytes;
                        text.Append($"{Encoding.ASCII.GetString(name, 0, head.NameLength)}@{read} ");
                    }
                }
                if (status == ReadStatus.Malformed) return $"{text}malformed@{read}";
                if (status == ReadStatus.NeedMore) break;
            }
        }
        return text.ToString().TrimEnd();
    }
}
