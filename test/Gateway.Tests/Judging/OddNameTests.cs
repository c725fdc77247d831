using System.Text;
using Exeat.Testing;
using Exeat.Wire;

namespace Exeat.Gateway.Tests.Judging;

/// <summary>Odd names on the wire (D14 of docs/escapes.md) in ClientHellos of TLS and QUIC and in Host. The policy permits openclaw.ai and what lies below it.</summary>
public sealed class OddNameTests
{
    private const string Bound = "openclaw.ai", Below = "a_b.xn--bcher-kva.openclaw.ai";

    public static TheoryData<string> Same => ["OpenClaw.AI", "openclaw.ai.", "OPENCLAW.AI.", "a_B.XN--bcher-kva.openclaw.ai"];

    public static TheoryData<string> Others => new()
    {
        "evilopenclaw.ai", "openclaw.ai.evil.example", "openclaw.ai..", ".openclaw.ai", "openclaw..ai", "openclaw.ai\0", "openclaw.ai\0.evil.example", "openclaw.ai ", " openclaw.ai",
        "openclaw.ai\r\n", "openclaw\\.ai", "openclaw.ai:443x", "openclaw.ai/", "evil@openclaw.ai", "*.openclaw.ai", "xn--penclaw-9yf.ai", "open\u00e7law.ai", "openclaw", "openclaw.ai.ai",
        new string('a', 64) + ".openclaw.ai", string.Join('.', Enumerable.Repeat(new string('a', 60), 4)) + ".openclaw.ai", "", ".", "203.0.113.1",
    };

    [Theory, MemberData(nameof(Same))]
    public void Another_spelling_of_a_bound_name_is_that_name(string name)
    {
        foreach (bool v6 in (ReadOnlySpan<bool>)[false, true])
        {
            using JudgeBench bench = Bench(v6);
            bench.Handshake();
            Assert.Equal(bench.Pending, bench.Client(TcpFlags.Ack, 1, Hello(name).Build()).Mark);
            Assert.Equal(("permit", "allow-core"), (bench.LastDecision().Verdict, bench.LastDecision().Rule));
            Assert.Equal(bench.Pending, bench.Send(Initial(name)).Mark);
            Assert.Equal(("permit", "allow-quic"), (bench.LastDecision().Verdict, bench.LastDecision().Rule));
            bench.Handshake(port: 80, from: 40001);
            Assert.Equal(bench.Pending, bench.Client(TcpFlags.Ack, 1, Get(name), port: 80, from: 40001).Mark);
            Assert.Equal(("permit", "allow-web"), (bench.LastDecision().Verdict, bench.LastDecision().Rule));
        }
    }

    [Theory, MemberData(nameof(Others))]
    public void What_only_looks_like_a_bound_name_is_refused_and_nothing_of_it_leaves(string name)
    {
        foreach (bool v6 in (ReadOnlySpan<bool>)[false, true])
        {
            using JudgeBench bench = Bench(v6);
            bench.Handshake();
            Assert.Equal(bench.Refused, bench.Client(TcpFlags.Ack, 1, Hello(name).Build()).Mark);
            Assert.Equal(("deny", "tcp"), (bench.LastDecision().Verdict, bench.LastDecision().Protocol));
            Assert.Equal(bench.Refused, bench.Send(Initial(name)).Mark);
            Assert.Equal(("deny", "udp"), (bench.LastDecision().Verdict, bench.LastDecision().Protocol));
            Assert.DoesNotContain(bench.Held.Due, due => due.Accept);
            // White space around a field's value, and a port, are no part of the name in Host.
            if (name.Trim() == Bound) continue;
            bench.Handshake(port: 80, from: 40001);
            Assert.Equal(bench.Refused, bench.Client(TcpFlags.Ack, 1, Get(name), port: 80, from: 40001).Mark);
            Assert.Equal("deny", bench.LastDecision().Verdict);
            Assert.DoesNotContain(bench.Own, own => PacketView.TryRead(own, out PacketView view) && view.PayloadLength > 0);
        }
    }

    // Permitted by its address below a deny by name: a server that reads the name laxly must not be asked for it.
    [Theory, InlineData("API.OpenAI.com"), InlineData("api.openai.com."), InlineData("api.openai.com\0"), InlineData("api.openai.com "), InlineData("api.openai.com.."), InlineData("api\t.openai.com")]
    public void Another_spelling_of_a_denied_name_does_not_slip_below_its_deny(string name)
    {
        foreach (bool v6 in (ReadOnlySpan<bool>)[false, true])
        {
            using JudgeBench bench = Bench(v6);
            bench.Handshake(bench.Near);
            Assert.Equal(bench.Refused, bench.Client(TcpFlags.Ack, 1, Hello(name).Build(), bench.Near).Mark);
            Assert.Equal(("deny", "shadow-model-deny"), (bench.LastDecision().Verdict, bench.LastDecision().Rule));
            bench.Handshake(bench.Near, port: 80, from: 40001);
            Assert.Equal(bench.Refused, bench.Client(TcpFlags.Ack, 1, Get(name), bench.Near, port: 80, from: 40001).Mark);
            Assert.Equal(("deny", "bad-plain"), (bench.LastDecision().Verdict, bench.LastDecision().Rule));
        }
    }

    private static JudgeBench Bench(bool v6)
    {
        var bench = new JudgeBench(v6);
        bench.Bind(Bound);
        bench.Bind(Below);
        return bench;
    }

    private static HelloBuilder Hello(string name) => new() { ServerNames = [(0, Encoding.Latin1.GetBytes(name))] };

    private static byte[] Initial(string name) => QuicInitialWriter.Write(new QuicInitialDraft
    {
        Destination = [1, 2, 3, 4, 5, 6, 7, 8],
        Source = [7],
        Frames = QuicInitialWriter.Crypto(0, Hello(name).Message()),
        PadTo = 1200,
    });

    private static byte[] Get(string name) => Encoding.Latin1.GetBytes($"GET / HTTP/1.1\r\nHost: {name}\r\n\r\n");
}
