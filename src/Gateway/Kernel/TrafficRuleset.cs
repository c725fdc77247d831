using System.Text;
using Exeat.Names;

namespace Exeat.Gateway.Kernel;

/// <summary>The table of the data path: identity, DNS interception, queueing, marks. One atomic script. It stays when the gateway stops, so that permitted flows go on (decision 0015).</summary>
/// <remarks>
/// <code>
///  prerouting -460 (mangle) ── finishes checksums that agents left unfinished (<see cref="Exeat.Linux.ChecksumRule"/>)
///  prerouting -450 fragments ─ drops pieces of another identity than the one whose address they bear
///  prerouting -310 identity ── checks interface + address (+ MAC), stamps, sets the zone
///  output     -310 own_packets ─ what we send in an end's name belongs to the agent's connection (its zone), or to none (towards agents)
///  prerouting -100 dns ─────── redirects :53 of intercepted resolvers to our ports
///  forward -145 sort ───────── fast path by conntrack mark, or queue          input -150 gate: everything but DNS → queue
///  forward -144 verdict ────── what the verdict loop said: refuse, pending, permitted; copies it to the conntrack mark
///  forward  300 (exeat_base) ─ drops what was not passed
/// </code>
/// A queue verdict goes on at the next chain of the hook, not at the next rule: hence two chains. Whatever still bears <c>queued</c> was judged by nobody and is dropped.
/// Between identity and <c>sort</c> (or <c>gate</c>) others may write our bits of the mark (iptables' mangle tables lie at -150): of those only the stamp is believed, which the second lock needs, and it alone opens nothing.
/// So nothing of others' may lie between <c>sort</c> and <c>verdict</c>: hence their priorities, behind every one that has a name.
/// </remarks>
internal static partial class TrafficRuleset
{
    public const string Table = "exeat";

    /// <summary>The non-base chain into which the queue rule is put (nft <c>queue</c> or the xt target, whichever the kernel has).</summary>
    public const string QueueChain = "to_queue";

    public const string Zones = "zones";

    // The UDP header, and a payload of one frame of Ethernet.
    private const int WatchedDatagramBytes = 8 + 1500, WatchedPacketBytes = 40 + WatchedDatagramBytes;

    // A ping sends one a second.
    private const int EchoesPerSecond = 10;
    private const int EchoesBurst = 20;

    // The zone of an attachment by the address of an agent: for what the gateway itself sends in an agent's name.
    private const string Zones4 = "zones4";
    private const string Zones6 = "zones6";

    private static readonly string[] ChangingChains = ["fragments", "identify", "dns", "gate", "from_agent", "to_agent", "verdict", "output"];

    /// <summary>Per agent and second: flows that are asked about, flows towards the resolver, packets of flows that are asked about though they have begun (from the agent, and to it), and echo requests.</summary>
    public const string NewFlows = "new_flows", DnsFlows = "dns_flows", PendingPackets = "pending_packets", PendingAnswers = "pending_answers", Echoes = "echoes";

    /// <summary>Each of them has a limit and a counter for each agent.</summary>
    public static IReadOnlyList<string> PerAgent { get; } = [NewFlows, DnsFlows, PendingPackets, PendingAnswers, Echoes];

    /// <summary>What the kernel refuses by itself for a moment (<see cref="DenialCache"/>), and how often it did.</summary>
    public static readonly string[] Denied = ["denied4", "denied6"], Hits = ["hits4", "hits6"];

    /// <summary>Packets that were to be queued; and those of them that met no queue, so that nobody judged them.</summary>
    public const string Asked = "asked", NotJudged = "not_judged";

    /// <summary>Fragments that are not of the identity whose address they bear. The kernel puts fragments together whatever link they came by: afterwards it cannot be told that one was another's.</summary>
    public const string ForeignFragments = "foreign_fragments";

    private static readonly string[] FixedChains = ["queue_it", "ask_new", "ask_more", "ask_answer", "dns_flows", "echoes", "remembered", "remember", "stamp_it", "refuse", "identity", "identity_verdict", "gate_verdict", "sort", "own_packets"];

    /// <summary>Every chain but the queue's.</summary>
    public static IEnumerable<string> Chains => ChangingChains.Concat(FixedChains);

    public static IReadOnlyList<string> Sets { get; } = ["inside", "identity4", "identity6", "agents4", "agents6", "monitored4", "monitored6"];

    public static IReadOnlyList<string> Maps { get; } =
        [Zones, Zones4, Zones6, .. from name in PerAgent from tail in (string[])["4", "6", "_over4", "_over6"] select name + tail];

    /// <summary>The whole table. The queue chain is empty in it: until the queue rule is there, everything queued is dropped.</summary>
    public static string Text(RulesetOptions o) => Frame(o) + "\n" + Changing(o);

    /// <summary>Brings a loaded table to new options in one transaction. The queue rule and the counters stay, so that no packet falls between two states.</summary>
    public static string Update(RulesetOptions o)
    {
        IEnumerable<string> chains = ChangingChains.Select(chain => $"flush chain inet {Table} {chain}");
        // What was refused under the policy before is not remembered into this one.
        IEnumerable<string> sets = Sets.Concat(Denied).Select(set => $"flush set inet {Table} {set}").Concat(Maps.Select(map => $"flush map inet {Table} {map}"));
        return string.Join('\n', chains.Concat(sets)) + "\n" + Changing(o);
    }

