using Exeat.Testing;
using Exeat.Wire;

namespace Exeat.Gateway.Tests.Judging;

/// <summary>Hellos that the server would read otherwise than the gateway did (T8, T10).</summary>
public sealed class HelloTrickTests
{
    [Fact]
    public void A_SYN_bit_on_the_clients_bytes_is_refused_since_servers_count_them_from_another_place()
    {
        foreach (bool bytes in (ReadOnlySpan<bool>)[false, true])
        {
            using var bench = new JudgeBench();
            bench.Bind("openclaw.ai");
            bench.Handshake();
            Assert.Equal(bench.Refused, bench.Client(TcpFlags.Syn | TcpFlags.Ack, 1, bytes ? HelloBuilder.For("openclaw.ai").Build() : []).Mark);
            Assert.Equal("malformed", bench.LastDecision().Reason);
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_SYN_of_the_same_number_begins_no_other_flow_while_an_approved_hello_may_be_under_way(bool refused)
    {
        using var bench = new JudgeBench();
        bench.Bind("openclaw.ai");
        bench.Bind("docs.openclaw.ai");
        bench.Handshake();
        byte[] hello = HelloBuilder.For("openclaw.ai").Build();
        Assert.Equal(bench.Pending, bench.Client(TcpFlags.Ack, 1, hello).Mark);
        if (refused) Assert.Equal(bench.Refused, bench.Client(TcpFlags.Ack, 1, new byte[100]).Mark);
        Assert.Equal((false, 0u), (bench.Client(TcpFlags.Syn).Accept, bench.Client(TcpFlags.Syn).Mark));
        Assert.Equal("tuple-reused", bench.LastDecision().Reason);
        bench.World(TcpFlags.Syn | TcpFlags.Ack, 0, 1);
        Assert.NotEqual(bench.Pending, bench.Client(TcpFlags.Ack, 1, HelloBuilder.For("docs.openclaw.ai").Build()).Mark);
    }

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

    [Fact]
    public void Nothing_comes_along_with_the_hello_that_answers_a_retry()
    {
        using var bench = new JudgeBench();
        bench.Bind("openclaw.ai");
        bench.Handshake();
        byte[] hello = HelloBuilder.For("openclaw.ai").Build();
        bench.Client(TcpFlags.Ack, 1, hello);
        uint end = (uint)hello.Length + 1;
        bench.World(TcpFlags.Ack, 1, end, [0x16, 3, 3, 0, 80, 2, 0, 0, 76, 3, 3, .. TlsServerHello.RetryRandom, .. new byte[42]]);
        Assert.Equal(bench.Refused, bench.Client(TcpFlags.Ack, end, [.. hello, .. HelloBuilder.For("evil.example").Build()]).Mark);
        Assert.Equal("hello-replaced", bench.LastDecision().Reason);
    }

    [Fact]
    public void A_second_hello_does_not_pass_as_early_data()
    {
        using var bench = new JudgeBench();
        bench.Bind("openclaw.ai");
        bench.Handshake();
        byte[] hello = (HelloBuilder.For("openclaw.ai") with { EarlyData = true }).Build();
        Assert.Equal(bench.Refused, bench.Client(TcpFlags.Ack, 1, [.. hello, .. HelloBuilder.For("evil.example").Build()]).Mark);
        Assert.Equal("hello-replaced", bench.LastDecision().Reason);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_SYN_that_is_sent_again_carries_no_data_either(bool v6)
    {
        using var bench = new JudgeBench(v6);
        bench.Bind("openclaw.ai");
        Assert.Equal(bench.Pending, bench.Client(TcpFlags.Syn).Mark);
        Assert.Equal(bench.Pending, bench.Client(TcpFlags.Syn).Mark);
        Assert.Equal(bench.Refused, bench.Client(TcpFlags.Syn, 0, [1, 2, 3]).Mark);
        Assert.Equal("syn-with-data", bench.LastDecision().Reason);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_SYN_never_rides_on_a_permit_that_another_connection_has_proven_answered_or_not(bool v6)
    {
        using var bench = new JudgeBench(v6);
        bench.Bind("openclaw.ai");
        bench.Handshake();
        byte[] hello = HelloBuilder.For("openclaw.ai").Build();
        bench.Client(TcpFlags.Ack, 1, hello);
        byte[] answer = [0x16, 3, 3, 0, 80, 2, 0, 0, 76, 3, 3, .. new byte[74]];
        Assert.Equal(bench.Permitted, bench.World(TcpFlags.Ack, 1, (uint)hello.Length + 1, answer).Mark);
        // The kernel has forgotten the connection, a packet of the client's made a new entry with the permit's mark, and nobody answered: not "established" to the ruleset.
        Assert.Equal(bench.Permitted, bench.Client(TcpFlags.Ack, 500).Mark);
        Assert.Equal(bench.Pending, bench.Client(TcpFlags.Syn, 20_000).Mark);
        bench.World(TcpFlags.Syn | TcpFlags.Ack, 0, 20_001);
        Assert.Equal(bench.Refused, bench.Client(TcpFlags.Ack, 20_001, HelloBuilder.For("evil.example").Build()).Mark);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_SYN_ACK_that_answers_another_SYN_is_no_anchor(bool v6)
    {
        using var bench = new JudgeBench(v6);
        bench.Bind("openclaw.ai");
        bench.Client(TcpFlags.Syn);
        Assert.False(bench.World(TcpFlags.Syn | TcpFlags.Ack, 0, 101).Accept);
        Assert.True(bench.World(TcpFlags.Syn | TcpFlags.Ack, 0, 1).Accept);
        // What begins at the other one's number leaves a gap before it.
        Assert.False(bench.Client(TcpFlags.Ack, 101, HelloBuilder.For("openclaw.ai").Build()).Accept);
        Assert.Empty(bench.Own);
        Assert.Empty(bench.Records());
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_SYN_sent_again_to_an_address_that_is_permitted_is_one_attempt(bool v6)
    {
        using var bench = new JudgeBench(v6);
        Assert.Equal(bench.Permitted, bench.Client(TcpFlags.Syn, to: bench.Near, port: 8080).Mark);
        Assert.Equal(bench.Permitted, bench.Client(TcpFlags.Syn, to: bench.Near, port: 8080).Mark);
        Assert.Single(bench.Records());
    }

    // First bytes of MongoDB and MySQL, by their length: no server reads a name in them. The address permits, with a deny by name above.
    [Theory, InlineData(false), InlineData(true)]
    public void Lengths_of_other_protocols_that_begin_like_a_record_are_no_TLS(bool v6)
    {
        foreach (byte[] bytes in (byte[][])[[0x16, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0xdd, 7, 0, 0], [0x14, 1, 0, 1, 0x85, 0xa6, 0xff, 0x19], [0x17, 2, 0, 1, 0x85, 0xa6, 0xff, 0x19]])
        {
            using var bench = new JudgeBench(v6);
            bench.Handshake(bench.Near);
            Assert.Equal(bench.Pending, bench.Client(TcpFlags.Ack, 1, bytes, bench.Near).Mark);
            Assert.Equal(("permit", "allow-near"), (bench.LastDecision().Verdict, bench.LastDecision().Rule));
        }
    }

    // What one server or another passes over before it reads the hello, in one piece and byte by byte.
    [Theory, InlineData(false), InlineData(true)]
    public void Records_that_servers_pass_over_hide_no_name_from_a_deny(bool v6)
    {
        byte[] hello = HelloBuilder.For("api.openai.com").Build();
        foreach (byte[] before in (byte[][])[[], [22, 3, 1, 0, 0], [22, 1, 0, 0, 0], [20, 3, 3, 0, 0], [20, 3, 3, 0, 1, 1], [21, 3, 3, 0, 2, 1, 90], [21, 3, 3, 0, 1, 1], [21, 1, 0, 0, 3, 0, 0, 0], [23, 3, 3, 0, 0]])
        {
            using var bench = new JudgeBench(v6);
            byte[] bytes = [.. before, .. hello];
            bench.Handshake(bench.Near);
            Assert.Equal(bench.Refused, bench.Client(TcpFlags.Ack, 1, bytes, bench.Near).Mark);
            bench.Handshake(bench.Near, from: 40001);
            int sent = 0;
            while (sent < bytes.Length && bench.Client(TcpFlags.Ack, (uint)(1 + sent), [bytes[sent]], bench.Near, from: 40001) is var answer && answer.Mark != bench.Refused)
            {
                Assert.False(answer.Accept, $"byte {sent} behind {Convert.ToHexString(before)} left");
                sent++;
            }
            Assert.True(sent < bytes.Length, $"nothing was refused behind {Convert.ToHexString(before)}");
        }
    }
}
