using Exeat.Linux;
using Exeat.Policy;

namespace Exeat.Gateway.Kernel;

/// <summary>Closes both locks without a gateway: at boot, before any interface is up. Needs neither policy nor agents nor the interfaces themselves.</summary>
internal static class LockClosing
{
    /// <summary>Loads the drop table and the routing rules; returns how many rules the lock has. Where they are in place, nothing changes for packets.</summary>
    public static int Close(GatewayDocument gateway)
    {
        using var nftables = new Nftables();
        using var routing = new PolicyRouting();
        using var neighbours = new NeighbourTable();
        var marks = new MarkLayout(gateway.MarkMask);
        new Locks(nftables, new SecondLock(routing, marks), new PinnedNeighbours(neighbours)).Close(new RulesetOptions
        {
            Marks = marks,
            Inside = gateway.Inside,
            Outside = gateway.Outside,
            Identities = [],
            Intercepts = [.. gateway.Dns.Intercept.Select(a => (a, (ushort)0))],
            Upstreams = [],
            Monitored = [],
            UserId = ProcessUser.Id,
            Queue = 0,
            NewFlowsPerSecond = gateway.Limits.NewFlowsPerSecond,
            NewFlowsBurst = gateway.Limits.NewFlowsBurst,
            DnsFlowsPerSecond = 2 * gateway.Limits.DnsQuestionsPerSecond,
            PendingPacketsPerSecond = gateway.Limits.PendingPacketsPerSecond,
            Generations = [],
        });
        return gateway.Inside.Length * 2;
    }
}
