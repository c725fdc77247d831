using Exeat.Flows;
using Exeat.Gateway.Judging;
using Exeat.Gateway.Records;
using Exeat.Testing;
using Exeat.Wire;

namespace Exeat.Gateway.Tests.Judging;

public sealed class OtherPacketsTests
{
    public static TheoryData<bool> Families => [false, true];

    [Theory, MemberData(nameof(Families))]
    public void UDP_is_refused_and_recorded(bool v6)
    {
        using var bench = new JudgeBench(v6);
        Assert.Equal(bench.Refused, bench.Give(1, 0, PacketBuilder.Udp(bench.Agent, 5000, bench.Server, 123, [1, 2])).Mark);
        Assert.Equal(("deny", "default-deny", "udp"), (bench.LastDecision().Verdict, bench.LastDecision().Reason, bench.LastDecision().Protocol));
    }

    [Theory, MemberData(nameof(Families))]
    public void An_ICMP_error_of_an_agent_is_refused_even_in_monitor(bool v6)
    {
        using var bench = new JudgeBench(v6, "monitor");
        byte[] error = PacketBuilder.Icmp(bench.Agent, bench.Server, (byte)(v6 ? 1 : 3), 1, new byte[900]);
        Assert.Equal(bench.Refused, bench.Give(1, 0, error).Mark);
        Assert.True(bench.LastDecision().Enforced);
    }

    [Theory, MemberData(nameof(Families))]
    public void Monitor_lets_an_echo_pass_as_would_deny(bool v6)
    {
        using var bench = new JudgeBench(v6, "monitor");
        byte[] echo = PacketBuilder.Icmp(bench.Agent, bench.Server, (byte)(v6 ? 128 : 8), 0, new byte[8]);
        Assert.Equal(bench.Permitted, bench.Give(1, 0, echo).Mark);
        Assert.True(bench.LastDecision().WouldDeny);
    }

    [Theory, MemberData(nameof(Families))]
    public void Echo_passes_by_rule_only_and_only_small(bool v6)
    {
        using var bench = new JudgeBench(v6);
        byte[] small = Echo(bench, v6, 56), large = Echo(bench, v6, 101);
        Assert.Equal(bench.Refused, bench.Give(1, 0, small).Mark);
        bench.Load("enforce", text => text + "\n- {name: allow-echo, priority: 80, from: [coders], to: {groups: [near]}, protocol: icmp, action: permit}\n");
        Assert.Equal(bench.Refused, bench.Give(1, 0, large).Mark);
        Assert.Equal("protocol-not-supported", bench.LastDecision().Reason);
        Assert.Equal(bench.Refused, bench.Give(1, 0, PacketBuilder.Icmp(bench.Agent, bench.Near, (byte)(v6 ? 137 : 13), 0, new byte[8])).Mark);
        Assert.Equal(bench.Permitted, bench.Give(1, 0, small).Mark);
        Assert.Equal("allow-echo", bench.LastDecision().Rule);
        // On the flow that is permitted now, too.
        Assert.Equal(bench.Refused, bench.Give(1, 0, large).Mark);
        Assert.Equal(bench.Permitted, bench.Give(1, 0, small).Mark);
    }

    [Theory]
    [InlineData(47, "47", true)]
    [InlineData(50, "50", true)]
    [InlineData(132, "132", true)]
    [InlineData(47, "any", false)]
    [InlineData(47, "50", false)]
    [InlineData(4, "4", false)]
    [InlineData(41, "41", false)]
    [InlineData(2, "2", false)]
    public void Other_protocols_pass_only_by_a_rule_that_states_their_number(byte protocol, string stated, bool passes)
    {
        using var bench = new JudgeBench();
        bench.Load("enforce", text => text + $"\n- {{name: allow-it, priority: 80, from: [coders], to: {{groups: [near]}}, protocol: {stated}, action: permit}}\n");
        byte[] packet = PacketBuilder.Raw(bench.Agent, bench.Near, protocol, new byte[40]);
        Assert.Equal(passes ? bench.Permitted : bench.Refused, bench.Give(1, 0, packet).Mark);
        Assert.Equal(passes ? "permitted-by-rule" : stated is "50" ? "default-deny" : "protocol-not-supported", bench.LastDecision().Reason);
    }

