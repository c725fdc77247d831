using Exeat.Lab.Scenario;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Verification;

/// <summary>A gateway, and outside a host of the user's own behind the world, where <c>exeat verify --far-side</c> counts.</summary>
/// <remarks>
/// <code>
///   agents ── gateway (enforce, or plain forwarding) ── world ── far1 ── far0 ── far host   198.51.100.206   2001:db8:fa::2
/// </code>
/// </remarks>
public sealed class FarLab(bool guarded, bool mayAsk) : LabFixture
{
    public const string Far4 = "198.51.100.206", Far6 = "2001:db8:fa::2", CountPort = "8444";

    private LabGateway? _gateway;
    private LabProcess? _far;

    public string FarSpace => Network.NameOf("far");

    /// <summary>The policy: with <c>mayAsk</c>, one port of the far host is permitted by address, to ask it what arrived.</summary>
    internal PolicyText Policy => !mayAsk ? new PolicyText("enforce") : new PolicyText("enforce")
    {
        ExtraGroups = $"  far-host: {{cidrs: [{Far4}/32, \"{Far6}/128\"]}}\n",
        ExtraRules = $"- {{name: allow-far-counts, priority: 95, to: {{groups: [far-host]}}, protocol: tcp, ports: [{CountPort}], action: permit}}\n",
    };

    protected override async Task FillMiddleAsync()
    {
        string world = Network.NameOf(LabPlan.World);
        string script = $"""
            ip netns add {FarSpace}
            ip link add far1 netns {world} type veth peer name far0 netns {FarSpace}
            nsenter --net=/run/netns/{world} sh -euc 'ip addr add 198.51.100.205/30 dev far1; ip addr add 2001:db8:fa::1/64 dev far1 nodad; ip link set far1 up; echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding'
            nsenter --net=/run/netns/{FarSpace} sh -euc 'ip link set lo up; ip addr add {Far4}/30 dev far0; ip addr add {Far6}/64 dev far0 nodad; ip link set far0 up; ip route add default via 198.51.100.205; ip -6 route add default via 2001:db8:fa::1'
            """;
        Finished made = await Subprocess.RunAsync(["sh", "-eu"], TimeSpan.FromSeconds(20), script);
        Assert.True(made.Succeeded, made.Errors);
        _far = await LabProcess.StartAsync(
            ["nsenter", $"--net=/run/netns/{FarSpace}", "--", .. LabPrograms.Exeat, "verify", "--far-side", "--far-port", CountPort], Path.Combine(State.Folder, "far.log"), TimeSpan.FromSeconds(20));
        if (guarded)
        {
            _gateway = new LabGateway(Spaces.Network, State, LabPrograms.Gateway);
            await _gateway.StartAsync(Policy);
            return;
        }
        await Spaces.Network.ForwardPlainlyAsync();
        await Policy.WriteAsync(State);
    }

    /// <summary>What the far side printed: its arrivals, one line each.</summary>
    internal string Arrivals => string.Join('\n', File.ReadLines(Path.Combine(State.Folder, "far.log")).Where(l => l.StartsWith('{')));

    protected override async Task EmptyMiddleAsync()
    {
        if (_gateway is not null) await _gateway.DisposeAsync();
        if (_far is not null) await _far.DisposeAsync();
        await Subprocess.RunAsync(["ip", "netns", "del", FarSpace], TimeSpan.FromSeconds(10));
    }
}
