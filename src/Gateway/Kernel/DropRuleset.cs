namespace Exeat.Gateway.Kernel;

/// <summary>
/// The first lock: a table that drops whatever goes from or to an agent unless <see cref="TrafficRuleset"/> stamped it in this very traversal. Loaded before forwarding is
/// enabled, last in every hook, and left in place when the gateway stops or dies.
/// </summary>
internal static class DropRuleset
{
    public const string Table = "exeat_base";

    /// <summary>The whole table as one atomic nft script.</summary>
    /// <remarks>Towards agents the gateway's own packets are those that <see cref="TrafficRuleset"/> took out of tracking before anybody else could write a mark; a mark alone, from another's rule, lets nothing pass.</remarks>
    public static string Text(RulesetOptions o)
    {
        MarkLayout m = o.Marks;
        return $$"""
            table inet {{Table}}
            delete table inet {{Table}}
            table inet {{Table}} {
              set inside { type ifname; elements = { {{o.InsideElements}} }; }
              counter unstamped_forward { }
              counter unstamped_input { }
              counter unstamped_output { }
              counter intercepted_forwarded { }
              chain ingress {
                type filter hook prerouting priority -320; policy accept;
                meta mark & 0x{{m.Mask:x}} != 0 meta mark set meta mark & 0x{{~m.Mask:x}}
              }
              chain forward {
                type filter hook forward priority 300; policy accept;
                iifname @inside meta mark & 0x{{m.Passed:x}} == 0 counter name unstamped_forward drop
                oifname @inside meta mark & 0x{{m.Passed:x}} == 0 counter name unstamped_forward drop
            {{o.InterceptDrops("    ")}}
              }
              chain input {
                type filter hook input priority 300; policy accept;
                iifname != @inside accept
                icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } ip6 hoplimit 255 accept
                meta mark & 0x{{m.Stamp:x}} != 0 ct status dnat meta l4proto { tcp, udp } accept
                counter name unstamped_input drop
              }
              chain output {
                type filter hook output priority 300; policy accept;
                oifname != @inside accept
                icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
                ct direction reply ct status dnat accept
                ct state untracked meta mark & 0x{{m.Passed:x}} != 0 accept
                tcp flags & rst == rst accept
                icmp type { destination-unreachable, time-exceeded } accept
                icmpv6 type { destination-unreachable, packet-too-big, time-exceeded } accept
                icmpv6 type { nd-router-solicit, mld-listener-query, mld-listener-report, mld-listener-done, mld2-listener-report } drop
                ip protocol igmp drop
                counter name unstamped_output drop
              }
            }
            """;
    }
}
