using System.Text;
using Exeat.Names;

namespace Exeat.Gateway.Kernel;

/// <summary>The rules that change with agents, modes and generations.</summary>
internal static partial class TrafficRuleset
{
    private static string Changing(RulesetOptions o)
    {
        MarkLayout m = o.Marks;
        return $$"""
            table inet {{Table}} {
            {{Shares(o)}}
            {{Elements(o)}}
              chain identify {
            {{LinkHousekeeping()}}
            {{Pins(o)}}
                iifname . ip saddr @identity4 goto stamp_it
                iifname . ip6 saddr @identity6 goto stamp_it
                limit rate 100/second burst 100 packets goto queue_it
                counter name spoofed_over_limit drop
              }
              chain fragments {
                type filter hook prerouting priority -450; policy accept;
                iifname != @inside accept
            {{PinnedFragments(o)}}
                ip frag-off & 0x3fff != 0 iifname . ip saddr != @identity4 counter name {{ForeignFragments}} drop
                exthdr frag exists iifname . ip6 saddr != @identity6 counter name {{ForeignFragments}} drop
              }
              chain dns {
                type nat hook prerouting priority -100; policy accept;
            {{Redirects(o)}}
              }
              chain gate {
                type filter hook input priority -150; policy accept;
                iifname != @inside accept
                meta mark & 0x{{m.Mask & ~m.Stamp:x}} != 0 meta mark set meta mark & 0x{{~(m.Mask & ~m.Stamp):x}}
                icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
                ct state new jump dns_flows
            {{ResolverPorts(o)}}
                goto ask_new
              }
              chain from_agent {
                oifname @inside goto ask_new
                ct state invalid tcp flags & (syn | rst) == 0 meta mark set meta mark | 0x{{m.Reused:x}} goto ask_new
                ct state invalid counter name invalid drop
            {{PlainHeaders()}}
                ct state related icmp type destination-unreachable icmp code frag-needed meta length <= 576 {{PermittedOnly(o)}} limit rate 50/second meta mark set meta mark | 0x{{m.Passed:x}} accept
                ct state related icmpv6 type packet-too-big meta length <= 1280 {{PermittedOnly(o)}} limit rate 50/second meta mark set meta mark | 0x{{m.Passed:x}} accept
                ct state related limit rate 100/second burst 100 packets goto queue_it
                ct state related counter name related drop
                ct state established tcp flags & (fin | syn | rst | ack) == syn meta mark set meta mark | 0x{{m.Reused:x}} goto ask_more
                tcp flags & (fin | syn | rst | ack) == syn ct mark & 0x{{m.Judged:x}} != 0 goto ask_more
            {{EchoLimits()}}
            {{FastPath(o)}}
                ct state new jump remembered
                ct state new goto ask_new
                goto ask_more
              }
              chain to_agent {
                iifname != "{{o.Outside}}" counter name towards_from_elsewhere drop
                ct state invalid counter name invalid drop
                ct state related icmp type { destination-unreachable, time-exceeded, parameter-problem } ct mark & 0x{{m.Judged:x}} != 0 meta mark set meta mark | 0x{{m.Passed:x}} accept
                ct state related icmpv6 type { destination-unreachable, packet-too-big, time-exceeded, parameter-problem } ct mark & 0x{{m.Judged:x}} != 0 meta mark set meta mark | 0x{{m.Passed:x}} accept
                ct state related counter name related drop
                ct direction reply {{PermittedOnly(o)}} meta mark set meta mark | 0x{{m.Passed:x}} accept
                ct state established ct direction reply goto ask_answer
                meta mark set meta mark | 0x{{m.Reused:x}}
                limit rate 100/second burst 100 packets goto queue_it
                counter name towards_over_limit drop
              }
              chain verdict {
                type filter hook forward priority -144; policy accept;
                iifname != @inside oifname != @inside accept
                meta mark & 0x{{m.Passed:x}} != 0 accept
                meta mark & 0x{{m.Queued:x}} != 0 counter name not_judged drop
            {{Verdicts(o)}}
                counter name stale drop
              }
              chain output {
                type filter hook output priority -150; policy accept;
                oifname "lo" accept
            {{AnotherWay(o)}}
                meta mark & 0x{{m.Passed:x}} != 0 accept
            {{NobodyReads()}}
                ct direction reply accept
                oifname @inside accept
                meta l4proto { icmp, icmpv6 } accept
            {{Upstreams(o)}}
                meta skuid {{o.UserId}} ct state new counter name own_output drop
              }
            }
            """;
    }

