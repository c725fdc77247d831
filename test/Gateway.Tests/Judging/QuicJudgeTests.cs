using CsCheck;
using Exeat.Flows;
using Exeat.Gateway.Judging;
using Exeat.Policy;
using Exeat.Testing;
using Exeat.Wire;

namespace Exeat.Gateway.Tests.Judging;

public sealed partial class QuicJudgeTests
{
    private static readonly byte[] Id = [1, 2, 3, 4, 5, 6, 7, 8], Other = [9, 9, 9, 9, 9, 9, 9, 9], ServerId = [0xaa, 0xbb, 0xcc, 0xdd];

    public static TheoryData<bool> Families => [false, true];

    public static TheoryData<bool, uint> FamiliesAndVersions => new() { { false, QuicHeader.Version1 }, { true, QuicHeader.Version1 }, { false, QuicHeader.Version2 }, { true, QuicHeader.Version2 } };

    [Theory, MemberData(nameof(FamiliesAndVersions))]
    public void A_permitted_name_passes_and_is_marked_when_the_server_has_answered(bool v6, uint version)
    {
        using var bench = Bench(v6);
        Assert.Equal(bench.Pending, bench.Send(Initial(Hello(), version)).Mark);
        FlowEvent record = bench.LastDecision();
        Assert.Equal(("permit", "allow-quic", "dns+quic", "hello", "udp"), (record.Verdict, record.Rule, record.Proof, record.Stage, record.Protocol));
        Assert.Contains(record.Names, n => n is { Name: "openclaw.ai", Source: "sni" });
        Assert.Equal(bench.Watched, bench.Answer(Answered(Id, version)).Mark);
        Assert.Equal(bench.Watched, bench.Send(Short()).Mark);
        Assert.Equal(bench.Watched, bench.Send(Handshake(ServerId, version)).Mark);
        Assert.Equal(bench.Watched, bench.Send(Initial([2, 1, 0, 0, 0], version, to: ServerId, keys: Id)).Mark);
    }

    [Theory, MemberData(nameof(Families))]
    public void A_denied_or_unbound_name_is_answered_and_nothing_of_it_leaves(bool v6)
    {
        using var bench = Bench(v6);
        bench.Bind("api.openai.com");
        foreach ((string name, string reason) in (ReadOnlySpan<(string, string)>)[("evil.example", "default-deny"), ("x.openclaw.ai", "name-not-bound")])
        {
            Assert.Equal(bench.Refused, bench.Send(Initial(Hello(name))).Mark);
            Assert.Equal((reason, "deny", "udp"), (bench.LastDecision().Reason, bench.LastDecision().Verdict, bench.LastDecision().Protocol));
            Assert.Contains(bench.LastDecision().Names, n => n.Name == name);
        }
        Assert.Equal("refused", bench.Records()[^1].End);
        Assert.False(bench.Answer(Answered(Id)).Accept);
    }

    [Theory, MemberData(nameof(Families))]
    public void A_hello_over_several_datagrams_waits_in_the_queue_and_goes_on_in_order(bool v6)
    {
        using var bench = Bench(v6);
        byte[] message = (HelloBuilder.For("openclaw.ai") with { KeyShareBytes = 3000, ShuffleSeed = 3 }).Message();
        byte[][] pieces = [Frame(message, 1100, 2200), Frame(message, 2200, message.Length), Frame(message, 0, 1100)];
        Assert.True(bench.Send(Initial(pieces[0])).Holds && bench.Send(Initial(pieces[1], number: 1)).Holds);
        Assert.Equal(2, bench.Held.Count);
        // Sent again while the first copy waits: gone, and not held twice.
        Assert.Equal(default, bench.Send(Initial(pieces[0], number: 2)));
        Assert.Empty(bench.Held.Due);
        Assert.Equal(bench.Pending, bench.Send(Initial(pieces[2], number: 3)).Mark);
        Assert.Equal([(1u, true, bench.Pending), (2u, true, bench.Pending)], bench.Held.Due.Select(d => (d.Packet.Id, d.Accept, d.Mark)));
        Assert.Equal(0, bench.Held.Count);
    }

    [Fact]
    public void A_denied_hello_over_several_datagrams_drops_all_of_them()
    {
        using var bench = Bench();
        byte[] message = (HelloBuilder.For("evil.example") with { KeyShareBytes = 1500 }).Message();
        Assert.True(bench.Send(Initial(Frame(message, 0, 1100))).Holds);
        Assert.Equal(bench.Refused, bench.Send(Initial(Frame(message, 1100, message.Length), number: 1)).Mark);
        Assert.All(bench.Held.Due, d => Assert.False(d.Accept));
        Assert.Single(bench.Held.Due);
    }

