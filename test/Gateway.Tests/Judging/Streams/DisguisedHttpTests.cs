using System.Text;
using Exeat.Gateway.Judging;
using Exeat.Testing;
using Exeat.Wire;

namespace Exeat.Gateway.Tests.Judging.Streams;

/// <summary>Requests that a lax server still reads, dressed up as another protocol: under a permit by address they must not get past a deny by name above it.</summary>
public sealed class DisguisedHttpTests
{
    private const string Rest = " HTTP/1.1\r\nHost: api.openai.com\r\n\r\n";

    public static TheoryData<string> Disguises => new()
    {
        // nginx, Node and Envoy pass over any number of line ends before a request.
        string.Concat(Enumerable.Repeat("\r\n", 40)) + "GET /" + Rest,
        new string('\n', 4000) + "GET /" + Rest,
        // nginx knows no longest method, and counts no spaces behind it.
        new string('A', 64) + " /" + Rest,
        "GET" + new string(' ', 64) + "/" + Rest,
        // nginx takes a target with any scheme, and the name in it; Go one without slashes.
        "GET ftp://api.openai.com/ HTTP/1.1\r\nHost: other.example\r\n\r\n",
        "GET a:b" + Rest,
        "GET here" + Rest,
        "GET abc://api.openai.com/\r\n",
        "SSH-X /" + Rest,
        // Python parts the line at every white space.
        "GET\v/" + Rest,
    };

    [Theory, MemberData(nameof(Disguises))]
    public void It_is_read_as_a_request_and_does_not_leave(string request)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(request);
        foreach (bool v6 in (ReadOnlySpan<bool>)[false, true])
        {
            foreach (int first in (ReadOnlySpan<int>)[bytes.Length, 33, 1])
            {
                using var bench = new JudgeBench(v6);
                bench.Handshake(bench.Near, port: 80);
                for (int at = 0; at < bytes.Length;)
                {
                    int take = at == 0 ? Math.Min(first, bytes.Length) : bytes.Length - at;
                    Answer said = bench.Client(TcpFlags.Ack, 1 + (uint)at, bytes[at..(at + take)], to: bench.Near, port: 80);
                    at += take;
                    Assert.False(said.Accept && !said.Refuses);
                }
                Assert.DoesNotContain(bench.Own, p => PacketView.TryRead(p, out PacketView own) && own.PayloadLength > 0);
                Assert.Equal("deny", bench.LastDecision().Verdict);
            }
        }
    }

    [Theory]
    [InlineData("EHLO httpd.example\r\n")]
    [InlineData("CONNECT {\"verbose\":false}\r\n")]
    [InlineData("SSH-2.0-Go\r\n")]
    [InlineData("USER httpuser\r\n")]
    [InlineData("get user:1\r\n")]
    [InlineData("*1\r\n$4\r\nPING\r\n")]
    public void Other_protocols_whose_first_line_is_no_request_pass_by_the_address(string line)
    {
        using var bench = new JudgeBench();
        bench.Handshake(bench.Near, port: 80);
        byte[] bytes = Encoding.ASCII.GetBytes(line);
        Assert.Equal(bench.Pending, bench.Client(TcpFlags.Ack, 1, bytes, to: bench.Near, port: 80).Mark);
        Assert.Equal(bench.Permitted, bench.World(TcpFlags.Ack, 1, 1 + (uint)bytes.Length, from: bench.Near, port: 80).Mark);
    }
}
