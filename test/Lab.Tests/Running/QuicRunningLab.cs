using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Tests.Records;
using Exeat.Lab.Topology;
using Exeat.Lab.World;

namespace Exeat.Lab.Tests.Running;

/// <summary>A lab whose documents change while real QUIC connections (ngtcp2) are alive: uploads, since only their clients go on sending when they hear nothing more.</summary>
public sealed class QuicRunningLab : BriefLab
{
    private const int Udp = 17, Port = 443;

    // Minutes on a slow link; no block of the disk is used.
    private const long UploadBytes = 4L << 30;

    /// <summary>A policy that permits openclaw.ai over QUIC to some classes.</summary>
    public static string QuicPolicy(string classes, string more = "") => Policy(
        groups: $"  quic-users: {{class: [{classes}]}}",
        more: "- {name: allow-core-quic, priority: 21, from: [quic-users], to: {names: [core]}, protocol: udp, ports: [443], action: permit}\n" + more);

    public static string ServerAt(int family) => WorldMap.Find("openclaw.ai")!.Address(family);

    /// <summary>Datagrams of an agent that arrived at the server, by the far side's own count.</summary>
    internal async Task<long> DatagramsAsync(string agent, int family) =>
        (await World.ReadAsync()).From(LabPlan.Find(agent)!.Address(family), ServerAt(family), Udp, Port).Packets;

    private string Upload => Path.Combine(State.Scratch, "upload.bin");

    /// <summary>Starts an upload that does not end, and waits until it is under way. The client gives up two seconds after it heard the last of its server.</summary>
    internal async Task<Task<Finished>> UploadAsync(string agent, int family)
    {
        const string Script = """
            hosts=$(mktemp) || exit 1
            getent "ahostsv$1" openclaw.ai | { read -r first _; echo "$first openclaw.ai"; } >"$hosts"
            exec unshare --mount sh -c 'mount --bind "$1" /etc/hosts && rm "$1" && exec gtlsclient -q --timeout=2s --exit-on-all-streams-close -m POST -d "$2" openclaw.ai 443 https://openclaw.ai/index.html' sh "$hosts" "$2"
            """;
        long before = await DatagramsAsync(agent, family);
        Task<Finished> client = Subprocess.RunAsync(Network.Inside(agent, "sh", "-c", Script, "sh", $"{family}", Upload), TimeSpan.FromSeconds(60));
        await GrowsAsync(agent, family, before, 40);
        return client;
    }

    /// <summary>Waits until more datagrams of an agent have arrived.</summary>
    internal async Task GrowsAsync(string agent, int family, long from, int by)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (await DatagramsAsync(agent, family) < from + by)
        {
            if (TimeProvider.System.GetElapsedTime(start) > Patience) Assert.Fail($"no {by} datagrams of {agent} arrived over IPv{family}; it said:\n{Gateway.Process.LastWords()}");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
    }

    protected override async Task FillMiddleAsync()
    {
        await base.FillMiddleAsync();
        await Spaces.ServeQuicAsync();
        await using (FileStream zeros = File.Create(Upload)) zeros.SetLength(UploadBytes);
        // A kernel without this shaper only makes the uploads quicker and the machine busier.
        foreach (LabAgent agent in LabPlan.Agents) await RunAsync(agent.Id, "tc", "qdisc", "replace", "dev", "eth0", "root", "tbf", "rate", "10mbit", "burst", "64k", "latency", "50ms");
    }
}
