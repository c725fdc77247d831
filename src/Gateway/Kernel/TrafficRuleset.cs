using System.Text;
using Exeat.Names;

namespace Exeat.Gateway.Kernel;

/// <summary>The table of the data path: identity, DNS interception, queueing, marks. One atomic script; gone when the gateway stops.</summary>
/// <remarks>
/// <code>
///  prerouting -310 identity ── checks interface + address (+ MAC), stamps, sets the zone
///  prerouting -100 dns ─────── redirects :53 of intercepted resolvers to our ports
///  forward -150 sort ───────── fast path by conntrack mark, or queue          input -150 gate: everything but DNS → queue
///  forward -140 verdict ────── what the verdict loop said: refuse, pending, permitted; copies it to the conntrack mark
///  forward  300 (exeat_base) ─ drops what was not passed
/// </code>
/// A queue verdict goes on at the next chain of the hook, not at the next rule: hence two chains. Whatever still bears <c>queued</c> was judged by nobody and is dropped.
/// </remarks>
internal static partial class TrafficRuleset
{
    public const string Table = "exeat";

    /// <summary>The non-base chain into which the queue rule is put (nft <c>queue</c> or the xt target, whichever the kernel has).</summary>
    public const string QueueChain = "to_queue";

    public const string Zones = "zones";

    private static readonly string[] ChangingChains = ["identify", "dns", "gate", "from_agent", "to_agent", "verdict", "output"];
    private static readonly string[] FixedChains = ["queue_it", "stamp_it", "refuse", "identity", "identity_verdict", "gate_verdict", "sort"];

    /// <summary>Every chain but the queue's.</summary>
    public static IEnumerable<string> Chains => ChangingChains.Concat(FixedChains);

    public static IReadOnlyList<string> Sets { get; } = ["inside", "identity4", "identity6", "monitored4", "monitored6"];

    /// <summary>The whole table. The queue chain is empty in it: until the queue rule is there, everything queued is dropped.</summary>
    public static string Text(RulesetOptions o) => Frame(o) + "\n" + Changing(o);

    /// <summary>Brings a loaded table to new options in one transaction. The queue rule and the counters stay, so that no packet falls between two states.</summary>
    public static string Update(RulesetOptions o)
    {
        IEnumerable<string> chains = ChangingChains.Select(chain => $"flush chain inet {Table} {chain}");
        IEnumerable<string> sets = Sets.Select(set => $"flush set inet {Table} {set}").Append($"flush map inet {Table} {Zones}");
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
              set identity4 { type ifname . ipv4_addr; }
              set identity6 { type ifname . ipv6_addr; }
              set monitored4 { type ifname . ipv4_addr; }
              set monitored6 { type ifname . ipv6_addr; }
              set new_flows { type ifname; size 4096; flags dynamic; timeout 1m; }
              counter spoofed_over_limit { }
              counter towards_over_limit { }
              counter new_flows_over_limit { }
              counter invalid { }
              counter related { }
              counter not_judged { }
              counter stale { }
              counter housekeeping { }
              counter dns_forwarded { }
              counter own_output { }
              chain {{QueueChain}} { }
              chain queue_it {
                meta mark set meta mark | 0x{{m.Queued:x}}
                jump {{QueueChain}}
              }
              chain stamp_it {
                meta mark set meta mark | 0x{{m.Stamp:x}}
                ct original zone set iifname map @zones
                accept
              }
              chain refuse {
                meta l4proto tcp reject with tcp reset
                reject with icmpx type admin-prohibited
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
              chain sort {
                type filter hook forward priority -150; policy accept;
                iifname @inside goto from_agent
                oifname @inside goto to_agent
              }
            }
            """;
    }
}
