using Exeat.Lab.Tests.Running;
using Exeat.Lab.Topology;
using Exeat.Lab.World;

namespace Exeat.Lab.Tests.Chaos;

/// <summary>Each thing that is broken on purpose. Every one returns when the hand that broke it is off again.</summary>
internal static class Faults
{
    private const string Nft = "/usr/sbin/nft";

    public static async Task SignalAndRestartAsync(ChaosLab lab, string signal)
    {
        int before = lab.Supervisor.Restarts;
        lab.Supervisor.BeginOutage();
        await lab.Gateway.Process.SignalAsync(signal);
        await lab.Supervisor.RestartedAsync(before, ChaosLab.Recovery);
    }

    /// <summary>Stopped for a while, and continued.</summary>
    public static async Task HoldAsync(ChaosLab lab, double seconds, Func<Task>? meanwhile = null)
    {
        lab.Supervisor.BeginOutage();
        await lab.Gateway.Process.SignalAsync("STOP");
        await PauseAsync(seconds);
        if (meanwhile is not null) await meanwhile();
        await lab.Gateway.Process.SignalAsync("CONT");
        await PauseAsync(0.2);
        lab.Supervisor.EndOutage();
    }

    /// <summary>Stopped for good: what a watchdog sees; it kills, and the supervisor starts anew.</summary>
    public static async Task HangAsync(ChaosLab lab)
    {
        lab.Supervisor.BeginOutage();
        await lab.Gateway.Process.SignalAsync("STOP");
        await PauseAsync(1.5);
        await SignalAndRestartAsync(lab, "KILL");
    }

    /// <summary>Everything that nftables holds is gone, again and again.</summary>
    public static async Task FlushAsync(ChaosLab lab, int times = 6)
    {
        for (int i = 0; i < times; i++)
        {
            // What is dropped for want of a table is on nobody's record.
            lab.Supervisor.BeginOutage();
            await InGatewayAsync(lab, Nft, "flush", "ruleset");
            await PauseAsync(0.4);
        }
        await PauseAsync(0.4);
        lab.Supervisor.EndOutage();
    }

    /// <summary>Another tool restores its idea of all iptables tables, in both families.</summary>
    public static async Task RestoreIptablesAsync(ChaosLab lab)
    {
        const string Rules = """
            *mangle
            :PREROUTING ACCEPT [0:0]
            :FORWARD ACCEPT [0:0]
            -A FORWARD -j MARK --set-xmark 0x400/0x400
            COMMIT
            *filter
            :INPUT ACCEPT [0:0]
            :FORWARD ACCEPT [0:0]
            :OUTPUT ACCEPT [0:0]
            -A FORWARD -j ACCEPT
            COMMIT

            """;
        string file = Path.Combine(lab.State.Scratch, "iptables");
        await File.WriteAllTextAsync(file, Rules);
        foreach (string program in (string[])["/usr/sbin/iptables-nft-restore", "/usr/sbin/ip6tables-nft-restore"]) await InGatewayAsync(lab, "env", $"XTABLES_LOCKFILE={file}.lock", program, file);
        await PauseAsync(0.7);
        foreach (string table in (string[])["ip mangle", "ip filter", "ip6 mangle", "ip6 filter"]) await InGatewayAsync(lab, [Nft, "delete", "table", .. table.Split(' ')]);
    }

    /// <summary>The jump to the queue is taken out of our table.</summary>
    public static async Task UnqueueAsync(ChaosLab lab, int times = 3)
    {
        for (int i = 0; i < times; i++)
        {
            lab.Supervisor.BeginOutage();
            await InGatewayAsync(lab, Nft, "flush", "chain", "inet", "exeat", "to_queue");
            await PauseAsync(0.4);
        }
        await PauseAsync(0.4);
        lab.Supervisor.EndOutage();
    }

