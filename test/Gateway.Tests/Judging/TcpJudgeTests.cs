using Exeat.Flows;
using Exeat.Gateway.Judging;
using Exeat.Testing;
using Exeat.Wire;

namespace Exeat.Gateway.Tests.Judging;

public sealed class TcpJudgeTests
{
    private static readonly byte[] ServerHello = [0x16, 3, 3, 0, 80, 2, 0, 0, 76, 3, 3, .. new byte[74]];

    public static TheoryData<bool> Families => [false, true];

    [Theory, MemberData(nameof(Families))]
    public void A_bound_and_permitted_name_is_permitted_only_when_the_server_has_the_whole_hello_and_answered(bool v6)
    {
        using var bench = new JudgeBench(v6);
        bench.Bind("openclaw.ai");
        byte[] hello = HelloBuilder.For("openclaw.ai").Build();
        Assert.Equal(bench.Pending, bench.Handshake().Mark);
        Assert.Empty(bench.Records());
        Answer said = bench.Client(TcpFlags.Ack | TcpFlags.Psh, 1, hello);
        Assert.Equal((true, bench.Pending), (said.Accept, said.Mark));
        Assert.Equal(("permit", "allow-core", "dns+sni"), (bench.LastDecision().Verdict, bench.LastDecision().Rule, bench.LastDecision().Proof));
        Assert.Equal(bench.Pending, bench.World(TcpFlags.Ack, 1, (uint)hello.Length).Mark);
        Assert.Equal(bench.Pending, bench.World(TcpFlags.Ack, 1, (uint)hello.Length + 1).Mark);
        Assert.Equal(bench.Pending, bench.World(TcpFlags.Ack, 1, (uint)hello.Length + 1, ServerHello[..11]).Mark);
        Assert.Equal(bench.Permitted, bench.World(TcpFlags.Ack, 12, (uint)hello.Length + 1, ServerHello[11..]).Mark);
    }

    [Theory, MemberData(nameof(Families))]
    public void An_address_that_no_rule_can_permit_is_refused_at_the_SYN(bool v6)
    {
        using var bench = new JudgeBench(v6);
        Assert.Equal(bench.Refused, bench.Client(TcpFlags.Syn).Mark);
        Assert.Equal(("deny", "default-deny", "first-packet", true), (bench.LastDecision().Verdict, bench.LastDecision().Rule, bench.LastDecision().Stage, bench.LastDecision().Enforced));
        Assert.Empty(bench.Resets);
    }

    [Theory, MemberData(nameof(Families))]
    public void A_hello_that_names_another_host_is_refused_and_both_ends_are_reset(bool v6)
    {
        using var bench = new JudgeBench(v6);
        bench.Bind("openclaw.ai");
        bench.Handshake();
        Answer said = bench.Client(TcpFlags.Ack, 1, HelloBuilder.For("evil.example").Build());
        Assert.Equal(bench.Refused, said.Mark);
        byte[] reset = Assert.Single(bench.Resets);
        Assert.True(PacketView.TryRead(reset, out PacketView view));
        Assert.Equal((bench.Server, TcpFlags.Rst, 1001u), (view.Destination.ToString(), view.Flags, view.Sequence));
        Assert.Single(bench.Deleted);
        Assert.Equal("evil.example", bench.LastDecision().Names.Single(n => n.Source == "sni").Name);
    }

    [Fact]
    public void An_allowed_name_towards_an_address_it_was_never_answered_is_refused_with_its_own_reason()
    {
        using var bench = new JudgeBench();
        bench.Bind("docs.openclaw.ai");
        bench.Handshake();
        Assert.Equal(bench.Refused, bench.Client(TcpFlags.Ack, 1, HelloBuilder.For("openclaw.ai").Build()).Mark);
        Assert.Equal("name-not-bound", bench.LastDecision().Reason);
    }

    [Fact]
    public void No_SNI_proves_no_name()
    {
        using var bench = new JudgeBench();
        bench.Bind("openclaw.ai");
        bench.Handshake();
        Assert.Equal(bench.Refused, bench.Client(TcpFlags.Ack, 1, new HelloBuilder().Build()).Mark);
        Assert.Equal("no-name-proven", bench.LastDecision().Reason);
    }

