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
    [InlineData("EHLO host.example", ClientProtocol.Unknown)]
    [InlineData("\u0000\u0000\u0000\u0008", ClientProtocol.Unknown)]
    [InlineData("ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEF / HTTP/1.1", ClientProtocol.Unknown)]
    [InlineData("SSH-1.99", ClientProtocol.Ssh)]
    [InlineData("EHLO x", ClientProtocol.Unknown)]
    [InlineData("\u0016", ClientProtocol.NeedMore)]
    [InlineData("\u0016\u0003", ClientProtocol.Tls)]
    [InlineData("\u0015\u0003", ClientProtocol.Tls)]
    [InlineData("\u0016\u0004", ClientProtocol.Tls)]
    [InlineData("\u0016\u0010", ClientProtocol.Unknown)]
    public void First_bytes_say_the_protocol_as_soon_as_they_can(string text, ClientProtocol protocol) =>
        Assert.Equal(protocol, FirstBytes.Classify(Encoding.Latin1.GetBytes(text)));

    [Fact]
    public void The_answer_is_final_after_few_bytes_and_never_turns() => Gen.Char["GETPOSTH /*htp\r\n SH-\u0016\u0003"].Array[0, 40].Sample(text =>
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        ClientProtocol last = ClientProtocol.NeedMore;
        for (int length = 0; length <= bytes.Length; length++)
        {
            ClientProtocol now = FirstBytes.Classify(bytes.AsSpan(0, length));
            Assert.True(last == ClientProtocol.NeedMore || now == last);
            Assert.True(length < FirstBytes.MaxBytes || now != ClientProtocol.NeedMore);
            last = now;
        }
    }, iter: 5000);
}