    [Theory, MemberData(nameof(Families))]
    public void A_datagram_permitted_by_address_or_by_a_resolved_name_passes(bool v6)
    {
        using var bench = new JudgeBench(v6);
        bench.Load("enforce", text => text + "\n" + """
            - {name: allow-time, priority: 80, from: [coders], to: {names: [core]}, protocol: udp, ports: [123], proof: dns, owner: ops, why: clocks, action: permit}
            - {name: allow-syslog, priority: 81, from: [coders], to: {groups: [near]}, protocol: udp, ports: [514], action: permit}

            """);
        bench.Bind("openclaw.ai");
        byte[] ntp = [0xe3, .. new byte[47]];
        Assert.Equal(bench.Permitted, bench.Give(1, 0, PacketBuilder.Udp(bench.Agent, 5000, bench.Server, 123, ntp)).Mark);
        Assert.Equal(("allow-time", "dns"), (bench.LastDecision().Rule, bench.LastDecision().Proof));
        Assert.Equal(bench.Permitted, bench.Give(1, 0, PacketBuilder.Udp(bench.Agent, 5000, bench.Near, 514, [1])).Mark);
        Assert.Equal(("allow-syslog", "address"), (bench.LastDecision().Rule, bench.LastDecision().Proof));
        Assert.Equal(bench.Refused, bench.Give(1, 0, PacketBuilder.Udp(bench.Agent, 5000, bench.Server, 124, ntp)).Mark);
        Assert.Equal(bench.Permitted, bench.Give(2, 0, PacketBuilder.Udp(bench.Server, 123, bench.Agent, 5000, ntp)).Mark);
    }

    private static byte[] Echo(JudgeBench bench, bool v6, int bytes) => PacketBuilder.Icmp(bench.Agent, bench.Near, (byte)(v6 ? 128 : 8), 0, new byte[bytes]);

    [Theory, MemberData(nameof(Families))]
    public void A_socket_that_a_policy_cut_off_goes_on_when_policy_permits_it_again(bool v6)
    {
        using var bench = new JudgeBench(v6);
        byte[] datagram = PacketBuilder.Udp(bench.Agent, 5000, bench.Near, 4500, [1, 2]);
        void Permit() => bench.Load("enforce", text => text + "\n- {name: allow-near-udp, priority: 80, from: [coders], to: {groups: [near]}, protocol: udp, ports: [4500], action: permit}\n");
        Permit();
        Assert.Equal(bench.Permitted, bench.Give(1, 0, datagram).Mark);
        Assert.Equal(1, bench.Load("enforce"));
        bench.Existing.Add(bench.Stamped[^1].Key);
        Assert.Equal(bench.Refused, bench.Give(1, 0, datagram).Mark);
        Assert.Equal("policy-changed", bench.LastDecision().Reason);
        bench.Existing.Clear();
        // It sends on and on: the kernel would not forget the connection by itself.
        bench.Tcp.Ended(Assert.Single(bench.Deleted), new FlowCounts(1, 2, 3, 4), bench.Snapshot);
        Assert.Equal(bench.Refused, bench.Give(1, 0, datagram).Mark);
        Assert.Equal("default-deny", bench.LastDecision().Reason);
        Permit();
        Assert.Equal(bench.Permitted, bench.Give(1, 0, datagram).Mark);
        Assert.Equal("allow-near-udp", bench.LastDecision().Rule);
    }