    [Fact]
    public void Until_the_server_has_the_hello_other_bytes_in_its_place_are_refused_and_later_bytes_do_not_pass()
    {
        using var bench = new JudgeBench();
        bench.Bind("openclaw.ai");
        byte[] hello = HelloBuilder.For("openclaw.ai").Build();
        bench.Handshake();
        bench.Client(TcpFlags.Ack, 1, hello);
        Assert.Equal(bench.Pending, bench.Client(TcpFlags.Ack, 1, hello).Mark);
        Assert.Equal(bench.Pending, bench.Client(TcpFlags.Ack, 11, hello[10..50]).Mark);
        Assert.False(bench.Client(TcpFlags.Ack, (uint)hello.Length + 1, [1, 2, 3]).Accept);
        Assert.False(bench.Client(TcpFlags.Ack, 1, [.. hello, 7]).Accept);
        byte[] other = [.. hello];
        other[^1] ^= 1;
        Assert.Equal(bench.Refused, bench.Client(TcpFlags.Ack, 1, other).Mark);
        Assert.Equal("hello-replaced", bench.LastDecision().Reason);
        Assert.Equal(bench.Refused, bench.Client(TcpFlags.Ack, 1, hello).Mark);
    }

    [Fact]
    public void After_a_HelloRetryRequest_a_second_hello_must_name_the_same()
    {
        foreach ((string second, bool passes) in (ReadOnlySpan<(string, bool)>)[("openclaw.ai", true), ("docs.openclaw.ai", false)])
        {
            using var bench = new JudgeBench();
            bench.Bind("openclaw.ai");
            bench.Bind("docs.openclaw.ai");
            byte[] hello = HelloBuilder.For("openclaw.ai").Build();
            bench.Handshake();
            bench.Client(TcpFlags.Ack, 1, hello);
            byte[] retry = [0x16, 3, 3, 0, 80, 2, 0, 0, 76, 3, 3, .. TlsServerHello.RetryRandom, .. new byte[42]];
            uint end = (uint)hello.Length + 1;
            Assert.Equal(bench.Pending, bench.World(TcpFlags.Ack, 1, end, retry).Mark);
            byte[] again = [0x14, 3, 3, 0, 1, 1, .. HelloBuilder.For(second).Build()];
            Answer said = bench.Client(TcpFlags.Ack, end, again);
            Assert.Equal(passes ? bench.Pending : bench.Refused, said.Mark);
            if (!passes) continue;
            Assert.Equal(bench.Permitted, bench.World(TcpFlags.Ack, 86, end + (uint)again.Length, [0x16]).Mark);
        }
    }

    [Fact]
    public void A_SYN_on_a_living_tuple_deletes_the_entry_and_is_not_let_through()
    {
        using var bench = new JudgeBench();
        Assert.Equal(bench.Permitted, bench.Client(TcpFlags.Syn, to: bench.Near, port: 8080).Mark);
        Answer said = bench.Client(TcpFlags.Syn, 70000, to: bench.Near, port: 8080, mark: bench.Marks.Reused);
        Assert.False(said.Accept);
        Assert.Single(bench.Deleted);
        Assert.Equal("tuple-reused", bench.LastDecision().Reason);
    }

    [Fact]
    public void A_SYN_with_data_is_refused()
    {
        using var bench = new JudgeBench();
        bench.Bind("openclaw.ai");
        Assert.Equal(bench.Refused, bench.Client(TcpFlags.Syn, 0, [1]).Mark);
        Assert.Equal("syn-with-data", bench.LastDecision().Reason);
    }

    [Fact]
    public void An_address_permit_without_a_name_deny_for_the_port_is_permitted_at_the_SYN()
    {
        using var bench = new JudgeBench();
        Assert.Equal(bench.Permitted, bench.Client(TcpFlags.Syn, to: bench.Near, port: 8080).Mark);
        Assert.Equal("allow-plain", bench.LastDecision().Rule);
    }

