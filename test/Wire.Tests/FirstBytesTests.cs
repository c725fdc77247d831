using System.Text;
using CsCheck;

namespace Exeat.Wire.Tests;

public sealed class FirstBytesTests
{
    [Theory]
    [InlineData("curl", ClientProtocol.Tls)]
    [InlineData("curl-http", ClientProtocol.Http)]
    [InlineData("ssh", ClientProtocol.Ssh)]
    public void Real_clients_are_recognised(string file, ClientProtocol protocol) => Assert.Equal(protocol, FirstBytes.Classify(Corpus.Read(file)));

    [Theory]
    [InlineData("", ClientProtocol.NeedMore)]
    [InlineData("P", ClientProtocol.NeedMore)]
    [InlineData("PR", ClientProtocol.NeedMore)]
    [InlineData("PRI *", ClientProtocol.Http)]
    [InlineData("CONNECT x:1 HTTP/1.1", ClientProtocol.Http)]
    [InlineData("GETX", ClientProtocol.NeedMore)]
    [InlineData("get / HTTP/1.1", ClientProtocol.Http)]
    [InlineData("\r\n GET\t/ HTTP/1.1", ClientProtocol.Http)]
    [InlineData("M-SEARCH * HTTP/1.1", ClientProtocol.Http)]
    [InlineData("REPORT http://x/", ClientProtocol.Http)]
    [InlineData("REPORT htt", ClientProtocol.NeedMore)]
    [InlineData("EHLO host.example", ClientProtocol.NeedMore)]
    [InlineData("EHLO httpd.example\r\n", ClientProtocol.Unknown)]
    [InlineData("EHLO http", ClientProtocol.NeedMore)]
    [InlineData("CONNECT {}\r\n", ClientProtocol.Unknown)]
    [InlineData("CONNECT x:1", ClientProtocol.NeedMore)]
    [InlineData("get user:1\r\n", ClientProtocol.Unknown)]
    [InlineData("GET x HTTP/", ClientProtocol.Http)]
    [InlineData("GET x/y/http/1.1", ClientProtocol.Http)]
    [InlineData("GET x\nHTTP/1.1", ClientProtocol.Unknown)]
    [InlineData("GET x\0HTTP/1.1", ClientProtocol.Unknown)]
    [InlineData("GET ftp://x", ClientProtocol.Http)]
    [InlineData("GET\v\f/", ClientProtocol.Http)]
    [InlineData("GET                                            /", ClientProtocol.Http)]
    [InlineData("\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\nGET /", ClientProtocol.Http)]
    [InlineData("\u0000\u0000\u0000\u0008", ClientProtocol.Unknown)]
    [InlineData("ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEF / HTTP/1.1", ClientProtocol.Http)]
    [InlineData("SSH-1.99", ClientProtocol.NeedMore)]
    [InlineData("SSH-1.99-x\r\n", ClientProtocol.Ssh)]
    [InlineData("SSH-2.0-OpenSSH_9.9 Debian-3\r\n", ClientProtocol.Ssh)]
    [InlineData("SSH-X / HTTP/1.1\r\n", ClientProtocol.Http)]
    [InlineData("EHLO x\r\n", ClientProtocol.Unknown)]
    [InlineData("\u0016", ClientProtocol.NeedMore)]
    [InlineData("\u0016\u0003", ClientProtocol.NeedMore)]
    [InlineData("\u0016\u0003\u0001\u0002\u0000", ClientProtocol.NeedMore)]
    [InlineData("\u0016\u0003\u0001\u0002\u0000\u0001", ClientProtocol.Tls)]
    [InlineData("\u0016\u0003\u0001\u0000\u0001\u0001", ClientProtocol.Tls)]
    [InlineData("\u0016\u0001\u0000\u0002\u0000\u0001", ClientProtocol.Tls)]
    [InlineData("\u0016\u0004\u0000\u00ff\u00ff\u0001", ClientProtocol.Tls)]
    [InlineData("\u0016\u0003\u0001\u0000\u0000", ClientProtocol.Tls)]
    [InlineData("\u0014\u0003\u0001\u0000\u0000", ClientProtocol.Tls)]
    [InlineData("\u0014\u0003\u0003\u0000\u0001\u0001", ClientProtocol.Tls)]
    [InlineData("\u0015\u0003", ClientProtocol.Tls)]
    [InlineData("\u0016\u0010", ClientProtocol.Unknown)]
    [InlineData("\u0016\u0003\u0001\u0000\u0004\u0000", ClientProtocol.Tls)]
    [InlineData("\u0016\u0002\u0001\u0000\u0004\u0000", ClientProtocol.Unknown)]
    [InlineData("\u0016\u0003\u0001\u0000\u0004\u0002", ClientProtocol.Unknown)]
    [InlineData("\u0014\u0003\u0003\u0000\u0001\u0000", ClientProtocol.Unknown)]
    [InlineData("\u0017\u0003\u0003\u0000\u0004\u0001", ClientProtocol.Unknown)]
    [InlineData("\u0017\u0003\u0003\u0000\u0000", ClientProtocol.Tls)]
    // MongoDB: a length of 278, request 1. MySQL: a length of 276 in three bytes, packet 1, capabilities.
    [InlineData("\u0016\u0001\u0000\u0000\u0001\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u00dd\u0007", ClientProtocol.Unknown)]
    [InlineData("\u0014\u0001\u0000\u0001\u0085\u00a6\u00ff\u0019", ClientProtocol.Unknown)]
    [InlineData("\u0016\u0001\u0000\u0001\u0085\u00a6\u00ff\u0019", ClientProtocol.Unknown)]
    public void First_bytes_say_the_protocol_as_soon_as_they_can(string text, ClientProtocol protocol) =>
        Assert.Equal(protocol, FirstBytes.Classify(Encoding.Latin1.GetBytes(text)));

