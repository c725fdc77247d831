using System.Text;
using Exeat.Lab.World;

namespace Exeat.Lab.Topology;

/// <summary>The namespaces and links of <see cref="LabPlan"/>, made with iproute2 inside the caller's own user, mount and network namespaces.</summary>
/// <remarks>Names carry a prefix, so that several labs can stand side by side in one mount namespace (tests).</remarks>
public sealed class LabNetwork(string prefix) : IAsyncDisposable
{
    /// <summary>The full name of a namespace of this lab.</summary>
    public string NameOf(string space) => prefix + space;

    /// <summary>A command line that runs a command inside one of this lab's network namespaces.</summary>
    public IReadOnlyList<string> Inside(string space, params IReadOnlyList<string> command) =>
        ["nsenter", $"--net=/run/netns/{NameOf(space)}", "--", .. command];

    /// <summary>Makes everything: about half a second. Forwarding stays off: whoever stands in the middle turns it on.</summary>
    public async Task CreateAsync()
    {
        await Subprocess.DemandAsync(["ip", "-batch", "-"], Links());
        await Task.WhenAll([
            ConfigureAsync(LabPlan.Gateway, GatewayAddresses()),
            ConfigureAsync(LabPlan.World, WorldAddresses(), "echo 1 > /proc/sys/net/ipv4/tcp_fin_timeout"),
            .. LabPlan.Agents.Select(a => ConfigureAsync(a.Id, AgentAddresses(a))),
        ]);
    }

    /// <summary>Plain forwarding instead of a gateway: the sabotage that must let every attack through.</summary>
    public Task ForwardPlainlyAsync() => Subprocess.DemandAsync(
        Inside(LabPlan.Gateway, "sh", "-euc", "echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding"));

    /// <summary>Removes the namespaces; what runs in them must have ended.</summary>
    public async ValueTask DisposeAsync()
    {
        var batch = new StringBuilder();
        foreach (string space in Spaces()) batch.AppendLine($"netns del {NameOf(space)}");
        await Subprocess.RunAsync(["ip", "-force", "-batch", "-"], LabPatience.Seconds(20), batch.ToString());
    }

    private static IEnumerable<string> Spaces() => [LabPlan.Gateway, LabPlan.World, .. LabPlan.Agents.Select(a => a.Id)];

    private string Links()
    {
        var batch = new StringBuilder();
        foreach (string space in Spaces()) batch.AppendLine($"netns add {NameOf(space)}");
        string gateway = NameOf(LabPlan.Gateway);
        batch.AppendLine($"link add {LabPlan.Wan} netns {gateway} type veth peer name {LabPlan.WorldLink} netns {NameOf(LabPlan.World)}");
        foreach (LabAgent a in LabPlan.Agents)
        {
            batch.AppendLine($"link add {a.GatewayLink} netns {gateway} address {a.GatewayMac} type veth "
                + $"peer name eth0 address {a.Mac} netns {NameOf(a.Id)}");
        }
        return batch.ToString();
    }

    // No duplicate address detection and no router advertisements: addresses are usable at once and nothing but this file gives any.
    private Task ConfigureAsync(string space, string batch, string more = "true") => Subprocess.DemandAsync(
        Inside(space, "sh", "-eu"),
        $"""
        for f in /proc/sys/net/ipv6/conf/*; do
          echo 0 > $f/disable_ipv6
          echo 0 > $f/accept_dad
          echo 0 > $f/accept_ra
        done
        for f in /proc/sys/net/ipv4/conf/*; do echo 0 > $f/rp_filter; done
        {more}
        ip -batch - <<'BATCH'
        link set lo up
        {batch}
        BATCH
        """);

    private static string GatewayAddresses()
    {
        var batch = new StringBuilder();
        batch.AppendLine($"""
            addr add {LabPlan.WanAddress4}/30 dev {LabPlan.Wan}
            addr add {LabPlan.WanAddress6}/64 dev {LabPlan.Wan} nodad
            link set {LabPlan.Wan} up
            route add default via {LabPlan.WorldAddress4}
            route add default via {LabPlan.WorldAddress6}
            """);
        foreach (LabAgent a in LabPlan.Agents)
        {
            batch.AppendLine($"""
                addr add {a.Gateway4}/30 dev {a.GatewayLink}
                addr add {a.Gateway6}/64 dev {a.GatewayLink} nodad
                link set {a.GatewayLink} up
                """);
        }
        return batch.ToString();
    }

    private static string AgentAddresses(LabAgent a) => $"""
        addr add {a.Address4}/30 dev eth0
        addr add {a.Address6}/64 dev eth0 nodad
        link set eth0 up
        route add default via {a.Gateway4}
        route add default via {a.Gateway6}
        """;

    private static string WorldAddresses()
    {
        var batch = new StringBuilder();
        foreach (Place place in WorldMap.Places)
        {
            batch.AppendLine($"addr add {place.Address4}/32 dev lo");
            batch.AppendLine($"addr add {place.Address6}/128 dev lo nodad");
        }
        batch.AppendLine($"""
            addr add {LabPlan.WorldAddress4}/30 dev {LabPlan.WorldLink}
            addr add {LabPlan.WorldAddress6}/64 dev {LabPlan.WorldLink} nodad
            link set {LabPlan.WorldLink} up
            route add {LabPlan.Agents4} via {LabPlan.WanAddress4}
            route add {LabPlan.Agents6} via {LabPlan.WanAddress6}
            """);
        return batch.ToString();
    }
}
