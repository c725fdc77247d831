using System.Globalization;
using Exeat.Linux;

namespace Exeat.Run.Network;

/// <summary>The way out of whoever administers the host's network: a link of the host's into the way's namespace, and masquerade on a host that forwards already.</summary>
/// <remarks>
/// Nothing of it stays behind, however the run ends: the link goes with the namespace at its other end, and the table is one that the kernel removes with the socket that made it
/// (<c>flags owner</c>). No setting of the host is changed.
/// </remarks>
internal sealed class HostWay : IDisposable
{
    private readonly Nftables _nftables = new();

    /// <summary>Makes it. <paramref name="space"/> is the way's namespace, as a file that can be seen from here.</summary>
    public HostWay(string space)
    {
        string link = $"exeat-{Environment.ProcessId.ToString("x", CultureInfo.InvariantCulture)}";
        new IpBatch()
            .Command($"link add {link} type veth peer name {RunAddresses.OutLink} netns {space}")
            .Address(link, $"{RunAddresses.HostSide4}/30").Address(link, $"{RunAddresses.HostSide6}/64").Up(link)
            .Run();
        // Nobody on the host is reached from there, and nobody comes in: replies alone.
        _nftables.Apply($$"""
            table inet exeat_run_{{Environment.ProcessId}} {
              flags owner;
              chain input {
                type filter hook input priority -10; policy accept;
                iifname "{{link}}" icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
                iifname "{{link}}" reject with icmpx type admin-prohibited
              }
              chain forward {
                type filter hook forward priority -10; policy accept;
                oifname "{{link}}" ct state established,related accept
                oifname "{{link}}" drop
              }
              chain translate {
                type nat hook postrouting priority 100; policy accept;
                ip saddr {{RunAddresses.FarSide4}} masquerade
                ip6 saddr {{RunAddresses.FarSide6}} masquerade
              }
            }
            """);
    }

    /// <summary>Why it cannot be; null: it can.</summary>
    public static string? Obstacle()
    {
        if (!Capabilities.Has("CAP_NET_ADMIN")) return "it needs CAP_NET_ADMIN (root)";
        return Sysctl.Read("net.ipv4.ip_forward") == "1" ? null : "this host does not forward, and exeat run changes no setting of it: sysctl -w net.ipv4.ip_forward=1 (and net.ipv6.conf.all.forwarding=1), or another --network";
    }

    /// <summary>The far end, in the way's namespace.</summary>
    public static void Join(string space)
    {
        NamespaceThread.Run(space, () => Sysctl.Write($"net.ipv6.conf.{RunAddresses.OutLink}.accept_ra", "0"));
        new IpBatch()
            .Address(RunAddresses.OutLink, $"{RunAddresses.FarSide4}/30").Address(RunAddresses.OutLink, $"{RunAddresses.FarSide6}/64").Up(RunAddresses.OutLink)
            .Route("default", RunAddresses.HostSide4).Route("default", RunAddresses.HostSide6)
            .Run(space);
    }

    /// <summary>Takes the table away; the link goes with the namespace.</summary>
    public void Dispose() => _nftables.Dispose();
}
