using Exeat.Linux;

namespace Exeat.Run.Network;

/// <summary>The three network namespaces of a run (<see cref="RunAddresses"/>), held by files in the run's folder that only this mount namespace sees as such.</summary>
internal sealed class RunSpaces
{
    private RunSpaces(string folder) => (Agent, Gateway, Way) = (Path.Combine(folder, "agent"), Path.Combine(folder, "gateway"), Path.Combine(folder, "way"));

    public string Agent { get; }

    public string Gateway { get; }

    /// <summary>The way out's.</summary>
    public string Way { get; }

    /// <summary>Makes them with their links and addresses. Nothing is forwarded yet, and there is no way out.</summary>
    public static RunSpaces Create(string folder)
    {
        Directory.CreateDirectory(folder);
        var spaces = new RunSpaces(folder);
        foreach (string space in (string[])[spaces.Agent, spaces.Gateway, spaces.Way]) Namespaces.Create(space);
        foreach (string space in (string[])[spaces.Agent, spaces.Gateway, spaces.Way]) NamespaceThread.Run(space, Settings);
        Links(spaces);
        NamespaceThread.Run(spaces.Way, () => Filter(Ports: []));
        return spaces;
    }

    /// <summary>Opens the way out: what comes from the gateway goes out under the way's own address, the resolver and ports of the host answer on it, and all else is refused.</summary>
    public void Open(IEnumerable<int> hostPorts)
    {
        int[] ports = [.. hostPorts];
        NamespaceThread.Run(Way, () =>
        {
            Filter(ports);
            Sysctl.Write("net.ipv4.ip_forward", "1");
            Sysctl.Write("net.ipv6.conf.all.forwarding", "1");
        });
    }

    // No duplicate address detection: addresses are usable at once.
    private static void Settings()
    {
        foreach (string which in (string[])["all", "default"])
        {
            Sysctl.Write($"net.ipv6.conf.{which}.disable_ipv6", "0");
            Sysctl.Write($"net.ipv6.conf.{which}.accept_dad", "0");
            // 2: also where one forwards, as the way out does; slirp4netns gives its address and route this way.
            Sysctl.Write($"net.ipv6.conf.{which}.accept_ra", "2");
            Sysctl.Write($"net.ipv4.conf.{which}.rp_filter", "0");
        }
    }

    private static void Links(RunSpaces spaces)
    {
        new IpBatch()
            .Command($"link add {RunAddresses.GatewayLink} type veth peer name {RunAddresses.AgentLink} netns {spaces.Agent}")
            .Command($"link add {RunAddresses.Outside} type veth peer name {RunAddresses.InLink} netns {spaces.Way}")
            .Run(spaces.Gateway);
        NamespaceThread.Run(spaces.Agent, () => NoAdvertisements(RunAddresses.AgentLink));
        NamespaceThread.Run(spaces.Gateway, () => NoAdvertisements(RunAddresses.GatewayLink, RunAddresses.Outside));
        NamespaceThread.Run(spaces.Way, () => NoAdvertisements(RunAddresses.InLink));
        new IpBatch()
            .Address(RunAddresses.AgentLink, $"{RunAddresses.Agent4}/30").Address(RunAddresses.AgentLink, $"{RunAddresses.Agent6}/64").Up(RunAddresses.AgentLink)
            .Route("default", RunAddresses.Gateway4).Route("default", RunAddresses.Gateway6)
            .Run(spaces.Agent);
        new IpBatch()
            .Address(RunAddresses.GatewayLink, $"{RunAddresses.Gateway4}/30").Address(RunAddresses.GatewayLink, $"{RunAddresses.Gateway6}/64").Up(RunAddresses.GatewayLink)
            .Address(RunAddresses.Outside, $"{RunAddresses.Outside4}/29").Address(RunAddresses.Outside, $"{RunAddresses.Outside6}/64").Up(RunAddresses.Outside)
            .Route("default", RunAddresses.In4).Route("default", RunAddresses.In6)
            .Run(spaces.Gateway);
        new IpBatch()
            .Address(RunAddresses.InLink, $"{RunAddresses.In4}/29").Address(RunAddresses.InLink, $"{RunAddresses.In6}/64")
            .Address(RunAddresses.InLink, $"{RunAddresses.HostPorts4}/29").Address(RunAddresses.InLink, $"{RunAddresses.HostPorts6}/64").Up(RunAddresses.InLink)
            .Route(RunAddresses.Agents4, RunAddresses.Outside4).Route(RunAddresses.Agents6, RunAddresses.Outside6)
            .Run(spaces.Way);
    }

    private static void NoAdvertisements(params string[] links)
    {
        foreach (string link in links) Sysctl.Write($"net.ipv6.conf.{link}.accept_ra", "0");
    }

    // Beside the gateway's own locks: nobody comes in from outside, and the way out itself offers the resolver (to the gateway's own address alone) and the host's ports.
    private static void Filter(int[] Ports)
    {
        string offered = string.Join('\n', Ports.Select(port =>
            $"    iifname \"{RunAddresses.InLink}\" ip daddr {RunAddresses.HostPorts4} tcp dport {port} accept\n    iifname \"{RunAddresses.InLink}\" ip6 daddr {RunAddresses.HostPorts6} tcp dport {port} accept"));
        using var nftables = new Nftables();
        nftables.Apply($$"""
            table inet exeat_run
            delete table inet exeat_run
            table inet exeat_run {
              chain input {
                type filter hook input priority 0; policy drop;
                iifname "lo" accept
                ct state established,related accept
                icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert } accept
                iifname "{{RunAddresses.InLink}}" ip saddr {{RunAddresses.Outside4}} ip daddr {{RunAddresses.In4}} meta l4proto { tcp, udp } th dport 53 accept
                iifname "{{RunAddresses.InLink}}" ip6 saddr {{RunAddresses.Outside6}} ip6 daddr {{RunAddresses.In6}} meta l4proto { tcp, udp } th dport 53 accept
            {{offered}}
                iifname "{{RunAddresses.InLink}}" meta l4proto tcp reject with tcp reset
                iifname "{{RunAddresses.InLink}}" reject with icmpx type port-unreachable
              }
              chain forward {
                type filter hook forward priority 0; policy drop;
                iifname "{{RunAddresses.InLink}}" oifname "{{RunAddresses.OutLink}}" accept
                iifname "{{RunAddresses.OutLink}}" oifname "{{RunAddresses.InLink}}" ct state established,related accept
              }
              chain translate {
                type nat hook postrouting priority 100; policy accept;
                oifname "{{RunAddresses.OutLink}}" masquerade
              }
            }
            """);
    }
}