    /// <summary>Another tool's rule writes marks at a hook of its own.</summary>
    public static async Task MarkAsync(ChaosLab lab, string hook, int priority, string statement, double seconds = 1.2)
    {
        await Subprocess.DemandAsync(lab.Network.Inside(LabPlan.Gateway, Nft, "-f", "-"), $$"""
            table inet other {
              chain marks {
                type filter hook {{hook}} priority {{priority}}; policy accept;
                {{statement}}
              }
            }

            """);
        await PauseAsync(seconds);
        await InGatewayAsync(lab, Nft, "delete", "table", "inet", "other");
    }

    /// <summary>An inside link and the outside link go down and come back, with the routes that whoever manages the links puts back.</summary>
    public static async Task FlapAsync(ChaosLab lab)
    {
        // Packets that find no link are nobody's to record.
        lab.Supervisor.BeginOutage();
        await InGatewayAsync(lab, "sh", "-euc", "echo 1 > /proc/sys/net/ipv6/conf/all/keep_addr_on_down; for f in /proc/sys/net/ipv6/conf/*; do echo 1 > $f/keep_addr_on_down; done");
        await InGatewayAsync(lab, "ip", "link", "set", "ag-2", "down");
        await PauseAsync(0.5);
        await InGatewayAsync(lab, "ip", "link", "set", "ag-2", "up");
        await InGatewayAsync(lab, "ip", "link", "set", LabPlan.Wan, "down");
        await PauseAsync(0.5);
        await InGatewayAsync(lab, "ip", "link", "set", LabPlan.Wan, "up");
        await InGatewayAsync(lab, "ip", "route", "replace", "default", "via", LabPlan.WorldAddress4);
        await InGatewayAsync(lab, "ip", "route", "replace", "default", "via", LabPlan.WorldAddress6);
        lab.Supervisor.EndOutage();
    }

    /// <summary>No upstream is there to be asked.</summary>
    public static async Task LoseUpstreamAsync(ChaosLab lab, double seconds = 1.5)
    {
        lab.Supervisor.BeginOutage();
        await InWorldAsync(lab, "ip", "addr", "del", WorldMap.Upstream.Address4 + "/32", "dev", "lo");
        await InWorldAsync(lab, "ip", "addr", "del", WorldMap.Upstream.Address6 + "/128", "dev", "lo");
        await PauseAsync(seconds);
        await InWorldAsync(lab, "ip", "addr", "add", WorldMap.Upstream.Address4 + "/32", "dev", "lo");
        await InWorldAsync(lab, "ip", "addr", "add", WorldMap.Upstream.Address6 + "/128", "dev", "lo", "nodad");
        await PauseAsync(0.2);
        lab.Supervisor.EndOutage();
    }

    /// <summary>So many changes of policy in so many seconds.</summary>
    public static async Task StormAsync(ChaosLab lab, int changes, double seconds)
    {
        long start = TimeProvider.System.GetTimestamp();
        for (int i = 0; i < changes; i++)
        {
            lab.Write(RunningLab.PolicyFile, ChaosLab.TrafficPolicy($"- {{name: storm-{i}, priority: {200 + i}, from: [all], to: {{groups: [data]}}, protocol: tcp, ports: [{6000 + i}], action: permit}}\n"));
            double wait = seconds * (i + 1) / changes - TimeProvider.System.GetElapsedTime(start).TotalSeconds;
            if (wait > 0) await PauseAsync(wait);
        }
        lab.Write(RunningLab.PolicyFile, ChaosLab.TrafficPolicy());
        await PauseAsync(0.5);
    }

    public static Task PauseAsync(double seconds) => Task.Delay(TimeSpan.FromSeconds(seconds), TimeProvider.System);

    public static Task<Finished> InGatewayAsync(ChaosLab lab, params string[] command) => Subprocess.DemandAsync(lab.Network.Inside(LabPlan.Gateway, command));

    public static Task<Finished> InWorldAsync(ChaosLab lab, params string[] command) => Subprocess.DemandAsync(lab.Network.Inside(LabPlan.World, command));
}
