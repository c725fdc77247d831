using System.Text;
using CsCheck;

namespace Exeat.Wire.Tests.Http;

public sealed class HttpHeadTests
{
    private readonly byte[] _name = new byte[253];

    [Fact]
    public void The_host_of_a_real_request_is_found()
    {
        byte[] bytes = Corpus.Read("curl-http");
        Assert.Equal((ReadStatus.Found, "api.example.com"), Read(bytes));
        for (int length = 0; length < bytes.Length; length++) Assert.Equal(ReadStatus.NeedMore, Read(bytes[..length]).Status);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: A.Example\r\n\r\n", "a.example")]
    [InlineData("POST /x HTTP/1.1\r\nX: y\r\nhOsT:\ta.example:8080 \r\nContent-Length: 1\r\n\r\nz", "a.example")]
    [InlineData("GET / HTTP/1.1\r\nHost: 192.0.2.1\r\n\r\n", "")]
    [InlineData("GET / HTTP/1.1\r\nHost: [2001:db8::1]:80\r\n\r\n", "")]
    [InlineData("GET / HTTP/1.0\r\n\r\n", "")]
    [InlineData("GET HTTP://a.Example:80/x?y=http://b.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n", "a.example")]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: a.example\r\n\r\n", "a.example")]
    public void A_well_formed_head_says_its_host(string text, string host) => Assert.Equal((ReadStatus.Found, host), Read(Encoding.Latin1.GetBytes(text)));

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n")] // no Host
    [InlineData("GET / HTTP/1.1\r\nHost: a.example\r\nHost: a.example\r\n\r\n")]
    [InlineData("GET http://b.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n")] // absolute-form for another
    [InlineData("GET http://a.example@b.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n")]
    [InlineData("GET http:///x HTTP/1.1\r\nHost: a.example\r\n\r\n")]
    [InlineData("GET https://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n")]
    [InlineData("GET * HTTP/1.1\r\nHost: a.example\r\n\r\n")]
    [InlineData("GET / HTTP/1.2\r\nHost: a.example\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a.example\r\nX: \u0001\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: +1\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 1, 1\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 9999999999999999999\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: gzip, chunked\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: xchunked\r\n\r\n")]
    [InlineData("POST / HTTP/1.0\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a.example\r\n b.example\r\n\r\n")] // obs-fold
    [InlineData("GET / HTTP/1.1\r\nHost : a.example\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a.exa\0mple\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\nHost: a.example\n\n")] // bare LF
    [InlineData("GET / HTTP/1.1\r\nX: a\rHost: b.example\r\nHost: a.example\r\n\r\n")]
    [InlineData("GET /  HTTP/1.1\r\nHost: a.example\r\n\r\n")]
    [InlineData("GET /\u0080 HTTP/1.1\r\nHost: a.example\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a.example/x\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a.example:80x\r\n\r\n")]
    [InlineData("\r\nGET / HTTP/1.1\r\nHost: a.example\r\n\r\n")]
    [InlineData(" / HTTP/1.1\r\nHost: a.example\r\n\r\n")]
    public void An_ambiguous_head_is_malformed_and_never_found_on_the_way(string text)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        Assert.Equal((ReadStatus.Malformed, ""), Read(bytes));
        HttpHead.Read(bytes, _name, out HttpHeadView head);
        Assert.Equal(HttpProblem.Ambiguous, head.Problem);
        for (int length = 0; length < bytes.Length; length++) Assert.NotEqual(ReadStatus.Found, Read(bytes[..length]).Status);
    }