    [Fact]
    public void An_address_permit_below_a_name_deny_waits_for_the_hello()
    {
        using var bench = new JudgeBench();
        Assert.Equal(bench.Pending, bench.Handshake(bench.Near).Mark);
        Assert.Equal(bench.Refused, bench.Client(TcpFlags.Ack, 1, HelloBuilder.For("api.openai.com").Build(), bench.Near).Mark);
        Assert.Equal("shadow-model-deny", bench.LastDecision().Rule);
    }

    // Each of these is answered by OpenSSL, nginx or Go as api.openai.com, though none is a hello that we accept.
    public static TheoryData<string, byte[]> HellosThatOthersRead => new()
    {
        { "a port behind the name", HelloBuilder.For("api.openai.com:443").Build() },
        { "two names", new HelloBuilder { ServerNames = [(1, [1]), (0, "api.openai.com"u8.ToArray())] }.Build() },
        { "an extension twice", (HelloBuilder.For("api.openai.com") with { Extra = [(0x4a4a, []), (0x4a4a, [])] }).Build() },
        { "too many extensions", (HelloBuilder.For("api.openai.com") with { Extra = [.. Enumerable.Range(0x4000, 140).Select(i => ((ushort)i, Array.Empty<byte>()))] }).Build() },
        { "a version that Go does not look at", [0x16, 4, 1, .. HelloBuilder.For("api.openai.com").Build().AsSpan(3)] },
        { "a warning first", [0x15, 3, 1, 0, 2, 1, 0, .. HelloBuilder.For("api.openai.com").Build()] },
        { "an empty record first", [0x16, 3, 1, 0, 0, .. HelloBuilder.For("api.openai.com").Build()] },
    };

    [Theory, MemberData(nameof(HellosThatOthersRead))]
    public void A_hello_that_only_the_server_can_read_does_not_slip_below_a_name_deny(string trick, byte[] hello)
    {
        using var bench = new JudgeBench();
        Assert.Equal(bench.Pending, bench.Handshake(bench.Near).Mark);
        Assert.True(bench.Client(TcpFlags.Ack, 1, hello, bench.Near).Mark == bench.Refused, trick);
        Assert.Equal(("shadow-model-deny", "name-unreadable"), (bench.LastDecision().Rule, bench.LastDecision().Reason));
    }

    [Fact]
    public void Monitor_records_the_denial_and_lets_pass_without_holding()
    {
        using var bench = new JudgeBench(mode: "monitor");
        bench.Bind("openclaw.ai");
        bench.Handshake();
        Assert.Equal(bench.Permitted, bench.Client(TcpFlags.Ack, 1, HelloBuilder.For("evil.example").Build()).Mark);
        Assert.Equal(("deny", false, "monitor"), (bench.LastDecision().Verdict, bench.LastDecision().Enforced, bench.LastDecision().Mode));
        Assert.Equal("deny", bench.LastDecision().Would!.Verdict);
        Assert.Empty(bench.Resets);
    }

    [Fact]
    public void Switching_from_monitor_to_enforce_ends_what_only_monitor_let_pass()
    {
        using var bench = new JudgeBench(mode: "monitor");
        bench.Bind("openclaw.ai");
        bench.Handshake();
        bench.Client(TcpFlags.Ack, 1, HelloBuilder.For("evil.example").Build());
        Assert.Equal(1, bench.Load("enforce"));
        Assert.Equal(0u, Assert.Single(bench.Stamped).Mark);
        Assert.Equal(bench.Refused, bench.Client(TcpFlags.Ack, 600, [1]).Mark);
        Assert.Equal("policy-changed", bench.LastDecision().Reason);
    }

    [Fact]
    public void A_policy_change_stamps_survivors_anew()
    {
        using var bench = new JudgeBench();
        bench.Client(TcpFlags.Syn, to: bench.Near, port: 8080);
        Assert.Equal(0, bench.Load("enforce"));
        Assert.Equal(bench.Permitted, Assert.Single(bench.Stamped).Mark);
    }

