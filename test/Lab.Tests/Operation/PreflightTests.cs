using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Operation;

/// <summary><c>exeat preflight</c> on a machine that is in order, and with each thing broken on purpose.</summary>
public sealed class PreflightTests(PreflightLab lab) : IClassFixture<PreflightLab>
{
    [Fact]
    public async Task A_machine_in_order_fails_nothing_before_there_are_agents()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        var (status, checks) = await lab.LookAsync();
        Assert.Equal([], checks.Where(c => c.Value.Outcome is "fail" or "unknown").Select(c => c.Key));
        Assert.Equal(0, status);
        foreach (string name in (string[])["packet queue", "conntrack netlink", "interface ag-1", "interface wan", "IPv4 default route", "IPv6 default route", "mark users: set", "resolver 198.51.100.54:53", "resolver [2001:db8:53::54]:53", "room for journal"])
            Assert.Equal((name, "ok"), (name, checks[name].Outcome));
    }

    [Theory]
    [InlineData("interface ag-3", "fail", "ip link set ag-3 down; ip link set ag-3 name gone", "ip link set gone name ag-3; ip link set ag-3 up; ip -6 addr add 2001:db8:a:3::1/64 dev ag-3 nodad")]
    [InlineData("IPv4 default route", "fail", "ip route del default", "ip route add default via 198.51.100.129")]
    [InlineData("IPv6 default route", "warn", "ip -6 route del default", "ip -6 route add default via 2001:db8:ff::1")]
    [InlineData("IPv4 default route", "fail", "ip route add default dev ag-1 metric 5", "ip route del default dev ag-1")]
    [InlineData("IPv6 default route", "fail", "ip -6 route add default dev ag-1 metric 5", "ip -6 route del default dev ag-1")]
    [InlineData("address of ag-4", "fail", "ip addr flush dev ag-4 scope global", "ip addr add 192.0.2.17/30 dev ag-4; ip -6 addr add 2001:db8:a:4::1/64 dev ag-4 nodad")]
    [InlineData("bridge of ag-4", "fail", "ip link add br9 type bridge; ip link set ag-4 master br9", "ip link del br9")]
    [InlineData("siblings of ag-4", "warn", "ip link add mv9 link ag-4 type macvlan", "ip link del mv9")]
    [InlineData("tc on ag-4", "warn", "tc qdisc add dev ag-4 clsact", "tc qdisc del dev ag-4 clsact")]
    [InlineData("resolver 198.51.100.54:53", "fail", "ip route add blackhole 198.51.100.54", "ip route del blackhole 198.51.100.54")]
    [InlineData("resolver [2001:db8:53::54]:53", "fail", "ip -6 route add blackhole 2001:db8:53::54", "ip -6 route del blackhole 2001:db8:53::54")]
    [InlineData("mark users: routing rules", "warn", "ip rule add fwmark 0x10000/0xff0000 lookup main pref 900", "ip rule del pref 900")]
    [InlineData("mark users: routing rules", "warn", "ip -6 rule add fwmark 0x10000/0xff0000 lookup main pref 900", "ip -6 rule del pref 900")]
    [InlineData("mark users: routing rules", "ok", "ip rule add fwmark 0x1/0xff lookup main pref 900", "ip rule del pref 900")]
    [InlineData("routing rules before ours", "warn", "ip -6 rule add lookup main pref 12", "ip -6 rule del pref 12")]
    [InlineData("net.ipv4.ip_forward", "warn", "echo 1 > /proc/sys/net/ipv4/ip_forward", "echo 0 > /proc/sys/net/ipv4/ip_forward")]
    [InlineData("net.ipv6.conf.all.forwarding", "warn", "echo 1 > /proc/sys/net/ipv6/conf/all/forwarding", "echo 0 > /proc/sys/net/ipv6/conf/all/forwarding")]
    [InlineData("net/ipv4/conf/wan/rp_filter", "warn", "echo 1 > /proc/sys/net/ipv4/conf/wan/rp_filter", "echo 0 > /proc/sys/net/ipv4/conf/wan/rp_filter")]
    [InlineData("net/ipv4/conf/ag-1/send_redirects", "fail", "nft add table inet exeat; echo 1 > /proc/sys/net/ipv4/conf/ag-1/send_redirects", "nft delete table inet exeat")]
    [InlineData("net/ipv6/conf/ag-1/accept_ra", "fail", "nft add table inet exeat; echo 1 > /proc/sys/net/ipv6/conf/ag-1/accept_ra", "nft delete table inet exeat; echo 0 > /proc/sys/net/ipv6/conf/ag-1/accept_ra")]
    [InlineData("net.netfilter.nf_conntrack_tcp_timeout_time_wait", "warn", "nft add table inet exeat; echo 120 > /proc/sys/net/netfilter/nf_conntrack_tcp_timeout_time_wait", "nft delete table inet exeat; echo 30 > /proc/sys/net/netfilter/nf_conntrack_tcp_timeout_time_wait")]
    public Task What_is_broken_is_named_with_its_remedy(string check, string outcome, string broken, string mended) => BreakAsync(check, outcome, broken, mended);

    [Theory]
    [InlineData("mark users: set", "fail", "ip", "forward", "meta mark set 0x1")]
    [InlineData("mark users: set", "fail", "ip6", "prerouting", "meta mark set meta mark or 0x10000")]
    [InlineData("mark users: set", "fail", "inet", "forward", "ct mark set 0x5")]
    [InlineData("mark users: set", "ok", "inet", "forward", "meta mark set meta mark and 0xffffff00 or 0x1")]
    [InlineData("mark users: compare", "warn", "ip", "forward", "meta mark 0x1 accept")]
    [InlineData("mark users: compare", "warn", "ip6", "forward", "ct mark and 0xff0000 == 0x10000 drop")]
    [InlineData("mark users: compare", "ok", "inet", "forward", "meta mark and 0xff == 0x1 accept")]
    [InlineData("tracking", "fail", "ip", "prerouting", "notrack")]
    [InlineData("tracking", "fail", "ip6", "prerouting", "notrack")]
    [InlineData("other firewalls: at our hooks", "warn", "ip6", "forward", "counter accept")]
    public Task Other_peoples_rules_that_get_in_the_way_are_named(string check, string outcome, string family, string hook, string rule) =>
        BreakAsync(check, outcome, $"nft add table {family} other; nft 'add chain {family} other c {{ type filter hook {hook} priority 0; }}'; nft 'add rule {family} other c {rule}'", $"nft delete table {family} other");

    [Theory]
    [InlineData("ip")]
    [InlineData("ip6")]
    public Task A_forward_policy_that_drops_is_named(string family) => BreakAsync(
        "other firewalls: forward policy", "warn", $"nft add table {family} other; nft 'add chain {family} other FORWARD {{ type filter hook forward priority 0; policy drop; }}'", $"nft delete table {family} other");

    [Fact]
    public async Task A_journal_larger_than_the_disk_and_a_metrics_address_of_the_agents_side_fail()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        string config = lab.Config.Replace("gateway.yaml", "wrong.yaml", StringComparison.Ordinal);
        await File.WriteAllTextAsync(config, LabFiles.Text(LabFiles.GatewayName).Replace("67108864", "1000000GiB", StringComparison.Ordinal)
            .Replace("management: {", "management: {metrics: \"192.0.2.9:9464\", ", StringComparison.Ordinal));
        var (status, checks) = await lab.LookAsync(config);
        Assert.Equal((1, "fail", "fail"), (status, checks["room for journal"].Outcome, checks["metrics address"].Outcome));
    }

    [Fact]
    public async Task Whoever_may_not_look_is_told_so()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        Finished ran = await lab.RunAsync(LabPlan.Gateway, ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs", .. LabPrograms.Exeat, "preflight", "--config", lab.Config]);
        Assert.Equal(3, ran.Status);
        Assert.Contains("unknown ruleset: cannot be looked at", ran.Output);
        Assert.Contains("fail    CAP_NET_ADMIN", ran.Output);
    }

    private async Task BreakAsync(string check, string outcome, string broken, string mended)
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        await lab.ShellAsync(broken);
        try
        {
            var (status, checks) = await lab.LookAsync();
            Assert.True(checks.TryGetValue(check, out (string Outcome, string Remedy) found), $"no check '{check}' among: {string.Join(", ", checks.Keys)}");
            Assert.Equal(outcome, found.Outcome);
            // Some faults have consequences for other checks: a resolver that cannot be reached any more.
            Assert.Equal(checks.Values.Any(c => c.Outcome == "fail") ? 1 : 0, status);
            if (outcome != "ok") Assert.NotEmpty(found.Remedy);
        }
        finally
        {
            await lab.ShellAsync(mended);
        }
    }
}