    // A socket sends on before the kernel's last word on its connection was read.
    [Theory, InlineData(false, "policy", true), InlineData(true, "policy", true), InlineData(false, "quarantine", true), InlineData(true, "quarantine", true), InlineData(false, "policy", false), InlineData(true, "policy", false)]
    public void The_end_of_what_was_cut_off_has_the_kernels_counts_though_datagrams_go_on(bool v6, string cut, bool isHeard)
    {
        using var bench = new JudgeBench(v6);
        byte[] datagram = PacketBuilder.Udp(bench.Agent, 5000, bench.Near, 4500, [1, 2]);
        static string Permitting(string text) => text + "\n- {name: allow-near-udp, priority: 80, from: [coders], to: {groups: [near]}, protocol: udp, ports: [4500], action: permit}\n";
        bench.Load("enforce", Permitting);
        Assert.Equal(bench.Permitted, bench.Give(1, 0, datagram).Mark);
        FlowKey key = new(PacketBuilder.At(bench.Agent), 5000, PacketBuilder.At(bench.Near), 4500, FlowKey.Udp);
        bench.Time.Advance(TimeSpan.FromMinutes(1));
        bench.Tcp.Update(new Dictionary<FlowKey, FlowCounts> { [key] = new(50, 60, 1, 2) }, bench.Snapshot);
        Assert.Equal(1, cut == "policy" ? bench.Load("enforce") : bench.Load("enforce", Permitting, quarantined: true));
        bench.Existing.Add(key);
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(bench.Refused, bench.Give(1, 0, datagram).Mark);
            bench.Existing.Clear();
        }
        Assert.DoesNotContain(bench.Records(), e => e.Event == "end");
        if (isHeard)
        {
            bench.Tcp.Ended(key, new FlowCounts(100, 200, 3, 4) { How = "timeout" }, bench.Snapshot);
        }
        else
        {
            // Events are lost in a flood: no socket waits for one for ever.
            bench.Time.Advance(TimeSpan.FromSeconds(2));
            bench.Give(1, 0, datagram);
        }
        bench.Commit();
        FlowEvent end = Assert.Single(bench.Records(), e => e.Event == "end");
        Assert.Equal(("policy-changed", isHeard ? 100L : 50L), (end.End, end.BytesOut));
        bench.Load("enforce", Permitting);
        Assert.Equal(bench.Permitted, bench.Give(1, 0, datagram).Mark);
    }

    [Theory, MemberData(nameof(Families))]
    public void Echo_that_a_policy_cut_off_goes_on_when_policy_permits_it_again(bool v6)
    {
        using var bench = new JudgeBench(v6);
        byte[] echo = Echo(bench, v6, 56);
        void Permit() => bench.Load("enforce", text => text + "\n- {name: allow-echo, priority: 80, from: [coders], to: {groups: [near]}, protocol: icmp, action: permit}\n");
        Permit();
        Assert.Equal(bench.Permitted, bench.Give(1, 0, echo).Mark);
        Assert.Equal(1, bench.Load("enforce"));
        Assert.Equal(bench.Refused, bench.Give(1, 0, echo).Mark);
        Assert.Equal("policy-changed", bench.LastDecision().Reason);
        Assert.Equal("policy-changed", bench.Records().Last(e => e.Event == "end").End);
        // The kernel keeps what still sends, and says nothing.
        Assert.Equal(bench.Refused, bench.Give(1, 0, echo).Mark);
        Assert.Equal("default-deny", bench.LastDecision().Reason);
        Permit();
        Assert.Equal(bench.Permitted, bench.Give(1, 0, echo).Mark);
    }

    [Theory, MemberData(nameof(Families))]
    public void What_is_written_into_a_packet_only_when_it_leaves_is_not_judged_by_what_stands_there_now(bool v6)
    {
        using var bench = new JudgeBench(v6, "monitor");
        byte[] datagram = PacketBuilder.Udp(bench.Agent, 5000, bench.Server, 123, [1, 2]);
        Assert.Equal(default, bench.Give(1, 0, datagram, unfinished: true));
        Assert.Equal(("deny", "malformed", true), (bench.LastDecision().Verdict, bench.LastDecision().Reason, bench.LastDecision().Enforced));
        // The control, and the other way: an answer's checksum is written by whom the agent asked, or by this machine.
        Assert.Equal(bench.Permitted, bench.Give(1, 0, datagram).Mark);
        Assert.True(bench.Ask(2, 0, PacketBuilder.Udp(bench.Server, 123, bench.Agent, 5000, [1, 2]), unfinished: true).Accept);
    }

    [Theory, MemberData(nameof(Families))]
    public void A_spoofed_source_is_dropped_and_named(bool v6)
    {
        using var bench = new JudgeBench(v6, "monitor");
        byte[] packet = PacketBuilder.Udp(v6 ? "2001:db8:bad::1" : "198.51.100.9", 5000, bench.Server, 53, [1]);
        Assert.False(bench.Give(1, 0, packet, hook: 0).Accept);
        Assert.Equal(("spoofed-source", "coding-1"), (bench.LastDecision().Reason, bench.LastDecision().Agent));
    }

    [Theory, MemberData(nameof(Families))]
    public void A_port_of_the_gateway_itself_is_refused_in_monitor_too(bool v6)
    {
        using var bench = new JudgeBench(v6, "monitor");
        byte[] packet = PacketBuilder.Tcp(bench.Agent, 5000, bench.Server, 22, TcpFlags.Syn);
        Assert.Equal(bench.Refused, bench.Give(1, 0, packet, hook: 1).Mark);
        Assert.Equal("gateway-itself", bench.LastDecision().Reason);
    }

    [Fact]
    public void Metadata_and_link_local_addresses_are_refused_in_monitor_too()
    {
        using var bench = new JudgeBench(mode: "monitor");
        Assert.Equal(bench.Refused, bench.Client(TcpFlags.Syn, to: "169.254.169.254", port: 80).Mark);
        Assert.True(bench.LastDecision().Enforced);
    }

    [Fact]
    public void DNS_beside_the_resolver_is_a_would_be_denial_in_monitor()
    {
        using var bench = new JudgeBench(mode: "monitor");
        Assert.Equal(bench.Permitted, bench.Give(1, 0, PacketBuilder.Udp(bench.Agent, 5000, bench.Server, 53, [1])).Mark);
        Assert.True(bench.LastDecision().WouldDeny);
    }

    [Theory, MemberData(nameof(Families))]
    public void A_connection_towards_an_agent_is_dropped(bool v6)
    {
        using var bench = new JudgeBench(v6, "monitor");
        Assert.False(bench.World(TcpFlags.Syn, 0, 0).Accept);
        Assert.Equal("towards-agent", bench.LastDecision().Reason);
    }

    [Theory, MemberData(nameof(Families))]
    public void A_datagram_towards_an_agent_that_answers_nothing_is_dropped_and_named(bool v6)
    {
        using var bench = new JudgeBench(v6, "monitor");
        byte[] datagram = PacketBuilder.Udp(bench.Server, 53, bench.Agent, 5000, [1]);
        Assert.False(bench.Give(2, bench.Marks.Reused, datagram).Accept);
        Assert.Equal(("towards-agent", "coding-1"), (bench.LastDecision().Reason, bench.LastDecision().Agent));
    }

    [Theory, MemberData(nameof(Families))]
    public void A_group_of_listeners_on_the_link_is_refused_in_monitor_too(bool v6)
    {
        using var bench = new JudgeBench(v6, "monitor");
        byte[] datagram = PacketBuilder.Udp(bench.Agent, 5353, v6 ? "ff02::fb" : "224.0.0.251", 5353, [1]);
        Assert.False(bench.Give(1, bench.Marks.Stamp, datagram, hook: 0).Accept);
        Assert.Equal(("address-not-allowed", "coding-1", true), (bench.LastDecision().Reason, bench.LastDecision().Agent, bench.LastDecision().Enforced));
    }

    [Fact]
    public void IPv4_options_are_refused_with_the_identity()
    {
        using var bench = new JudgeBench(mode: "monitor");
        byte[] room = new byte[256];
        int length = PacketWriter.Write(new PacketDraft
        {
            Source = PacketBuilder.At(bench.Agent),
            Destination = PacketBuilder.At(bench.Server),
            Protocol = IpProtocol.Udp,
            IpOptions = new byte[] { 131, 7, 4, 203, 0, 113, 9, 0 },
            Payload = new byte[] { 1 },
        }, room);
        Assert.False(bench.Give(1, bench.Marks.Stamp, room[..length], hook: 0).Accept);
        Assert.Equal(("fragment-or-options", "coding-1"), (bench.LastDecision().Reason, bench.LastDecision().Agent));
    }

    [Fact]
    public void Bytes_that_are_no_packet_are_dropped()
    {
        using var bench = new JudgeBench();
        Assert.False(bench.Give(1, 0, [0x45, 0, 0]).Accept);
        Assert.Equal("malformed", bench.LastDecision().Reason);
    }

    [Fact]
    public void Once_running_the_judge_allocates_nothing_per_packet()
    {
        using var bench = new JudgeBench();
        bench.Bind("openclaw.ai");
        bench.Handshake();
        byte[] hello = HelloBuilder.For("openclaw.ai").Build();
        bench.Client(TcpFlags.Ack, 1, hello);
        byte[] again = PacketBuilder.Tcp(bench.Agent, 40000, bench.Server, 443, TcpFlags.Ack, 1001, 5001, hello);
        byte[] ack = PacketBuilder.Tcp(bench.Server, 443, bench.Agent, 40000, TcpFlags.Ack, 5001, 1001);
        byte[] denied = PacketBuilder.Tcp(bench.Agent, 40001, bench.Near, 9, TcpFlags.Syn);
        Assert.Equal(0, Allocations.Of(() => bench.Judge(1, again)));
        Assert.Equal(0, Allocations.Of(() => bench.Judge(2, ack)));
        Assert.Equal(0, Allocations.Of(() => bench.Judge(1, denied)));
    }
}