    [Theory]
    [InlineData("CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n")]
    [InlineData("connect a.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a.example\r\nConnection: Upgrade\r\nupgrade: websocket\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a.example\r\nHTTP2-Settings: AAMAAABk\r\n\r\n")]
    public void What_leads_out_of_HTTP_1_is_malformed_for_that(string text)
    {
        Assert.Equal(ReadStatus.Malformed, HttpHead.Read(Encoding.Latin1.GetBytes(text), _name, out HttpHeadView head));
        Assert.Equal(HttpProblem.Upgrade, head.Problem);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a.example\r\n\r\nrest", 0)]
    [InlineData("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 0042\r\n\r\nrest", 42)]
    [InlineData("POST / HTTP/1.1\r\nTransfer-Encoding:  Chunked \r\nHost: a.example\r\n\r\nrest", HttpHeadView.Chunked)]
    public void A_head_says_where_it_ends_and_what_follows(string text, long body)
    {
        Assert.Equal(ReadStatus.Found, HttpHead.Read(Encoding.Latin1.GetBytes(text), _name, out HttpHeadView head));
        Assert.Equal((text.Length - 4, body), (head.HeadBytes, head.BodyBytes));
    }

    [Fact]
    public void A_head_without_end_is_malformed_at_the_limit()
    {
        byte[] bytes = Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: a.example\r\nX: " + new string('x', HttpHead.MaxBytes));
        Assert.Equal(ReadStatus.NeedMore, Read(bytes[..(HttpHead.MaxBytes - 1)]).Status);
        Assert.Equal(ReadStatus.Malformed, Read(bytes[..HttpHead.MaxBytes]).Status);
    }

    [Fact]
    public void No_bytes_make_the_reader_throw_and_answers_never_turn() => Gen.Select(
        Gen.OneOf(Gen.Const(""), Gen.Const("GET / HTTP/1.1\r\nHost: a.example\r\n")), Gen.Char["\r\n\0 :/HostGET1.\u00e9"].Array[0, 60]).Sample((start, rest) =>
    {
        byte[] bytes = [.. Encoding.Latin1.GetBytes(start), .. Encoding.Latin1.GetBytes(rest)];
        byte[] name = new byte[253];
        ReadStatus last = ReadStatus.NeedMore;
        HttpHeadPlace place = default;
        for (int length = 0; length <= bytes.Length; length++)
        {
            ReadStatus status = HttpHead.Read(bytes.AsSpan(0, length), name, out HttpHeadView head);
            Assert.InRange(head.NameLength, 0, 253);
            Assert.True(last == ReadStatus.NeedMore || status == last);
            if (last == ReadStatus.NeedMore) Assert.Equal((status, head), (HttpHead.Read(bytes.AsSpan(0, length), name, ref place, out HttpHeadView resumed), resumed));
            last = status;
        }
    }, iter: 3000);

    // An agent may send each byte by itself: lines that are over are made ill here, so that reading them again would show.
    [Fact]
    public void What_was_read_is_not_read_again()
    {
        byte[] bytes = Encoding.ASCII.GetBytes("GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\n" + string.Concat(Enumerable.Repeat("A: b\r\n", 2000)) + "Content-Length: 7\r\n\r\n");
        int after = bytes.AsSpan().IndexOf("A: b"u8);
        HttpHeadPlace place = default;
        for (int length = 1; length < bytes.Length; length++)
        {
            Assert.Equal(ReadStatus.NeedMore, HttpHead.Read(bytes.AsSpan(0, length), _name, ref place, out HttpHeadView none));
            Assert.Equal(default, none);
            // A carriage return waits for what comes next.
            Assert.InRange(length - place.Seen, 0, 1);
            if (length > after && bytes[length - 1] == '\n') bytes.AsSpan(after, length - after).Clear();
        }
        bytes.AsSpan(0, 4).Clear();
        Assert.Equal(ReadStatus.Found, HttpHead.Read(bytes, _name, ref place, out HttpHeadView head));
        Assert.Equal((bytes.Length, 7L, "a.example"), (head.HeadBytes, head.BodyBytes, Encoding.ASCII.GetString(_name, 0, head.NameLength)));
        // Other bytes than before: no answer rests on those.
        Assert.Equal(ReadStatus.NeedMore, HttpHead.Read("GET /"u8, _name, ref place, out _));
    }

    private (ReadStatus Status, string Host) Read(byte[] bytes)
    {
        ReadStatus status = HttpHead.Read(bytes, _name, out HttpHeadView head);
        return (status, Encoding.ASCII.GetString(_name, 0, head.NameLength));
    }
}