    /// <summary>Each agent has limits and counters of its own, found by its address: agents on one interface do not share (I10).</summary>
    private static string Shares(RulesetOptions o)
    {
        var text = new StringBuilder();
        foreach (AgentIdentity agent in o.Identities)
        {
            foreach (string name in PerAgent)
            {
                (int rate, int burst) = name switch
                {
                    NewFlows => (o.NewFlowsPerSecond, o.NewFlowsBurst),
                    // More than the resolver lets wait: what finds a place there is not dropped here, without a word.
                    DnsFlows => (o.DnsFlowsPerSecond, 2 * o.DnsFlowsPerSecond),
                    Echoes => (EchoesPerSecond, EchoesBurst),
                    _ => (o.PendingPacketsPerSecond, o.PendingPacketsPerSecond),
                };
                // The kernel changes no limit that is there: another rate is another object.
                string limit = $"{name}_{agent.Number}_{rate}_{burst}";
                text.Append($"  limit {limit} {{ rate over {rate}/second burst {burst} packets; }}\n  counter {name}_over_{agent.Number} {{ }}\n");
                foreach (bool v4 in (bool[])[true, false])
                {
                    string[] addresses = [.. agent.Addresses.Where(a => a.IsV4 == v4).Select(a => a.ToString())];
                    if (addresses.Length == 0) continue;
                    (char family, string type) = v4 ? ('4', "ipv4_addr") : ('6', "ipv6_addr");
                    text.Append($"  map {name}{family} {{ type {type} : limit; elements = {{ {string.Join(", ", addresses.Select(a => $"{a} : \"{limit}\""))} }}; }}\n");
                    text.Append($"  map {name}_over{family} {{ type {type} : counter; elements = {{ {string.Join(", ", addresses.Select(a => $"{a} : \"{name}_over_{agent.Number}\""))} }}; }}\n");
                }
            }
        }
        return text.ToString().TrimEnd('\n');
    }

    private static string Elements(RulesetOptions o)
    {
        var text = new StringBuilder();
        Set("set inside { type ifname;", o.Inside.Select(name => $"\"{name}\""));
        Set("map zones { typeof iifname : ct zone;", o.Identities.Select(i => (i.Interface, i.Zone)).Distinct().Select(i => $"\"{i.Interface}\" : {i.Zone}"));
        Set($"map {Zones4} {{ typeof ip saddr : ct zone;", ZonesOf(v4: true));
        Set($"map {Zones6} {{ typeof ip6 saddr : ct zone;", ZonesOf(v4: false));
        Set("set identity4 { type ifname . ipv4_addr;", Pairs(v4: true));
        Set("set identity6 { type ifname . ipv6_addr;", Pairs(v4: false));
        Set("set agents4 { type ipv4_addr;", Addresses(v4: true));
        Set("set agents6 { type ipv6_addr;", Addresses(v4: false));
        Set("set monitored4 { type ifname . ipv4_addr;", Monitored(v4: true));
        Set("set monitored6 { type ifname . ipv6_addr;", Monitored(v4: false));
        return text.ToString().TrimEnd('\n');

        IEnumerable<string> Pairs(bool v4) =>
            o.Identities.SelectMany(i => i.Addresses.Where(a => a.IsV4 == v4).Select(a => $"\"{i.Interface}\" . {a}"));

        IEnumerable<string> Addresses(bool v4) => o.Identities.SelectMany(i => i.Addresses.Where(a => a.IsV4 == v4).Select(a => a.ToString())).Distinct();

        IEnumerable<string> Monitored(bool v4) => o.Monitored.Where(m => m.Address.IsV4 == v4).Select(m => $"\"{m.Interface}\" . {m.Address}");

        IEnumerable<string> ZonesOf(bool v4) =>
            o.Identities.SelectMany(i => i.Addresses.Where(a => a.IsV4 == v4).Select(a => (Address: a, i.Zone))).DistinctBy(z => z.Address).Select(z => $"{z.Address} : {z.Zone}");

        void Set(string head, IEnumerable<string> elements)
        {
            string joined = string.Join(", ", elements);
            if (joined.Length > 0) text.Append("  ").Append(head).Append($" elements = {{ {joined} }}; }}\n");
        }
    }

    /// <summary>
    /// What a link needs to work is no attempt, as long as it stays on the link: towards its own groups, or from an address that no router forwards. Sent any further it is a packet like any other (K9):
    /// the very same types could carry data out.
    /// </summary>
    private static string LinkHousekeeping() => """
            icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } ip6 hoplimit 255 ip6 daddr { fe80::/10, ff02::/16 } accept
            icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } ip6 hoplimit 255 ip6 saddr fe80::/10 accept
            icmpv6 type { nd-router-solicit, mld-listener-query, mld-listener-report, mld-listener-done, mld2-listener-report } ip6 daddr ff02::/16 counter name housekeeping drop
            ip protocol igmp ip daddr 224.0.0.0/24 counter name housekeeping drop
        """;

    /// <summary>On a shared segment an address counts only with its hardware address.</summary>
    private static string Pins(RulesetOptions o) => Lines(
        from identity in o.Identities
        where identity.Mac is not null
        from address in identity.Addresses
        let match = $"    iifname \"{identity.Interface}\" {Family(address)} saddr {address} ether saddr != {identity.Mac} "
        from action in (string[])["limit rate 100/second burst 100 packets goto queue_it", "counter name spoofed_over_limit drop"]
        select match + action);

    // Of what is put together only one fragment is looked at later, and by its hardware address another one.
    private static string PinnedFragments(RulesetOptions o) => Lines(
        from identity in o.Identities
        where identity.Mac is not null
        from address in identity.Addresses
        select $"    iifname \"{identity.Interface}\" {Family(address)} saddr {address} {(address.IsV4 ? "ip frag-off & 0x3fff != 0" : "exthdr frag exists")} ether saddr != {identity.Mac} counter name {ForeignFragments} drop");

    private static string Redirects(RulesetOptions o) => Lines(o.Intercepts.Select(i =>
        $"    iifname @inside {Family(i.Address)} daddr {i.Address} meta l4proto {{ tcp, udp }} th dport 53 redirect to :{i.Port}"));

    private static string ResolverPorts(RulesetOptions o) => o.Intercepts.Count == 0
        ? ""
        : $"    ct status dnat meta l4proto {{ tcp, udp }} th dport {{ {string.Join(", ", o.Intercepts.Select(i => i.Port).Distinct())} }} accept";

    // While the gateway is started anew nobody reads the resolver's ports. Told so, clients give up at once; else they ask again.
    private static string NobodyReads() => """
            oifname @inside ct status dnat icmp type destination-unreachable icmp code port-unreachable drop
            oifname @inside ct status dnat icmpv6 type destination-unreachable icmpv6 code port-unreachable drop
        """;

    private static string Upstreams(RulesetOptions o) => Lines(o.Upstreams.Select(u =>
        $"    {Family(u.Address)} daddr {u.Address} meta l4proto {{ tcp, udp }} th dport {u.Port} accept"));

    /// <summary>
    /// What the gateway answers an agent leaves by the agents' links or not at all: with a link goes its route, and the next best is the one to the world. An answer repeats the name that was asked for, and a refusal
    /// the packet that was refused; the agent's own end may take the link away while its question waits.
    /// </summary>
    private static string AnotherWay(RulesetOptions o)
    {
        const string Drop = "counter name towards_another_way drop";
        string answers = o.Intercepts.Count == 0 ? "" : $"    oifname != @inside meta l4proto {{ tcp, udp }} th sport {{ {string.Join(", ", o.Intercepts.Select(i => i.Port).Distinct())} }} {Drop}\n";
        return $"{answers}    oifname != @inside ip daddr @agents4 {Drop}\n    oifname != @inside ip6 daddr @agents6 {Drop}";
    }

    private static string PermittedOnly(RulesetOptions o) =>
        $"ct mark & 0x{o.Marks.Judged:x} == {{ {string.Join(", ", o.Generations.Select(g => $"0x{o.Marks.Permitted(g):x}"))} }}";

    /// <summary>
    /// What rides on its mark from agent to world. Of a watched flow only short headers do (the first bit of the payload is clear), and only what is surely one datagram: of several that
    /// segmentation offload merged, the first bit says nothing of the others. Two Initials have 2,400 bytes at least (RFC 9000, 14.1). The length in the UDP header is what the agent wrote there; the packet's is what it is.
    /// </summary>
    private static string FastPath(RulesetOptions o)
    {
        MarkLayout m = o.Marks;
        string watched = string.Join(", ", o.Generations.Select(g => $"0x{m.Permitted(g) | m.Watched:x}")), all = string.Join(", ", o.Generations.Select(g => $"0x{m.Permitted(g):x}"));
        return $$"""
                ct direction original ct mark & 0x{{m.Judged | m.Watched:x}} == { {{all}} } meta mark set meta mark | 0x{{m.Passed:x}} accept
                ct direction original ct mark & 0x{{m.Judged | m.Watched:x}} == { {{watched}} } meta l4proto udp @th,64,1 0 udp length <= {{WatchedDatagramBytes}} meta length <= {{WatchedPacketBytes}} meta mark set meta mark | 0x{{m.Passed:x}} accept
            """;
    }

    /// <summary>
    /// IPv4 options (refused with the identity, since the kernel drops some of them where it looks for the way), and any IPv6 header between the fixed one and what is carried, ride on no mark: they are refused by the verdict loop (K1). Fragments are put together before;
    /// so is an IPv6 fragment that is the whole packet (RFC 6946): it loses its header. At most as many are asked about as new flows. What may follow the fixed header of IPv6 is
    /// TCP, UDP, ICMPv6, and what a rule may permit by number: DCCP, GRE, ESP, SCTP.
    /// </summary>
    private static string PlainHeaders() => """
            ip6 nexthdr != { 6, 17, 33, 47, 50, 58, 132 } goto ask_new
        """;

    /// <summary>Echo requests, permitted or not: none come faster than an agent's own limit, and large ones are judged one by one (K3).</summary>
    private static string EchoLimits() => $$"""
            icmp type echo-request jump echoes
            icmpv6 type echo-request jump echoes
            icmp type echo-request meta length > {{Judging.DatagramJudge.EchoBytes}} goto queue_it
            icmpv6 type echo-request meta length > {{Judging.DatagramJudge.EchoBytes}} goto queue_it
        """;

    /// <summary>First refusals; then DNS of all agents but the monitored ones, which passes by no verdict (D15); then what passes, copied to the conntrack mark.</summary>
    private static string Verdicts(RulesetOptions o)
    {
        MarkLayout m = o.Marks;
        var text = new StringBuilder();
        // Only under the generation of now: what an older policy refused must not be remembered into the new one.
        if (o.Generations.Count > 0)
            text.Append($"    meta mark & 0x{m.Judged | m.Remember:x} == 0x{m.Refused(o.Generations[^1]) | m.Remember:x} jump remember\n");
        foreach (int g in o.Generations) text.Append($"    meta mark & 0x{m.Judged:x} == 0x{m.Refused(g):x} goto refuse\n");
        foreach ((string family, int width) in (ReadOnlySpan<(string, int)>)[("ip", 4), ("ip6", 6)])
            text.Append($"    iifname @inside meta l4proto {{ tcp, udp }} th dport {{ 53, 853 }} iifname . {family} saddr != @monitored{width} counter name dns_forwarded drop\n");
        foreach (uint judged in o.Generations.SelectMany(g => (uint[])[m.Pending(g), m.Permitted(g), m.Permitted(g) | m.Watched]))
        {
            text.Append($"    meta mark & 0x{m.Judged | m.Watched:x} == 0x{judged:x} ct mark set ct mark & 0x{~m.Mask:x} | 0x{judged:x} ");
            text.Append($"meta mark set meta mark | 0x{m.Passed:x} accept\n");
        }
        return text.ToString().TrimEnd('\n');
    }

    private static string Family(Address address) => address.IsV4 ? "ip" : "ip6";

    private static string Lines(IEnumerable<string> lines) => string.Join('\n', lines);
}
