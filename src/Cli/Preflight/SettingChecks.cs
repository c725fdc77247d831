using System.Globalization;
using Exeat.Linux;

namespace Exeat.Cli;

/// <summary>The kernel's network settings. Most are set by the gateway at its start; then it is their later change that counts.</summary>
internal static class SettingChecks
{
    private static readonly (string Name, string Value, string Why)[] OfMachine =
    [
        ("net.netfilter.nf_conntrack_tcp_loose", "0", "half-known connections would be taken up in the middle"),
        ("net.netfilter.nf_conntrack_tcp_be_liberal", "0", "packets outside of the window would count as the connection's"),
        ("net.netfilter.nf_conntrack_helper", "0", "helpers open connections that nobody asked for"),
        ("net.ipv4.icmp_ratelimit", "20", "refused datagrams are told too seldom, and clients wait instead of falling back"),
        ("net.ipv6.icmp.ratelimit", "20", "refused datagrams are told too seldom, and clients wait instead of falling back"),
        ("net.ipv4.conf.all.send_redirects", "0", "agents would be told of shorter ways round the gateway"),
        ("net.ipv4.conf.all.accept_redirects", "0", "neighbours could change the gateway's routes"),
        ("net.ipv6.conf.all.accept_redirects", "0", "neighbours could change the gateway's routes"),
        ("net.ipv4.conf.all.accept_source_route", "0", "senders could choose the way"),
        ("net.ipv6.conf.all.accept_source_route", "0", "senders could choose the way"),
    ];

    private static readonly (string Name, string Value, string Why)[] OfInside =
    [
        ("net/ipv4/conf/{0}/send_redirects", "0", "agents would be told of shorter ways round the gateway"),
        ("net/ipv4/conf/{0}/accept_redirects", "0", "agents could change the gateway's routes"),
        ("net/ipv6/conf/{0}/accept_redirects", "0", "agents could change the gateway's routes"),
        ("net/ipv6/conf/{0}/accept_ra", "0", "an agent could make itself the gateway's router"),
        ("net/ipv4/conf/{0}/route_localnet", "0", "agents could address the gateway's loopback"),
    ];

    public static IEnumerable<Check> All(Ground ground, bool gatewayRuns)
    {
        IEnumerable<(string Name, string Value, string Why)> settings = OfMachine.Concat(ground.Inside.SelectMany(
            link => OfInside.Select(s => (string.Format(CultureInfo.InvariantCulture, s.Name, link.Name), s.Value, s.Why))));
        foreach ((string name, string value, string why) in settings)
        {
            string? read = Sysctl.Read(name);
            if (read is null) continue;
            // Before the start the gateway sets it; while it runs, somebody else has set it back.
            yield return gatewayRuns || read == value
                ? Check.That(name, read == value, Outcome.Fail, $"is {read}{(read == value ? "" : $": {why}")}", $"sysctl -w {name}={value}")
                : Check.Ok(name, $"is {read}; the gateway sets {value} at its start");
        }
        foreach (string name in (string[])["net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"])
        {
            string? read = Sysctl.Read(name);
            if (gatewayRuns) yield return Check.That(name, read == "1", Outcome.Fail, $"is {read ?? "absent"}: nothing is forwarded", $"sysctl -w {name}=1");
            else if (read == "1") yield return new Check(name, Outcome.Warn, "is 1 before a gateway runs: only the locks keep agents in", "exeat-gateway --close-locks --config FILE, or leave it 0: the gateway sets it last");
        }
        foreach (Check check in Linger(gatewayRuns)) yield return check;
        foreach (Check check in ReversePath(ground)) yield return check;
    }

    // The gateway sets it where it may; without it less is possible, and nothing less safe.
    private static IEnumerable<Check> Linger(bool gatewayRuns)
    {
        const string Name = "net.netfilter.nf_conntrack_tcp_timeout_time_wait";
        if (!int.TryParse(Sysctl.Read(Name), CultureInfo.InvariantCulture, out int seconds)) yield break;
        yield return gatewayRuns || seconds <= 30
            ? Check.That(Name, seconds <= 30, Outcome.Warn, $"is {seconds}{(seconds <= 30 ? "" : ": closed connections count among an agent's for so long")}", $"sysctl -w {Name}=30")
            : Check.Ok(Name, $"is {seconds}; the gateway sets 30 at its start");
    }

    // The stricter of "all" and the interface's own counts (ip-sysctl): 1 is strict, 2 loose.
    private static IEnumerable<Check> ReversePath(Ground ground)
    {
        if (ground.Outside is not { } outside) yield break;
        _ = int.TryParse(Sysctl.Read("net.ipv4.conf.all.rp_filter"), out int all);
        _ = int.TryParse(Sysctl.Read($"net/ipv4/conf/{outside.Name}/rp_filter"), out int own);
        int mode = Math.Max(all, own);
        yield return Check.That($"net/ipv4/conf/{outside.Name}/rp_filter", mode != 1, Outcome.Warn, mode switch { 0 => "is off", 2 => "is loose", _ => "is strict: answers that come back another way than they left are dropped" },
            $"sysctl -w net/ipv4/conf/{outside.Name}/rp_filter=2 (unless every way back is the way out)");
    }
}