    [Fact]
    public void A_flow_without_a_hello_in_time_is_ended_and_recorded()
    {
        using var bench = new JudgeBench();
        bench.Bind("openclaw.ai");
        bench.Handshake();
        bench.Time.Advance(TimeSpan.FromSeconds(11));
        bench.Tcp.Sweep(bench.Snapshot);
        bench.Tcp.Send();
        bench.Give(1, 0, PacketBuilder.Udp(bench.Agent, 5, bench.Server, 9, [1]));
        Assert.Equal(2, bench.Resets.Count);
        Assert.Contains(bench.Records(), e => e.Reason == "no-hello");
    }

    // A server that is down, or one family of it: nobody refused anything, whatever the mode.
    [Theory, InlineData(false, "enforce"), InlineData(true, "enforce"), InlineData(false, "monitor"), InlineData(true, "monitor")]
    public void A_server_that_does_not_answer_is_no_denial(bool v6, string mode)
    {
        using var bench = new JudgeBench(v6, mode);
        bench.Bind("openclaw.ai");
        Assert.Equal(bench.Pending, bench.Client(TcpFlags.Syn).Mark);
        bench.Time.Advance(TimeSpan.FromSeconds(11));
        bench.Tcp.Sweep(bench.Snapshot);
        bench.Tcp.Send();
        bench.Give(1, 0, PacketBuilder.Udp(bench.Agent, 5, bench.Server, 9, [1]));
        FlowEvent told = Assert.Single(bench.Records(), e => e is { Event: "decision", Reason: "no-hello" });
        Assert.Equal(("pending", (string?)null), (told.Verdict, told.Denial));
        Assert.Contains(bench.Records(), e => e is { Event: "end", End: "no-answer" });
    }

    // After a reboot, or when somebody emptied the kernel's table: pooled connections would wait for a quarter of an hour.
    [Theory, MemberData(nameof(Families))]
    public void Bytes_that_the_kernel_takes_for_nothing_never_pass_and_are_answered_only_when_there_is_no_such_connection(bool v6)
    {
        using var bench = new JudgeBench(v6);
        Assert.Equal(bench.Permitted, bench.Client(TcpFlags.Syn, to: bench.Near, port: 8080).Mark);
        bench.Existing.Add(new FlowKey(PacketBuilder.At(bench.Agent), 40000, PacketBuilder.At(bench.Near), 8080, FlowKey.Tcp));
        // A number outside the window of a connection that lives.
        Assert.False(bench.Client(TcpFlags.Ack, 1 << 24, [1], to: bench.Near, port: 8080, mark: bench.Marks.Reused).Accept);
        Assert.Equal(("deny", "malformed", "coding-1"), (bench.LastDecision().Verdict, bench.LastDecision().Reason, bench.LastDecision().Agent));
        bench.Existing.Clear();
        Assert.Equal(bench.Refused, bench.Client(TcpFlags.Ack | TcpFlags.Psh, 1 << 24, [1], to: bench.Near, port: 8080, mark: bench.Marks.Reused).Mark);
        Assert.Equal("no-anchor", bench.LastDecision().Reason);
        Assert.Empty(bench.Resets);
    }

    // A server that is started by the connection, or has much to do: clients wait longer for it than for one that does not take the hello at all.
    [Theory, MemberData(nameof(Families))]
    public void A_server_that_has_the_hello_may_take_a_minute_for_its_answer(bool v6)
    {
        using var bench = new JudgeBench(v6);
        bench.Bind("openclaw.ai");
        byte[] hello = HelloBuilder.For("openclaw.ai").Build();
        foreach (ushort from in (ushort[])[40000, 40001])
        {
            bench.Handshake(from: from);
            bench.Client(TcpFlags.Ack, 1, hello, from: from);
        }
        bench.World(TcpFlags.Ack, 1, (uint)hello.Length + 1);
        bench.Time.Advance(TimeSpan.FromSeconds(11));
        bench.Tcp.Sweep(bench.Snapshot);
        bench.Commit();
        Assert.Equal(40001, Assert.Single(bench.Records(), e => e is { Event: "end", End: "no-answer" }).SourcePort);
        Assert.Equal(bench.Permitted, bench.World(TcpFlags.Ack, 1, (uint)hello.Length + 1, ServerHello).Mark);
        // And no longer.
        bench.Handshake(from: 40002);
        bench.Client(TcpFlags.Ack, 1, hello, from: 40002);
        bench.World(TcpFlags.Ack, 1, (uint)hello.Length + 1, to: 40002);
        bench.Time.Advance(TimeSpan.FromSeconds(61));
        bench.Tcp.Sweep(bench.Snapshot);
        bench.Commit();
        Assert.Contains(bench.Records(), e => e is { Event: "end", End: "no-answer", SourcePort: 40002 });
    }