    [Theory, InlineData('\n'), InlineData('A'), InlineData(' ')]
    public void What_never_shows_itself_is_held_to_the_rules_of_a_request(char filler)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(new string(filler, FirstBytes.MaxBytes));
        Assert.Equal(ClientProtocol.NeedMore, FirstBytes.Classify(bytes.AsSpan(1)));
        Assert.Equal(ClientProtocol.Http, FirstBytes.Classify(bytes));
    }

    [Fact]
    public void More_bytes_never_turn_an_answer() => Gen.Char["GETPOSTH /*htp:\r\n SH-\0\u0016\u0003"].Array[0, 40].Sample(text =>
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        ClientProtocol last = ClientProtocol.NeedMore;
        (FirstLine each, FirstLine third) = (default, default);
        for (int length = 0; length <= bytes.Length; length++)
        {
            ClientProtocol now = FirstBytes.Classify(bytes.AsSpan(0, length));
            Assert.True(last == ClientProtocol.NeedMore || now == last);
            Assert.Equal(now, FirstBytes.Classify(bytes.AsSpan(0, length), ref each));
            if (length % 3 == 0) Assert.Equal(now, FirstBytes.Classify(bytes.AsSpan(0, length), ref third));
            last = now;
        }
    }, iter: 5000);

    // An agent may send each byte by itself: what was read is made something else here, so that reading it again would give another answer. The four bytes before it may be the beginning of a version.
    [Theory]
    [InlineData("\r\n \r\n", "GET /")]
    [InlineData("ABCDEFGHIJKLMNOP", " /")]
    [InlineData("GET \t\v ", "/")]
    [InlineData("GET aaaaaaaaaaaaaaaaaaaaaaa", "htTp/")]
    [InlineData("GET aaaaaaaaaaaaaaaaaaaaaaaHT", "TP/")]
    [InlineData("GET aaaaaaaaaaaaaaaaaaaaaaa:", "//")]
    public void What_was_read_is_not_read_again(string before, string after)
    {
        byte[] bytes = [.. Encoding.Latin1.GetBytes(before), .. Encoding.Latin1.GetBytes(after)];
        FirstLine line = default;
        for (int length = 1; length < bytes.Length; length++)
        {
            Assert.Equal(ClientProtocol.NeedMore, FirstBytes.Classify(bytes.AsSpan(0, length), ref line));
            Assert.Equal(length, line.Seen);
            if (length > 4) bytes[length - 5] = 1;
        }
        Assert.Equal(ClientProtocol.Http, FirstBytes.Classify(bytes, ref line));
        Assert.Equal(ClientProtocol.Http, FirstBytes.Classify([.. bytes, 1], ref line));
    }
}
