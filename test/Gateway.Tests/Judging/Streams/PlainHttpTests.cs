using System.Text;
using Exeat.Gateway.Judging;
using Exeat.Policy;
using Exeat.Testing;
using Exeat.Wire;

namespace Exeat.Gateway.Tests.Judging.Streams;

/// <summary>Plain HTTP where names decide: every head is judged, and the connection never becomes the kernel's (H1, H2).</summary>
public sealed partial class PlainHttpTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: openclaw.ai\r\n\r\n";
    private const string GetOther = "GET / HTTP/1.1\r\nHost: docs.openclaw.ai\r\n\r\n";
    private const string GetEvil = "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n";

    [Theory, InlineData(false), InlineData(true)]
    public void Requests_to_a_permitted_name_pass_and_stay_in_the_queue_both_ways(bool v6)
    {
        using JudgeBench bench = Bench(v6);
        FarSide far = Open(bench);
        int sent = 0;
        for (int i = 0; i < 5; i++)
        {
            Answer said = far.Send(sent, Ascii(Get));
            Assert.Equal((true, bench.Pending), (said.Accept, said.Mark));
            sent += Get.Length;
            Assert.Equal(bench.Pending, far.Acknowledge(Ascii("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")).Mark);
        }
        Assert.Equal(("permit", "allow-web", "dns+host", "hello"), Of(Assert.Single(bench.Records())));
        Assert.Empty(bench.Own);
    }

    [Fact]
    public void A_later_request_to_another_permitted_name_is_recorded_and_one_to_a_denied_name_ends_both_ways()
    {
        using JudgeBench bench = Bench(false);
        FarSide far = Open(bench);
        far.Send(0, Ascii(Get));
        far.Acknowledge();
        Assert.True(far.Send(Get.Length, Ascii(GetOther)).Accept);
        far.Acknowledge();
        Assert.Equal(("permit", "allow-web", "dns+host", "request"), Of(bench.LastDecision()));
        int end = Get.Length + GetOther.Length;
        Assert.Equal(bench.Refused, far.Send(end, Ascii(GetEvil)).Mark);
        Assert.Equal(("deny", "default-deny", "address", "request"), Of(bench.LastDecision()));
        Assert.Equal("evil.example", bench.LastDecision().Names.Single(n => n.Source == "host").Name);
        Assert.Equal(end, far.Count);
        Assert.True(PacketView.TryRead(Assert.Single(bench.Resets), out PacketView reset));
        Assert.Equal((bench.Server, 1001u + (uint)end), (reset.Destination.ToString(), reset.Sequence));
        Assert.Single(bench.Deleted);
    }

    [Fact]
    public void A_pipelined_request_to_a_denied_name_takes_what_came_with_it_along()
    {
        using JudgeBench bench = Bench(true);
        FarSide far = Open(bench);
        Assert.Equal(bench.Refused, far.Send(0, Ascii(Get + GetEvil)).Mark);
        Assert.Equal(0, far.Count);
    }

    [Fact]
    public void Two_requests_cut_anywhere_leave_whole_or_not_at_all_behind_the_first()
    {
        byte[] both = Ascii("POST /a HTTP/1.1\r\nHost: openclaw.ai\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n" + GetOther);
        int first = both.Length - GetOther.Length;
        using JudgeBench bench = Bench(false);
        for (int cut = 1; cut < both.Length; cut++)
        {
            FarSide far = Open(bench, (ushort)(10_000 + cut));
            far.Send(0, both[..cut]);
            int head = Encoding.ASCII.GetString(both).IndexOf("3\r\nabc", StringComparison.Ordinal);
            Assert.Equal(cut < head ? 0 : Math.Min(cut, first), far.Count);
            bench.Wait(30);
            far.Send(cut, both[cut..]);
            Assert.Equal(both, far.Bytes);
            bench.Own.Clear();
        }
        Assert.DoesNotContain(bench.Records(), e => e.Verdict == "deny");
    }

    // RFC 9112, 2.2: clients of old end a body with a line end that belongs to nothing.
    [Theory, InlineData(false), InlineData(true)]
    public void One_empty_line_behind_a_request_passes_at_once_wherever_it_is_cut(bool v6)
    {
        byte[] both = Ascii("POST /a HTTP/1.1\r\nHost: openclaw.ai\r\nContent-Length: 3\r\n\r\nabc\r\n" + GetOther);
        int first = both.Length - GetOther.Length;
        using JudgeBench bench = Bench(v6);
        for (int cut = first - 4; cut < both.Length; cut++)
        {
            FarSide far = Open(bench, (ushort)(10_000 + cut));
            far.Send(0, both[..cut]);
            // Half a line may be the beginning of anything.
            Assert.Equal(cut == first - 1 ? first - 2 : Math.Min(cut, first), far.Count);
            bench.Wait(30);
            far.Send(cut, both[cut..]);
            Assert.Equal(both, far.Bytes);
            bench.Own.Clear();
        }
        Assert.DoesNotContain(bench.Records(), e => e.Verdict == "deny");
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_connection_that_ends_its_request_with_an_empty_line_may_stay_idle(bool v6)
    {
        using JudgeBench bench = Bench(v6);
        FarSide far = Open(bench);
        far.Send(0, Ascii(Get + "\r\n"));
        far.Acknowledge();
        bench.Time.Advance(TimeSpan.FromMinutes(1));
        bench.Tcp.Sweep(bench.Snapshot);
        Assert.True(far.Send(Get.Length + 2, Ascii(Get)).Accept);
        Assert.Empty(bench.Deleted);
    }

    [Theory]
    [InlineData("\r\n\r\n" + Get)]
    [InlineData("\n" + Get)]
    [InlineData("\r" + Get)]
    [InlineData("\r\n " + Get)]
    [InlineData("\r\n\0" + Get)]
    [InlineData("\r\n" + GetEvil)]
    public void More_than_one_empty_line_or_another_one_is_refused(string more)
    {
        foreach (bool v6 in (ReadOnlySpan<bool>)[false, true])
        {
            using JudgeBench bench = Bench(v6);
            FarSide far = Open(bench);
            far.Send(0, Ascii(Get));
            Assert.Equal(bench.Refused, far.Send(Get.Length, Ascii(more)).Mark);
            Assert.Equal(Get.Length, far.Count);
            Assert.Equal("deny", bench.LastDecision().Verdict);
            // Before any request there is none.
            far = Open(bench, 40001);
            Assert.Equal(bench.Refused, far.Send(0, Ascii("\r\n" + Get)).Mark);
            Assert.Equal(0, far.Count);
        }
    }

    [Fact]
    public void A_denied_second_head_in_pieces_leaves_nothing_of_itself()
    {
        using JudgeBench bench = Bench(true);
        for (int cut = 1; cut < GetEvil.Length; cut++)
        {
            FarSide far = Open(bench, (ushort)(10_000 + cut));
            far.Send(0, Ascii(Get));
            far.Acknowledge();
            far.Send(Get.Length, Ascii(GetEvil[..cut]));
            bench.Wait(30);
            Assert.Equal(bench.Refused, far.Send(Get.Length + cut, Ascii(GetEvil[cut..])).Mark);
            bench.Wait(300);
            far.Look();
            Assert.Equal(Get.Length, far.Count);
        }
    }

    [Theory]
    [InlineData("POST / HTTP/1.1\r\nHost: openclaw.ai\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n", "http-ambiguous")]
    [InlineData("GET / HTTP/1.1\r\nHost: openclaw.ai\r\nHost: openclaw.ai\r\n\r\n", "http-ambiguous")]
    [InlineData("GET http://evil.example/ HTTP/1.1\r\nHost: openclaw.ai\r\n\r\n", "http-ambiguous")]
    [InlineData("GET / HTTP/1.1\nHost: openclaw.ai\n\n", "http-ambiguous")]
    [InlineData("GET / HTTP/1.1\r\nHost: openclaw.ai\r\nUpgrade: h2c\r\n\r\n", "http-upgrade")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "http-upgrade")]
    [InlineData("CONNECT openclaw.ai:80 HTTP/1.1\r\nHost: openclaw.ai\r\n\r\n", "http-upgrade")]
    public void What_servers_read_differently_is_refused_first_or_later(string request, string reason)
    {
        using JudgeBench bench = Bench(false);
        // Where a rule denies names, that rule denies what cannot be read; here none does.
        bench.Load("enforce", text => text.Replace("ports: [80], action: deny", "ports: [81], action: deny", StringComparison.Ordinal));
        FarSide far = Open(bench);
        Assert.Equal(bench.Refused, far.Send(0, Ascii(request)).Mark);
        Assert.Equal((reason, "hello"), (bench.LastDecision().Reason, bench.LastDecision().Stage));
        far = Open(bench, 40001);
        far.Send(0, Ascii(Get));
        Assert.Equal(bench.Refused, far.Send(Get.Length, Ascii(request)).Mark);
        Assert.Equal((reason, "request"), (bench.LastDecision().Reason, bench.LastDecision().Stage));
        Assert.Equal(Get.Length, far.Count);
    }

    [Fact]
    public void A_chunk_that_servers_read_differently_ends_the_connection()
    {
        using JudgeBench bench = Bench(false);
        FarSide far = Open(bench);
        byte[] head = Ascii("POST / HTTP/1.1\r\nHost: openclaw.ai\r\nTransfer-Encoding: chunked\r\n\r\n");
        far.Send(0, head);
        Assert.Equal(bench.Refused, far.Send(head.Length, Ascii("3;a\n\r\nabc")).Mark);
        Assert.Equal("http-ambiguous", bench.LastDecision().Reason);
    }

    [Fact]
    public void By_name_it_is_refused_on_the_port_of_HTTPS()
    {
        using JudgeBench bench = Bench(false);
        FarSide far = Open(bench, port: 443);
        Assert.Equal(bench.Refused, far.Send(0, Ascii(Get)).Mark);
        Assert.Equal("http-not-supported", bench.LastDecision().Reason);
    }

    [Fact]
    public void Below_a_deny_by_name_an_address_permit_holds_for_each_request()
    {
        using JudgeBench bench = Bench(true);
        FarSide far = new(bench, 40000, bench.Near, 80);
        bench.Handshake(bench.Near, 80);
        Assert.Equal(bench.Pending, far.Send(0, Ascii(GetEvil)).Mark);
        Assert.Equal(("permit", "allow-near-web", "address", "hello"), Of(bench.LastDecision()));
        Assert.Equal(bench.Pending, far.Acknowledge().Mark);
        Assert.Equal(bench.Refused, far.Send(GetEvil.Length, Ascii("GET / HTTP/1.1\r\nHost: api.openai.com\r\n\r\n")).Mark);
        Assert.Equal(("deny", "bad-plain"), (bench.LastDecision().Verdict, bench.LastDecision().Rule));
    }

    [Theory]
    [InlineData("get / HTTP/1.1\r\nHost: api.openai.com\r\n\r\n")]
    [InlineData("\r\nGET / HTTP/1.1\r\nHost: api.openai.com\r\n\r\n")]
    [InlineData("REPORT / HTTP/1.1\r\nHost: api.openai.com\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost : api.openai.com\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: api.openai.com:80x\r\n\r\n")]
    public void A_request_that_only_some_server_reads_does_not_slip_below_a_deny_by_name(string request)
    {
        using JudgeBench bench = Bench(false);
        FarSide far = new(bench, 40000, bench.Near, 80);
        bench.Handshake(bench.Near, 80);
        Assert.Equal(bench.Refused, far.Send(0, Ascii(request)).Mark);
        Assert.Equal("bad-plain", bench.LastDecision().Rule);
    }

    [Fact]
    public void A_server_that_speaks_first_and_a_client_that_names_nobody_pass_below_a_deny_by_name()
    {
        using JudgeBench bench = Bench(false);
        FarSide far = new(bench, 40000, bench.Near, 80);
        bench.Handshake(bench.Near, 80);
        Assert.Equal(bench.Pending, bench.World(TcpFlags.Ack, 1, 1, Ascii("SSH-2.0-x\r\n"), bench.Near, 80).Mark);
        Assert.Equal(bench.Pending, far.Send(0, Ascii("SSH-2.0-y\r\n")).Mark);
        Assert.Equal(bench.Permitted, far.Acknowledge(Ascii("x")).Mark);
    }

    [Fact]
    public void What_the_server_has_not_acknowledged_must_come_again_as_it_was()
    {
        using JudgeBench bench = Bench(false);
        FarSide far = Open(bench);
        far.Send(0, Ascii(Get));
        Assert.True(far.Send(0, Ascii(Get)).Accept);
        Assert.Equal(bench.Refused, far.Send(0, Ascii(Get.Replace("openclaw.ai", "openclaw.xy", StringComparison.Ordinal))).Mark);
        Assert.Equal("hello-replaced", bench.LastDecision().Reason);
    }

    [Fact]
    public void What_the_server_has_is_answered_by_the_gateway_and_does_not_leave_again()
    {
        using JudgeBench bench = Bench(false);
        FarSide far = Open(bench);
        far.Send(0, Ascii(Get));
        far.Acknowledge(Ascii("HTTP/1.1 200 OK\r\n"));
        Assert.False(far.Send(0, Ascii(GetEvil[..Get.Length])).Accept);
        Assert.True(PacketView.TryRead(Assert.Single(bench.Own), out PacketView view));
        Assert.Equal((0, 1001u + (uint)Get.Length), (view.PayloadLength, view.Acknowledgement));
    }

    [Fact]
    public void An_upload_beyond_what_is_kept_waits_for_the_server()
    {
        using JudgeBench bench = Bench(false);
        FarSide far = Open(bench);
        byte[] head = Ascii("POST / HTTP/1.1\r\nHost: openclaw.ai\r\nContent-Length: 1000000\r\n\r\n"), block = new byte[60_000];
        far.Send(0, head);
        long sent = head.Length;
        while (far.Send(sent, block).Accept) sent += block.Length;
        Assert.InRange(sent, 200_000, 256 * 1024);
        bench.World(TcpFlags.Ack, 1, (uint)sent + 1, port: 80);
        Assert.True(far.Send(sent, block).Accept);
    }

    // What was in flight beyond the room was dropped. Once the server has all before it, nothing is kept, and the client still sends from far ahead.
    [Fact]
    public void An_upload_that_runs_ahead_of_what_was_dropped_goes_on_where_it_was()
    {
        using JudgeBench bench = Bench(false);
        FarSide far = Open(bench);
        byte[] head = Ascii("POST / HTTP/1.1\r\nHost: openclaw.ai\r\nContent-Length: 1000000\r\n\r\n"), block = new byte[60_000];
        far.Send(0, head);
        long sent = head.Length;
        while (far.Send(sent, block).Accept) sent += block.Length;
        bench.World(TcpFlags.Ack, 1, (uint)sent + 1, port: 80);
        Assert.Equal(default, far.Send(sent + (5 * block.Length), block));
        Assert.Empty(bench.Resets);
        Assert.True(far.Send(sent, block).Accept);
    }

    [Fact]
    public void A_head_that_does_not_end_in_time_ends_the_connection()
    {
        using JudgeBench bench = Bench(false);
        FarSide far = Open(bench);
        far.Send(0, Ascii(Get));
        far.Acknowledge();
        bench.Time.Advance(TimeSpan.FromMinutes(5));
        bench.Tcp.Sweep(bench.Snapshot);
        Assert.Equal(default, far.Send(Get.Length, Ascii(Get[..10])));
        bench.Tcp.Sweep(bench.Snapshot);
        Assert.Empty(bench.Deleted);
        bench.Time.Advance(TimeSpan.FromSeconds(11));
        bench.Tcp.Sweep(bench.Snapshot);
        bench.Tcp.Send();
        bench.Commit();
        Assert.Equal(("no-hello", "request"), (bench.LastDecision().Reason, bench.LastDecision().Stage));
        Assert.Equal(2, bench.Resets.Count);
        Assert.Single(bench.Deleted);
    }

    [Fact]
    public void A_policy_change_ends_or_keeps_a_connection_by_its_last_request()
    {
        using JudgeBench bench = Bench(false);
        FarSide far = Open(bench);
        far.Send(0, Ascii(Get));
        far.Acknowledge();
        Assert.Equal(0, bench.Load("enforce"));
        Assert.Equal(bench.Pending, Assert.Single(bench.Stamped).Mark);
        Assert.True(far.Send(Get.Length, Ascii(Get)).Accept);
        Assert.Equal(1, bench.Load("enforce", text => text.Replace("ports: [80], action: permit", "ports: [81], action: permit", StringComparison.Ordinal)));
        Assert.Equal(bench.Refused, far.Send(2 * Get.Length, Ascii(Get)).Mark);
        Assert.Equal("policy-changed", bench.LastDecision().Reason);
    }

    [Fact]
    public void Monitor_judges_each_and_holds_nothing()
    {
        using JudgeBench bench = Bench(false, "monitor");
        FarSide far = Open(bench);
        Assert.Equal(bench.Pending, far.Send(0, Ascii(Get[..9])).Mark);
        Assert.Equal(bench.Pending, far.Send(9, Ascii(Get[9..])).Mark);
        Assert.Equal(("permit", "allow-web", "dns+host", "hello"), Of(bench.LastDecision()));
        Assert.True(far.Send(Get.Length, Ascii(GetEvil)).Accept);
        Assert.Equal(("deny", "default-deny", "address", "request"), Of(bench.LastDecision()));
        Assert.False(bench.LastDecision().Enforced);
        Assert.Empty(bench.Own);
        Assert.Empty(bench.Resets);
    }

    [Fact]
    public void An_upload_allocates_nothing_in_steady_state()
    {
        using JudgeBench bench = Bench(false);
        FarSide far = Open(bench);
        far.Send(0, Ascii("POST / HTTP/1.1\r\nHost: openclaw.ai\r\nContent-Length: 10000000\r\n\r\n"));
        uint at = (uint)far.Count;
        byte[][] blocks = [.. Enumerable.Range(0, 1200).Select(i => PacketBuilder.Tcp(bench.Agent, 40000, bench.Server, 80, TcpFlags.Ack, 1001 + at + (uint)(1000 * i), 5001, new byte[1000]))];
        byte[][] acks = [.. Enumerable.Range(1, 1200).Select(i => PacketBuilder.Tcp(bench.Server, 80, bench.Agent, 40000, TcpFlags.Ack, 5001, 1001 + at + (uint)(1000 * i)))];
        int next = 0;
        Assert.Equal(0, Allocations.Of(() =>
        {
            bench.Judge(1, blocks[next]);
            bench.Judge(2, acks[next++]);
        }));
    }

    private static FarSide Open(JudgeBench bench, ushort from = 40000, ushort port = 80)
    {
        bench.Handshake(port: port, from: from);
        return new FarSide(bench, from, port: port);
    }

    private static JudgeBench Bench(bool v6, string mode = "enforce")
    {
        var bench = new JudgeBench(v6, mode);
        bench.Bind("openclaw.ai");
        bench.Bind("docs.openclaw.ai");
        return bench;
    }

    private static (string?, string?, string?, string?) Of(Exeat.Flows.FlowEvent record) => (record.Verdict, record.Rule, record.Proof, record.Stage);

    private static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);
}