    private static string Frame(RulesetOptions o)
    {
        MarkLayout m = o.Marks;
        return $$"""
            table inet {{Table}}
            delete table inet {{Table}}
            table inet {{Table}} {
              set inside { type ifname; }
              map {{Zones}} { typeof iifname : ct zone; }
              map {{Zones4}} { typeof ip saddr : ct zone; }
              map {{Zones6}} { typeof ip6 saddr : ct zone; }
              set identity4 { type ifname . ipv4_addr; }
              set identity6 { type ifname . ipv6_addr; }
              set agents4 { type ipv4_addr; }
              set agents6 { type ipv6_addr; }
              set monitored4 { type ifname . ipv4_addr; }
              set monitored6 { type ifname . ipv6_addr; }
            {{ShareMaps()}}
              set denied4 { type ipv4_addr . ipv4_addr . inet_proto . inet_service; size {{DenialCache.Places}}; flags dynamic, timeout; timeout {{DenialCache.Seconds}}s; }
              set denied6 { type ipv6_addr . ipv6_addr . inet_proto . inet_service; size {{DenialCache.Places}}; flags dynamic, timeout; timeout {{DenialCache.Seconds}}s; }
              set hits4 { type ipv4_addr . ipv4_addr . inet_proto . inet_service; size {{DenialCache.CountedPlaces}}; flags dynamic; counter; }
              set hits6 { type ipv6_addr . ipv6_addr . inet_proto . inet_service; size {{DenialCache.CountedPlaces}}; flags dynamic; counter; }
              counter spoofed_over_limit { }
              counter towards_over_limit { }
              counter towards_from_elsewhere { }
              counter towards_another_way { }
              counter {{ForeignFragments}} { }
              counter invalid { }
              counter related { }
              counter {{NotJudged}} { }
              counter {{Asked}} { }
              counter stale { }
              counter housekeeping { }
              counter dns_forwarded { }
              counter own_output { }
              chain {{QueueChain}} { }
              chain queue_it {
                meta mark set meta mark | 0x{{m.Queued:x}} counter name {{Asked}}
                jump {{QueueChain}}
              }
              chain refuse {
                meta l4proto tcp reject with tcp reset
                reject with icmpx type admin-prohibited
              }
              chain ask_new {
            {{Over(NewFlows)}}
                goto queue_it
              }
              chain dns_flows {
            {{Over(DnsFlows)}}
              }
              chain ask_more {
            {{Over(PendingPackets)}}
                goto queue_it
              }
              chain ask_answer {
            {{Over(PendingAnswers, "daddr")}}
                goto queue_it
              }
              chain echoes {
            {{Over(Echoes)}}
              }
              chain remembered {
                meta l4proto != { tcp, udp } return
                ip saddr . ip daddr . meta l4proto . th dport @denied4 update @hits4 { ip saddr . ip daddr . meta l4proto . th dport } goto refuse
                ip6 saddr . ip6 daddr . meta l4proto . th dport @denied6 update @hits6 { ip6 saddr . ip6 daddr . meta l4proto . th dport } goto refuse
              }
              chain remember {
                meta l4proto != { tcp, udp } return
                add @denied4 { ip saddr . ip daddr . meta l4proto . th dport }
                add @denied6 { ip6 saddr . ip6 daddr . meta l4proto . th dport }
              }
              chain stamp_it {
                meta mark set meta mark | 0x{{m.Stamp:x}}
                ct original zone set iifname map @zones
                ip hdrlength != 5 goto ask_new
                ip daddr 224.0.0.0/4 goto ask_new
                ip6 daddr ff00::/8 goto ask_new
                accept
              }
              chain identify { }
              chain from_agent { }
              chain to_agent { }
              chain identity {
                type filter hook prerouting priority -310; policy accept;
                meta mark & 0x{{m.Mask:x}} != 0 meta mark set meta mark & 0x{{~m.Mask:x}}
                iifname @inside goto identify
              }
              chain identity_verdict {
                type filter hook prerouting priority -305; policy accept;
                meta mark & 0x{{m.Queued:x}} != 0 counter name not_judged drop
              }
              chain gate_verdict {
                type filter hook input priority -140; policy accept;
                iifname @inside meta mark & 0x{{m.Queued:x}} != 0 counter name not_judged drop
                iifname @inside meta mark & 0x{{m.Judged:x}} != 0 goto refuse
              }
              chain own_packets {
                type filter hook output priority -310; policy accept;
                meta mark & 0x{{m.Passed:x}} == 0 accept
                oifname @inside notrack accept
                ct original zone set ip saddr map @{{Zones4}}
                ct original zone set ip6 saddr map @{{Zones6}}
              }
              chain sort {
                type filter hook forward priority -145; policy accept;
                iifname != @inside oifname != @inside accept
                meta mark & 0x{{m.Mask & ~m.Stamp:x}} != 0 meta mark set meta mark & 0x{{~(m.Mask & ~m.Stamp):x}}
                iifname @inside goto from_agent
                goto to_agent
              }
            }
            """;
    }

    private static string ShareMaps() => Lines(
        from name in PerAgent
        from family in (string[])["4", "6"]
        from map in (string[])[$"{name}{family} {{ type ipv{family}_addr : limit; }}", $"{name}_over{family} {{ type ipv{family}_addr : counter; }}"]
        select $"  map {map}");

    private static string Over(string name, string agent = "saddr") =>
        $"    limit name ip {agent} map @{name}4 counter name ip {agent} map @{name}_over4 drop\n    limit name ip6 {agent} map @{name}6 counter name ip6 {agent} map @{name}_over6 drop";
}