    // Q1, Q2: however it is cut and in whatever order it comes, the decision is the same, and nothing is let go before it.
    [Fact]
    public void Any_cut_and_any_order_of_datagrams_leads_to_one_decision() => Gen.Select(Gen.Bool, Gen.Int[100, 2500], Gen.Int[60, 700], Gen.Int[0, 1000]).Sample((permitted, share, size, seed) =>
    {
        using var bench = Bench();
        byte[] message = (HelloBuilder.For(permitted ? "openclaw.ai" : "evil.example") with { KeyShareBytes = share, ShuffleSeed = seed }).Message();
        int count = Math.Max(1, Math.Min(HeldDatagrams.PerFlow, message.Length / size)), each = (message.Length + count - 1) / count;
        var random = new Random(seed);
        // Each datagram carries its piece as two frames, PING and PADDING around them.
        byte[][] datagrams = [.. Enumerable.Range(0, count).OrderBy(_ => random.Next()).Select((at, number) =>
        {
            int from = at * each, to = Math.Min(message.Length, from + each), middle = random.Next(from, to + 1);
            return Initial([1, .. Frame(message, middle, to), 0, 0, 1, .. Frame(message, from, middle)], number: (uint)number);
        })];
        for (int i = 0; i < datagrams.Length; i++)
        {
            Answer answer = bench.Send(datagrams[i]);
            if (i < datagrams.Length - 1) Assert.True(answer.Holds && bench.Held.Due.Count == 0);
            else Assert.Equal(permitted ? bench.Pending : bench.Refused, answer.Mark);
        }
        Assert.All(bench.Held.Due, d => Assert.Equal(permitted, d.Accept));
        Assert.Equal(datagrams.Length - 1, bench.Held.Due.Count);
    }, iter: 60);

    [Fact]
    public void Bytes_that_overlap_differently_are_refused()
    {
        using var bench = Bench();
        byte[] message = Hello();
        Assert.True(bench.Send(Initial(Frame(message, 0, 60))).Holds);
        byte[] changed = [.. message];
        changed[59] ^= 1;
        Assert.Equal(bench.Refused, bench.Send(Initial(Frame(changed, 40, message.Length), number: 1)).Mark);
        Assert.Equal("hello-replaced", bench.LastDecision().Reason);
    }

    [Fact]
    public void A_short_header_or_an_empty_datagram_before_the_server_has_answered_ends_the_flow()
    {
        foreach (byte[] datagram in (byte[][])[Short(), []])
        {
            using var bench = Bench();
            bench.Send(Initial(Hello()));
            Assert.Equal(bench.Refused, bench.Send(datagram).Mark);
            Assert.Equal("no-hello", bench.LastDecision().Reason);
        }
    }

    [Fact]
    public void What_was_approved_cannot_be_replaced_before_the_server_answers()
    {
        using var bench = Bench();
        bench.Send(Initial(Hello()));
        Assert.Equal(bench.Pending, bench.Send(Initial(Hello(), number: 1)).Mark);
        Assert.Equal(bench.Refused, bench.Send(Initial(Hello("evil.example"), number: 2)).Mark);
        Assert.Equal(("deny", "hello-replaced"), (bench.LastDecision().Verdict, bench.LastDecision().Reason));
        Assert.Single(bench.Deleted);
    }

    [Theory]
    [InlineData("short header", "no-name-proven")]
    [InlineData("0-RTT", "no-name-proven")]
    [InlineData("handshake", "no-name-proven")]
    [InlineData("junk", "no-name-proven")]
    [InlineData("unknown version", "quic-not-supported")]
    [InlineData("wrong keys", "no-name-proven")]
    [InlineData("empty", "no-name-proven")]
    public void What_is_no_Initial_proves_no_name(string what, string reason)
    {
        using var bench = Bench();
        byte[] datagram = what switch
        {
            "short header" => Short(),
            "0-RTT" => [0xd0, .. Handshake(Id)[1..]],
            "handshake" => Handshake(Id),
            "unknown version" => [0xc0, 0x1a, 0x2a, 0x3a, 0x4a, 8, .. Id, 0, .. new byte[1200]],
            "wrong keys" => Initial(Hello(), keys: Other),
            "empty" => [],
            _ => [.. Enumerable.Range(0, 200).Select(i => (byte)(i * 7))],
        };
        Assert.Equal(bench.Refused, bench.Send(datagram).Mark);
        Assert.Equal(("deny", reason), (bench.LastDecision().Verdict, bench.LastDecision().Reason));
    }

