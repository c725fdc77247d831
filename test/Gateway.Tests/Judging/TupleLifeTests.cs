using Exeat.Gateway.Judging;
using Exeat.Gateway.Records;
using Exeat.Testing;
using Exeat.Wire;

namespace Exeat.Gateway.Tests.Judging;

/// <summary>Flows that end, begin again, change hands or lose their record.</summary>
public sealed class TupleLifeTests
{
    [Fact]
    public void The_late_end_of_an_older_entry_does_not_end_the_newer_connection_of_the_same_tuple()
    {
        using var bench = new JudgeBench();
        bench.Client(TcpFlags.Syn, to: bench.Near, port: 8080);
        FlowKey key = KeyOf(bench, bench.Near, 8080);
        bench.Existing.Add(key);
        bench.Tcp.Ended(key, new FlowCounts(1, 2, 3, 4), bench.Snapshot);
        Assert.DoesNotContain(bench.Records(), e => e.Event == "end");
        bench.Existing.Clear();
        bench.Tcp.Ended(key, new FlowCounts(1, 2, 3, 4), bench.Snapshot);
        bench.Commit();
        Assert.Contains(bench.Records(), e => e.Event == "end");
    }

    // The answer is under way, or lost on the agent's link: the server sends it again. The SYN itself goes nowhere (T15).
    [Theory, InlineData(false), InlineData(true)]
    public void A_SYN_sent_again_when_the_server_has_answered_does_not_end_what_its_address_permits(bool v6)
    {
        using var bench = new JudgeBench(v6);
        Assert.Equal(bench.Permitted, bench.Client(TcpFlags.Syn, to: bench.Near, port: 8080).Mark);
        Assert.Equal(bench.Permitted, bench.Client(TcpFlags.Syn, to: bench.Near, port: 8080).Mark);
        Assert.False(bench.Client(TcpFlags.Syn, to: bench.Near, port: 8080, mark: bench.Marks.Reused).Accept);
        Assert.Empty(bench.Deleted);
        // Another number is another connection.
        Assert.False(bench.Client(TcpFlags.Syn, 5, to: bench.Near, port: 8080, mark: bench.Marks.Reused).Accept);
        Assert.Single(bench.Deleted);
    }

    // A client that only listens sends nothing by which it could be told.
    [Theory, InlineData(false), InlineData(true)]
    public void What_a_policy_change_ends_is_told_to_both_ends_when_the_server_speaks_first(bool v6)
    {
        using var bench = new JudgeBench(v6);
        bench.Client(TcpFlags.Syn, to: bench.Near, port: 8080);
        Assert.Equal(1, bench.Load("enforce", text => text.Replace("ports: [8080]", "ports: [8081]", StringComparison.Ordinal)));
        Assert.False(bench.World(TcpFlags.Ack, 701, 301, [1], from: bench.Near, port: 8080).Accept);
        Assert.Equal([(bench.Near, 1301u), (bench.Agent, 5701u)], bench.Resets.Select(r => PacketView.TryRead(r, out PacketView view) ? (view.Destination.ToString(), view.Sequence) : default));
    }

    [Fact]
    public void A_connection_does_not_pass_to_the_next_agent_that_has_the_address()
    {
        using var bench = new JudgeBench();
        bench.Bind("openclaw.ai");
        bench.Client(TcpFlags.Syn, to: bench.Near, port: 8080);
        Assert.Equal(1, bench.Load("enforce", agent: "coding-2"));
        Assert.Single(bench.Deleted);
    }

