using Exeat.Lab.Scenario;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Limits;

/// <summary>Two agents on one link of the gateway's, told apart by address and hardware address.</summary>
/// <remarks>
/// <code>
///   pod-1 ──eth0┐ 192.0.2.66   2001:db8:a:9::2
///               ├ bridge (namespace segment) ── seg ─ gateway 192.0.2.65/27  2001:db8:a:9::1/64
///   pod-2 ──eth0┘ 192.0.2.67   2001:db8:a:9::3
/// </code>
/// </remarks>
public sealed class SharedSegmentLab : LabFixture
{
    private const string Segment = "segment";

    /// <summary>The gateway's link to the segment.</summary>
    public const string Link = "seg";

    private static readonly string[] Pods = ["pod-1", "pod-2"];

    private static readonly PolicyText Policy = new("enforce")
    {
        ExtraGroups = "  echoing: {cidrs: [203.0.113.31/32, \"2001:db8:f::31/128\"]}\n",
        ExtraRules = "- {name: allow-echo, priority: 95, from: [coding], to: {groups: [echoing]}, protocol: icmp, action: permit}\n",
    };

    private LabGateway? _gateway;

    public static string AddressOf(string pod, int family) => family == 4 ? $"192.0.2.{65 + NumberOf(pod)}" : $"2001:db8:a:9::{1 + NumberOf(pod)}";

    /// <summary>A place that answers echo requests, which the policy permits.</summary>
    public static string EchoingAt(int family) => family == 4 ? "203.0.113.31" : "2001:db8:f::31";

    protected override async Task FillMiddleAsync()
    {
        await Subprocess.DemandAsync(["sh", "-euc", Script()]);
        _gateway = new LabGateway(Spaces.Network, State, LabPrograms.Gateway);
        await Policy.WriteAsync(State);
        string agents = LabFiles.Text(LabFiles.AgentsName)
            + string.Concat(Pods.Select(pod => $"- {{id: {pod}, class: coding, interface: {Link}, addresses: [{AddressOf(pod, 4)}, \"{AddressOf(pod, 6)}\"], mac: \"{MacOf(pod)}\"}}\n"));
        await File.WriteAllTextAsync(Path.Combine(State.Documents, LabFiles.AgentsName), agents);
        string gateway = LabFiles.Text(LabFiles.GatewayName).Replace("inside: [", $"inside: [{Link}, ", StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(State.Documents, LabFiles.GatewayName), gateway);
        await _gateway.RestartAsync();
    }

    protected override async Task EmptyMiddleAsync()
    {
        if (_gateway is not null) await _gateway.DisposeAsync();
        foreach (string space in (string[])[Segment, .. Pods]) await Subprocess.RunAsync(["ip", "netns", "del", Network.NameOf(space)], TimeSpan.FromSeconds(20));
    }

    private static int NumberOf(string pod) => pod[^1] - '0';

    public static string MacOf(string pod) => $"02:00:00:00:0b:{NumberOf(pod):x2}";

    private string Script()
    {
        string segment = Network.NameOf(Segment), gateway = Network.NameOf(LabPlan.Gateway);
        var lines = new List<string>
        {
            $"ip netns add {segment}",
            $"ip -n {segment} link add br0 type bridge",
            $"ip -n {segment} link set dev br0 up",
            $"ip link add {Link} netns {gateway} type veth peer name port netns {segment}",
            $"ip -n {segment} link set dev port master br0 up",
            $"ip -n {gateway} addr add 192.0.2.65/27 dev {Link}",
            $"ip -n {gateway} addr add 2001:db8:a:9::1/64 dev {Link} nodad",
            $"ip -n {gateway} link set {Link} up",
        };
        foreach (string pod in Pods)
        {
            string space = Network.NameOf(pod);
            lines.AddRange(
            [
                $"ip netns add {space}",
                $"nsenter --net=/run/netns/{space} sh -euc 'for f in /proc/sys/net/ipv6/conf/*; do echo 0 > $f/disable_ipv6; echo 0 > $f/accept_dad; echo 0 > $f/accept_ra; done'",
                $"ip link add {pod} netns {segment} type veth peer name eth0 address {MacOf(pod)} netns {space}",
                $"ip -n {segment} link set dev {pod} master br0 up",
                $"ip -n {space} link set lo up",
                $"ip -n {space} addr add {AddressOf(pod, 4)}/27 dev eth0",
                $"ip -n {space} addr add {AddressOf(pod, 6)}/64 dev eth0 nodad",
                $"ip -n {space} link set eth0 up",
                $"ip -n {space} route add default via 192.0.2.65",
                $"ip -n {space} route add default via 2001:db8:a:9::1",
            ]);
        }
        return string.Join('\n', lines);
    }
}