    [Fact]
    public void An_offset_beyond_the_cap_is_refused_before_it_costs_memory()
    {
        using var bench = Bench();
        Assert.Equal(bench.Refused, bench.Send(Initial(QuicInitialWriter.Crypto(1UL << 40, [1]))).Mark);
        Assert.Equal("limit-reached", bench.LastDecision().Reason);
    }

    [Theory, MemberData(nameof(Families))]
    public void Later_on_another_name_early_data_and_unknown_versions_are_dropped_and_recorded(bool v6)
    {
        using var bench = Permitted(v6);
        bench.Bind("x.openclaw.ai");
        int before = bench.Records().Count;
        (byte[] Datagram, string Reason)[] tricks =
        [
            (Initial(Hello("x.openclaw.ai"), to: Other), "hello-replaced"),
            (Initial(Hello("evil.example"), to: Other), "hello-replaced"),
            ([0xd0, .. Handshake(Other)[1..]], "no-hello"),
            (Handshake(Other), "no-hello"),
            ([0xc0, 0x1a, 0x2a, 0x3a, 0x4a, 8, .. Id, 0, .. new byte[1200]], "quic-not-supported"),
            (Initial(Hello("evil.example"), number: 9), "hello-replaced"),
            // Cut short: a server that is laxer with lengths than we are might read it.
            (Initial(Hello("evil.example"), to: Other)[..600], "malformed"),
        ];
        foreach ((byte[] datagram, string reason) in tricks)
        {
            Assert.Equal(default, bench.Send(datagram));
            Assert.Equal(("deny", reason), (bench.LastDecision().Verdict, bench.LastDecision().Reason));
        }
        Assert.Equal(before + tricks.Length, bench.Records().Count);
        // The connection itself lives on.
        Assert.Equal(bench.Watched, bench.Send(Short()).Mark);
        Assert.Equal(bench.Watched, bench.Send([0xd0, .. Handshake(Id)[1..]]).Mark);
    }

    [Fact]
    public void Another_connection_of_the_same_socket_to_the_same_name_is_judged_and_passes()
    {
        using var bench = Permitted();
        Assert.Equal(bench.Pending, bench.Send(Initial(Hello(), to: Other)).Mark);
        // The first connection's data goes on while the second waits for its answer.
        Assert.Equal(bench.Pending, bench.Send(Short()).Mark);
        Assert.Equal(bench.Watched, bench.Answer(Answered(Other)).Mark);
        Assert.Equal(bench.Watched, bench.Send(Handshake(ServerId)).Mark);
    }

    [Fact]
    public void A_Retry_gives_the_connection_another_id_and_the_hello_stays_the_same()
    {
        using var bench = Bench();
        bench.Send(Initial(Hello()));
        byte[] forged = [0xf0, 0, 0, 0, 1, 1, 7, 4, .. ServerId, .. "token"u8, .. new byte[16]];
        Assert.Equal(bench.Pending, bench.Answer(forged).Mark);
        Assert.Equal(bench.Pending, bench.Send(Initial(Hello(), to: ServerId)).Mark);
        Assert.Equal(2, bench.Records().Count(r => r.Verdict == "permit"));
    }

    [Fact]
    public void A_second_hello_after_a_retry_request_must_name_the_same()
    {
        using var bench = Permitted();
        byte[] first = Hello(), same = (HelloBuilder.For("openclaw.ai") with { KeyShareBytes = 90 }).Message(), other = Hello("evil.example");
        Assert.Equal(bench.Pending, bench.Send(Initial(QuicInitialWriter.Crypto((ulong)first.Length, same), number: 1, to: ServerId, keys: Id)).Mark);
        using var second = Permitted();
        Assert.Equal(default, second.Send(Initial(QuicInitialWriter.Crypto((ulong)first.Length, other), number: 1, to: ServerId, keys: Id)));
        Assert.Equal("hello-replaced", second.LastDecision().Reason);
    }

    [Fact]
    public void Two_hellos_at_once_are_refused()
    {
        using var bench = Bench();
        Assert.Equal(bench.Refused, bench.Send(Initial(QuicInitialWriter.Crypto(0, [.. Hello(), .. Hello("evil.example")]))).Mark);
        Assert.Equal("hello-replaced", bench.LastDecision().Reason);
    }

    // AES-GCM commits to no key; and a server that forgot a connection reads an Initial to its own id as a new one.
    [Fact]
    public void An_Initial_to_the_server_s_id_with_the_keys_of_that_id_is_another_connection()
    {
        using var bench = Permitted();
        Assert.Equal(default, bench.Send(Initial(Hello("evil.example"), to: ServerId)));
        Assert.Equal("hello-replaced", bench.LastDecision().Reason);
    }