    [Fact]
    public void What_a_policy_change_ends_loses_its_mark_so_that_no_later_generation_can_match_it()
    {
        using var bench = new JudgeBench();
        bench.Client(TcpFlags.Syn, to: bench.Near, port: 8080);
        Assert.Equal(1, bench.Load("enforce", text => text.Replace("ports: [8080]", "ports: [8081]", StringComparison.Ordinal)));
        Assert.Equal(0u, Assert.Single(bench.Stamped).Mark);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void UDP_that_monitor_let_pass_is_refused_and_recorded_once_when_enforced(bool v6)
    {
        using var bench = new JudgeBench(v6, "monitor");
        byte[] packet = PacketBuilder.Udp(bench.Agent, 5000, bench.Server, 123, [1]);
        Assert.Equal(bench.Permitted, bench.Give(1, 0, packet).Mark);
        Assert.Equal(1, bench.Load("enforce"));
        Assert.Equal(bench.Refused, bench.Give(1, 0, packet).Mark);
        Assert.Equal(bench.Refused, bench.Give(1, 0, packet).Mark);
        Assert.Single(bench.Records(), e => e.Reason == "policy-changed" && e.Enforced == true);
    }

    [Fact]
    public void A_permit_without_a_record_leaves_nothing_behind_that_would_fill_the_table()
    {
        using var bench = new JudgeBench();
        for (int i = 0; i < 5000; i++)
        {
            Answer said = bench.Client(TcpFlags.Syn, to: bench.Near, port: 8080, from: (ushort)(10000 + i));
            Assert.NotNull(said.Permit);
            bench.Tcp.Withdraw(said.Permit);
        }
    }

    [Fact]
    public void A_flow_that_the_kernel_no_longer_has_is_ended_even_if_no_event_said_so()
    {
        using var bench = new JudgeBench();
        bench.Client(TcpFlags.Syn, to: bench.Near, port: 8080);
        bench.Tcp.EndMissing(new Dictionary<FlowKey, FlowCounts>(), bench.Snapshot);
        bench.Commit();
        Assert.DoesNotContain(bench.Records(), e => e.Event == "end");
        bench.Time.Advance(TimeSpan.FromMinutes(2));
        bench.Tcp.EndMissing(new Dictionary<FlowKey, FlowCounts> { [KeyOf(bench, bench.Near, 8080)] = default }, bench.Snapshot);
        bench.Commit();
        Assert.DoesNotContain(bench.Records(), e => e.Event == "end");
        bench.Tcp.EndMissing(new Dictionary<FlowKey, FlowCounts>(), bench.Snapshot);
        bench.Commit();
        Assert.Contains(bench.Records(), e => e.Event == "end");
    }

    [Fact]
    public void A_hello_approved_in_monitor_and_replaced_before_the_server_had_it_does_not_outlive_the_switch_to_enforce()
    {
        using var bench = new JudgeBench(mode: "monitor");
        bench.Bind("openclaw.ai");
        bench.Handshake();
        byte[] hello = HelloBuilder.For("openclaw.ai").Build();
        Assert.True(bench.Client(TcpFlags.Ack, 1, hello).Accept);
        byte[] other = HelloBuilder.For("evil.example").Build();
        Assert.Equal(bench.Permitted, bench.Client(TcpFlags.Ack, 1, other).Mark);
        Assert.Equal(("hello-replaced", false), (bench.LastDecision().Reason, bench.LastDecision().Enforced));
        Assert.Equal(1, bench.Load("enforce"));
        Assert.Equal(bench.Refused, bench.Client(TcpFlags.Ack, (uint)other.Length + 1, [1]).Mark);
    }

    [Fact]
    public void Monitor_holds_no_bytes_behind_the_hello_and_a_proven_flow_outlives_the_switch_to_enforce()
    {
        using var bench = new JudgeBench(mode: "monitor");
        bench.Bind("openclaw.ai");
        bench.Handshake();
        byte[] hello = HelloBuilder.For("openclaw.ai").Build();
        bench.Client(TcpFlags.Ack, 1, hello);
        Assert.True(bench.Client(TcpFlags.Ack, (uint)hello.Length + 1, [1, 2, 3]).Accept);
        byte[] answer = [0x16, 3, 3, 0, 80, 2, 0, 0, 76, 3, 3, .. new byte[74]];
        Assert.Equal(bench.Permitted, bench.World(TcpFlags.Ack, 1, (uint)hello.Length + 4, answer).Mark);
        Assert.Equal(0, bench.Load("enforce"));
        Assert.Equal(bench.Permitted, bench.Client(TcpFlags.Ack, (uint)hello.Length + 4, [1]).Mark);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_second_hello_that_monitor_let_go_ahead_of_the_retry_does_not_outlive_the_switch_to_enforce(bool answered)
    {
        using var bench = new JudgeBench(mode: "monitor");
        bench.Bind("openclaw.ai");
        bench.Handshake();
        byte[] hello = HelloBuilder.For("openclaw.ai").Build();
        bench.Client(TcpFlags.Ack, 1, hello);
        uint end = (uint)hello.Length + 1;
        Assert.True(bench.Client(TcpFlags.Ack, end, HelloBuilder.For("evil.example").Build()).Accept);
        bench.World(TcpFlags.Ack, 1, end, [0x16, 3, 3, 0, 80, 2, 0, 0, 76, 3, 3, .. TlsServerHello.RetryRandom, .. new byte[42]]);
        if (answered)
        {
            // The server has other bytes there already.
            bench.Client(TcpFlags.Ack, end, hello);
            bench.World(TcpFlags.Ack, 86, end + (uint)hello.Length, [1]);
            Assert.Equal(("hello-replaced", false), (bench.LastDecision().Reason, bench.LastDecision().Enforced));
        }
        Assert.Equal(1, bench.Load("enforce"));
        Assert.Equal(bench.Refused, bench.Client(TcpFlags.Ack, end, hello).Mark);
    }

    [Fact]
    public void Monitor_leaves_a_silent_client_alone()
    {
        using var bench = new JudgeBench(mode: "monitor");
        bench.Bind("openclaw.ai");
        bench.Handshake();
        bench.Time.Advance(TimeSpan.FromSeconds(11));
        bench.Tcp.Sweep(bench.Snapshot);
        bench.Tcp.Send();
        bench.Commit();
        Assert.Empty(bench.Resets);
        Assert.Empty(bench.Deleted);
        Assert.Equal(("no-hello", false), (bench.LastDecision().Reason, bench.LastDecision().Enforced));
        Assert.Equal(bench.Permitted, bench.Client(TcpFlags.Ack, 1, HelloBuilder.For("openclaw.ai").Build()).Mark);
    }

    private static FlowKey KeyOf(JudgeBench bench, string to, ushort port) => new(PacketBuilder.At(bench.Agent), 40000, PacketBuilder.At(to), port, FlowKey.Tcp);
}