    // Also below a deny by name, where the rule itself needs no name on the wire.
    [Theory, MemberData(nameof(Families))]
    public void A_flow_that_waits_when_the_gateway_stops_has_its_record(bool v6)
    {
        using var bench = new JudgeBench(v6);
        bench.Load("enforce", text => text + "\n- {name: allow-ssh, priority: 80, from: [coders], to: {names: [core]}, protocol: tcp, ports: [22], action: permit, proof: dns, owner: sec, why: git}\n"
            + "- {name: bad-ssh, priority: 75, from: [coders], to: {names: [bad]}, protocol: tcp, ports: [22], action: deny}\n");
        bench.Bind("openclaw.ai");
        bench.Bind("api.openai.com");
        bench.Client(TcpFlags.Syn, to: bench.Near, port: 8080, from: 40001);
        // One has its SYN-ACK, one not even that, one is a hello of which the half is there.
        Assert.Equal(bench.Pending, bench.Handshake(port: 22, from: 40002).Mark);
        Assert.Equal(bench.Pending, bench.Client(TcpFlags.Syn, from: 40003).Mark);
        bench.Handshake(from: 40004);
        bench.Client(TcpFlags.Ack, 1, HelloBuilder.For("openclaw.ai").Build()[..40], from: 40004);
        // Control: without a stop nothing is said of them.
        Assert.Equal(40001, Assert.Single(bench.Records()).SourcePort);
        bench.Tcp.RecordUnjudged(bench.Snapshot);
        bench.Commit();
        FlowEvent[] told = [.. bench.Records().Skip(1)];
        Assert.Equal([40002, 40003, 40004], told.Where(e => e.Event == "decision").Select(e => e.SourcePort).Order());
        Assert.All(told.Where(e => e.Event == "decision"), e => Assert.Equal(("pending", "no-hello", "coding-1"), (e.Verdict, e.Reason, e.Agent)));
        Assert.Equal([40002, 40003, 40004], told.Where(e => e is { Event: "end", End: "no-hello" }).Select(e => e.SourcePort).Order());
    }

    [Fact]
    public void Bytes_of_a_connection_nobody_saw_begin_are_refused()
    {
        using var bench = new JudgeBench();
        bench.Bind("openclaw.ai");
        Assert.Equal(bench.Refused, bench.Client(TcpFlags.Ack, 1, HelloBuilder.For("openclaw.ai").Build()).Mark);
        Assert.Equal("no-anchor", bench.LastDecision().Reason);
        // Nobody hears a number of the agent's choice, unless the kernel knows the connection.
        Assert.Empty(bench.Resets);
        bench.Existing.Add(new FlowKey(PacketBuilder.At(bench.Agent), 40000, PacketBuilder.At(bench.Server), 443, FlowKey.Tcp));
        bench.Client(TcpFlags.Ack, 1, [1]);
        Assert.Single(bench.Resets);
    }

    [Theory, InlineData("enforce"), InlineData("monitor")]
    public void Quarantine_ends_live_flows_and_refuses_new_ones_in_either_mode(string mode)
    {
        using var bench = new JudgeBench(mode: mode);
        bench.Client(TcpFlags.Syn, to: bench.Near, port: 8080);
        Assert.Equal(1, bench.Load(mode, quarantined: true));
        Assert.Equal(bench.Refused, bench.Client(TcpFlags.Ack, 5, [1], bench.Near, 8080).Mark);
        Assert.Equal(bench.Refused, bench.Client(TcpFlags.Syn, to: bench.Near, port: 8080, from: 40002).Mark);
        Assert.Equal(("quarantine", true), (bench.LastDecision().Rule, bench.LastDecision().Enforced));
    }
}