    [Fact]
    public void Packets_of_two_connections_in_one_datagram_are_refused()
    {
        using var bench = Bench();
        byte[] one = QuicInitialWriter.Write(new QuicInitialDraft { Destination = Id, Frames = Frame(Hello(), 0, 50) });
        Assert.Equal(bench.Refused, bench.Send([.. one, .. Initial(Hello(), to: Other)]).Mark);
        Assert.Equal("malformed", bench.LastDecision().Reason);
    }

    [Fact]
    public void Merged_datagrams_pass_only_as_data_of_an_accepted_connection()
    {
        using var bench = Permitted();
        byte[] data = [.. Short(), .. new byte[2400]];
        Assert.Equal(bench.Watched, bench.Send(data, merged: true).Mark);
        Assert.Equal(default, bench.Send([.. Short(), .. new byte[1100], .. Initial(Hello("evil.example"), to: Other)], merged: true));
        using var fresh = Bench();
        Assert.Equal(fresh.Refused, fresh.Send(Initial(Hello()), merged: true).Mark);
    }

    [Fact]
    public void A_flow_without_its_hello_or_without_an_answer_ends()
    {
        using var bench = Bench();
        byte[] message = Hello();
        Assert.True(bench.Send(Initial(Frame(message, 0, 50))).Holds);
        bench.Send(Initial(message), from: 40001);
        bench.Time.Advance(TimeSpan.FromSeconds(11));
        bench.Quic.Sweep(bench.Snapshot, bench.Marks);
        bench.Commit();
        Assert.Single(bench.Held.Due, d => !d.Accept);
        Assert.Equal(["no-answer", "no-hello"], bench.Records().Where(r => r.Event == "end").Select(r => r.End).Order());
        Assert.Contains(bench.Records(), r => r.Reason == "no-hello");
    }

    [Fact]
    public void One_agent_holds_no_more_than_its_share_and_the_newcomer_is_refused()
    {
        using var bench = Bench();
        byte[] message = Hello();
        for (ushort port = 1; bench.Held.Count < HeldDatagrams.PerAgent; port++) Assert.True(bench.Send(Initial(Frame(message, 0, 50)), from: port).Holds);
        Assert.Equal(bench.Refused, bench.Send(Initial(Frame(message, 0, 50)), from: 5000).Mark);
        Assert.Equal("limit-reached", bench.LastDecision().Reason);
        Assert.Equal(bench.Pending, bench.Send(Initial(message), from: 5001).Mark);
        Assert.Empty(bench.Held.Due);
    }

    [Theory, MemberData(nameof(Families))]
    public void A_hello_in_more_datagrams_than_a_flow_may_hold_is_refused(bool v6)
    {
        using var bench = Bench(v6);
        byte[] message = Hello();
        for (uint i = 0; i < HeldDatagrams.PerFlow; i++) Assert.True(bench.Send(Initial(Frame(message, (int)i * 4, (int)i * 4 + 4), number: i)).Holds);
        Assert.Equal(bench.Refused, bench.Send(Initial(Frame(message, HeldDatagrams.PerFlow * 4, HeldDatagrams.PerFlow * 4 + 4), number: HeldDatagrams.PerFlow)).Mark);
        Assert.Equal("limit-reached", bench.LastDecision().Reason);
        Assert.All(bench.Held.Due, due => Assert.False(due.Accept));
    }

    [Theory, MemberData(nameof(Families))]
    public void Monitor_holds_nothing_and_records_what_would_be(bool v6)
    {
        using var bench = Bench(v6, "monitor");
        bench.Bind("evil.example");
        byte[] message = Hello("evil.example");
        Assert.Equal(bench.Pending, bench.Send(Initial(Frame(message, 0, 50))).Mark);
        Assert.Equal(bench.Watched, bench.Send(Initial(Frame(message, 50, message.Length), number: 1)).Mark);
        Assert.True(bench.LastDecision().WouldDeny);
        Assert.Equal(0, bench.Held.Count);
        Assert.Equal(bench.Watched, bench.Send(Short()).Mark);
    }

    [Fact]
    public void A_policy_change_ends_the_flow_at_its_next_packet_and_keeps_survivors_watched()
    {
        using var bench = Permitted();
        Assert.Equal(0, bench.Load("enforce"));
        Assert.Equal(bench.Watched, bench.Stamped[^1].Mark);
        Assert.Equal(1, bench.Load("enforce", text => text.Replace("protocol: udp, ports: [443]", "protocol: udp, ports: [444]", StringComparison.Ordinal)));
        Assert.Equal(0u, bench.Stamped[^1].Mark);
        Assert.Equal(bench.Refused, bench.Send(Short()).Mark);
        Assert.Equal("policy-changed", bench.LastDecision().Reason);
    }

