using Exeat.Testing;
using Exeat.Wire;

namespace Exeat.Gateway.Tests.Judging;

/// <summary>Hellos that the server would read otherwise than the gateway did (T8, T10).</summary>
public sealed class HelloTrickTests
{
    [Fact]
    public void An_urgent_pointer_before_the_permit_is_refused_since_the_server_takes_that_byte_out_of_the_stream()
    {
        using var bench = new JudgeBench();
        bench.Bind("openclaw.ai");
        bench.Handshake();
        Assert.Equal(bench.Refused, bench.Client(TcpFlags.Ack | TcpFlags.Urg, 1, HelloBuilder.For("openclaw.ai").Build()).Mark);
        Assert.Equal("malformed", bench.LastDecision().Reason);
    }

    [Fact]
    public void An_urgent_pointer_without_bytes_is_refused_before_the_permit()
    {
        using var bench = new JudgeBench();
        bench.Bind("openclaw.ai");
        bench.Handshake();
        Assert.Equal(bench.Refused, bench.Client(TcpFlags.Ack | TcpFlags.Urg, 1).Mark);
    }

    [Fact]
    public void A_second_hello_in_the_same_segment_is_refused()
    {
        using var bench = new JudgeBench();
        bench.Bind("openclaw.ai");
        bench.Handshake();
        byte[] both = [.. HelloBuilder.For("openclaw.ai").Build(), 0x14, 3, 3, 0, 1, 1, .. HelloBuilder.For("evil.example").Build()];
        Assert.Equal(bench.Refused, bench.Client(TcpFlags.Ack, 1, both).Mark);
        Assert.Equal("hello-replaced", bench.LastDecision().Reason);
    }

    [Fact]
    public void Early_data_may_come_with_the_hello_but_not_before_a_retry()
    {
        foreach (bool retried in (ReadOnlySpan<bool>)[false, true])
        {
            using var bench = new JudgeBench();
            bench.Bind("openclaw.ai");
            bench.Handshake();
            byte[] hello = (HelloBuilder.For("openclaw.ai") with { Extra = [(42, [])] }).Build();
            byte[] early = [.. hello, 0x17, 3, 3, 0, 4, 1, 2, 3, 4];
            Assert.Equal(bench.Pending, bench.Client(TcpFlags.Ack, 1, early).Mark);
            byte[] random = retried ? [.. TlsServerHello.RetryRandom] : new byte[32];
            byte[] answer = [0x16, 3, 3, 0, 80, 2, 0, 0, 76, 3, 3, .. random, .. new byte[42]];
            uint end = (uint)early.Length + 1;
            Assert.Equal(retried ? bench.Pending : bench.Permitted, bench.World(TcpFlags.Ack, 1, end, answer).Mark);
            if (retried) Assert.Equal(bench.Refused, bench.Client(TcpFlags.Ack, end, HelloBuilder.For("openclaw.ai").Build()).Mark);
        }
    }
}
