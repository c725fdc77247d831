using System.Globalization;
using Exeat.Linux;

namespace Exeat.Gateway.Kernel;

/// <summary>What must be true of the machine before the first packet: kernel features, sysctls. Each failure names itself and its remedy.</summary>
internal static class Preparation
{
    /// <summary>Network settings that the gateway needs; set at start and read back. Forwarding is not here: it comes last.</summary>
    private static readonly (string Name, string Value)[] Needed =
    [
        ("net.netfilter.nf_conntrack_acct", "1"),
        // A connection is tracked from its first packet or not at all: a half-known one has no anchor.
        ("net.netfilter.nf_conntrack_tcp_loose", "0"),
        ("net.netfilter.nf_conntrack_tcp_be_liberal", "0"),
        // Refusals are told by ICMP. Of the kernel's own accord each agent hears six, and then one a second: a client would wait instead of falling back. Milliseconds: fifty a second.
        ("net.ipv4.icmp_ratelimit", "20"),
        ("net.ipv6.icmp.ratelimit", "20"),
        ("net.ipv4.conf.all.send_redirects", "0"),
        ("net.ipv4.conf.all.accept_redirects", "0"),
        ("net.ipv4.conf.all.accept_source_route", "0"),
        ("net.ipv6.conf.all.accept_redirects", "0"),
        ("net.ipv6.conf.all.accept_source_route", "0"),
    ];

    // With slashes: a link's name may have dots.
    private static readonly string[] OfEachLink =
    [
        "net/ipv4/conf/{0}/send_redirects",
        "net/ipv4/conf/{0}/route_localnet",
        "net/ipv4/conf/{0}/accept_redirects",
        "net/ipv6/conf/{0}/accept_ra",
        "net/ipv6/conf/{0}/accept_redirects",
    ];

    // Closed connections count among an agent's for as long as the kernel keeps them, two minutes of its own accord. In half a minute an agent at its full rate of new flows
    // closes fewer than it may have.
    private const string Linger = "net.netfilter.nf_conntrack_tcp_timeout_time_wait";
    private const int MostLinger = 30;

    private const string Helpers = "net.netfilter.nf_conntrack_helper";

    /// <summary>Throws <see cref="GatewayFailure"/> naming everything that is missing.</summary>
    public static void RequireFeatures()
    {
        string[] missing = [.. KernelFeatures.Probe().Where(f => f.IsRequired && !f.IsFound).Select(f => $"  {f.Name}: {f.Remedy}")];
        if (missing.Length > 0) throw new GatewayFailure(3, "this kernel or this process lacks what the gateway needs:\n" + string.Join('\n', missing));
    }

    /// <summary>Sets what the gateway needs of the machine. Throws <see cref="GatewayFailure"/>.</summary>
    public static void SetSysctls()
    {
        foreach ((string name, string value) in Needed) Set(name, value);
        // Gone from newer kernels; where it is, helpers must not open connections of their own (K3).
        if (Sysctl.Read(Helpers) is not null) Set(Helpers, "0");
    }

    /// <summary>Sets what it needs of agents' links; of one that is gone there is nothing to set. Throws <see cref="GatewayFailure"/>.</summary>
    public static void SetSysctls(IEnumerable<string> links)
    {
        // Per-interface values add to "all": redirects and router advertisements must be off on the interface itself.
        foreach (string name in links.SelectMany(link => OfEachLink.Select(setting => string.Format(CultureInfo.InvariantCulture, setting, link))))
        {
            if (Sysctl.Read(name) is null) continue;
            try
            {
                Set(name, "0");
            }
            catch (GatewayFailure) when (Sysctl.Read(name) is null)
            {
                // Gone between the two.
            }
        }
    }

    /// <summary>
    /// Lets the kernel forget closed connections sooner; to be called before their ends are read. False: it cannot be set (a container whose /proc/sys may only be read), and
    /// nothing else is different for that.
    /// </summary>
    public static bool ShortenLinger()
    {
        try
        {
            if (!int.TryParse(Sysctl.Read(Linger), out int seconds) || seconds <= MostLinger) return true;
            Sysctl.Write(Linger, MostLinger.ToString(CultureInfo.InvariantCulture));
            return true;
        }
        catch (KernelException)
        {
            return false;
        }
    }

    /// <summary>The last step of a start: everything that drops is in place.</summary>
    public static void EnableForwarding()
    {
        Set("net.ipv4.ip_forward", "1");
        Set("net.ipv6.conf.all.forwarding", "1");
    }

    private static void Set(string name, string value)
    {
        if (Sysctl.Read(name) == value) return;
        try
        {
            Sysctl.Write(name, value);
        }
        catch (KernelException refused)
        {
            throw new GatewayFailure(3, $"sysctl {name} must be {value} and cannot be set: {refused.Message}");
        }
    }
}