    [Fact]
    public void An_address_permit_below_a_name_deny_passes_what_names_nobody_and_is_watched()
    {
        using var bench = new JudgeBench();
        bench.Load("enforce", text => text.Replace("to: {names: [bad]}, protocol: tcp, ports: [443]", "to: {names: [bad]}", StringComparison.Ordinal)
            .Replace("- {name: bad-plain", "# - {name: bad-plain", StringComparison.Ordinal)
            .Replace("to: {groups: [near]}, protocol: tcp", "to: {groups: [near]}, protocol: udp", StringComparison.Ordinal));
        byte[] rtp = [0x80, 96, .. new byte[170]];
        Assert.Equal(bench.Watched, bench.Send(rtp, to: bench.Near).Mark);
        Assert.Equal(default, bench.Send(Initial(Hello("api.openai.com")), to: bench.Near));
        Assert.Equal(("deny", "shadow-model-deny"), (bench.LastDecision().Verdict, bench.LastDecision().Rule));
        Assert.Equal(bench.Pending, bench.Send(Initial(Hello("other.example")), to: bench.Near).Mark);
        Assert.Equal("allow-near", bench.LastDecision().Rule);
    }

    [Fact]
    public void Known_flows_allocate_nothing_and_a_new_one_keeps_to_its_budget()
    {
        using var bench = Permitted();
        byte[] data = bench.Udp(Short()), handshake = bench.Udp(Handshake(ServerId)), back = PacketBuilder.Udp(bench.Server, 443, bench.Agent, 40000, [0x40, 1]);
        Assert.Equal(0, Allocations.Of(() => bench.Judge(1, data)));
        Assert.Equal(0, Allocations.Of(() => bench.Judge(1, handshake)));
        Assert.Equal(0, Allocations.Of(() => bench.Judge(2, back)));
        byte[] denied = bench.Udp(Initial(Hello("evil.example")));
        // A thousand of them: 8 KB each, mostly the room for a hello.
        Assert.InRange(Allocations.Of(() => bench.Judge(1, denied)), 0, 8_192_000);
    }

    private static JudgeBench Bench(bool v6 = false, string mode = "enforce")
    {
        var bench = new JudgeBench(v6, mode);
        bench.Bind("openclaw.ai");
        return bench;
    }

    private static JudgeBench Permitted(bool v6 = false)
    {
        JudgeBench bench = Bench(v6);
        Assert.Equal(bench.Pending, bench.Send(Initial(Hello())).Mark);
        Assert.Equal(bench.Watched, bench.Answer(Answered(Id)).Mark);
        return bench;
    }

    private static byte[] Hello(string name = "openclaw.ai") => HelloBuilder.For(name).Message();

    private static byte[] Frame(byte[] message, int from, int to) => QuicInitialWriter.Crypto((ulong)from, message.AsSpan(from, to - from));

    // A whole hello, or frames.
    private static byte[] Initial(byte[] content, uint version = QuicHeader.Version1, byte[]? to = null, byte[]? keys = null, uint number = 0) => QuicInitialWriter.Write(new QuicInitialDraft
    {
        Version = version,
        Destination = to ?? Id,
        KeyId = keys,
        Source = [7],
        Number = number,
        Frames = content.Length > 60 && content[0] == 1 && content[1] == 0 ? QuicInitialWriter.Crypto(0, content) : content,
        PadTo = 1200,
    });

    private static byte[] Answered(byte[] id, uint version = QuicHeader.Version1) => QuicInitialWriter.Write(new QuicInitialDraft
    {
        Version = version,
        Destination = [7],
        Source = ServerId,
        KeyId = id,
        OfServer = true,
        Frames = QuicInitialWriter.Crypto(0, [2, 0, 0, 90, .. new byte[90]]),
    });

    private static byte[] Handshake(byte[] id, uint version = QuicHeader.Version1) =>
        [(byte)(version == QuicHeader.Version1 ? 0xe0 : 0xf0), (byte)(version >> 24), (byte)(version >> 16), (byte)(version >> 8), (byte)version, (byte)id.Length, .. id, 1, 7, 0x40, 30, .. new byte[30]];

    private static byte[] Short() => [0x41, .. ServerId, .. Enumerable.Repeat((byte)5, 30)];
}
