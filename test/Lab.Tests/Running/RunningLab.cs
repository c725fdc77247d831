using System.Text.Json;
using Exeat.Lab.Scenario;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;
using Exeat.Lab.World;

namespace Exeat.Lab.Tests.Running;

/// <summary>A lab whose documents change while it runs. Its policy is its own, short and by address, so that what is tried is the change and not the names.</summary>
public class RunningLab() : GatewayLab("enforce")
{
    public const string PolicyFile = LabFiles.PolicyName, AgentsFile = LabFiles.AgentsName, GatewayFile = LabFiles.GatewayName;

    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(15);

    /// <summary>A policy that permits the world's database to three agents and openclaw.ai by name.</summary>
    /// <param name="mode">Lines with the mode.</param>
    /// <param name="data">More keys of the rule that permits the database.</param>
    /// <param name="more">More rules.</param>
    /// <param name="groups">More groups.</param>
    public static string Policy(string mode = "mode: enforce", string data = "", string more = "", string groups = "") => $$"""
        apiVersion: exeat/v1
        kind: Policy
        {{mode}}
        default: deny
        smartGroups:
          all: {class: [coding, research, support]}
          data: {cidrs: [10.20.0.5/32, "fd00:20::5/128"]}
          resolvers: {cidrs: [198.51.100.53/32, "2001:db8:53::53/128"]}
        {{groups}}
        webGroups: {core: {names: [openclaw.ai]} }
        rules:
        - {name: allow-dns, priority: 1, from: [all], to: {groups: [resolvers]}, ports: [53], action: permit}
        - {name: allow-data, priority: 10, from: [all], to: {groups: [data]}, protocol: tcp, ports: [5432], action: permit{{data}} }
        - {name: allow-core, priority: 20, from: [all], to: {names: [core]}, protocol: tcp, ports: [443], action: permit}
        {{more}}

        """;

    public static string DatabaseAt(int family) => family == 4 ? WorldMap.Database.Address4 : WorldMap.Database.Address6;

    /// <summary>Puts a document where the gateway reads it: renamed onto the old one, as tools do, or written over in place, as editors do.</summary>
    internal void Write(string name, string text, bool inPlace = false)
    {
        string path = Path.Combine(State.Documents, name);
        File.WriteAllText(inPlace ? path : path + ".next", text);
        if (!inPlace) File.Move(path + ".next", path, overwrite: true);
    }

    internal string Read(string name) => File.ReadAllText(Path.Combine(State.Documents, name));

    /// <summary>The agents document with an agent quarantined.</summary>
    internal string Quarantined(string agent) => Read(AgentsFile).Replace($"{{id: {agent},", $"{{id: {agent}, quarantined: true,", StringComparison.Ordinal);

    /// <summary>Brings all documents back to what every test begins with.</summary>
    internal async Task BeginAsync()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        Write(AgentsFile, LabFiles.Text(AgentsFile));
        Write(GatewayFile, LabFiles.Text(GatewayFile));
        Write(PolicyFile, Policy());
        // A test that failed half-way may have left it stopped.
        if (Gateway.Process.HasEnded) await Gateway.RestartAsync();
        await ChangeAsync(() => Gateway.Process.SignalAsync("HUP").GetAwaiter().GetResult());
        // What the watch saw of the same change may still follow; a test must not take it for its own.
        int seen;
        do
        {
            seen = Generation();
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
        }
        while (seen != Generation());
    }

    /// <summary>Everything that the gateway has said.</summary>
    internal string Log() => File.ReadAllText(Path.Combine(State.Folder, "gateway.log"));

    /// <summary>Changes documents and waits until the kernel follows another generation than before.</summary>
    internal async Task ChangeAsync(Action change)
    {
        int before = Generation();
        change();
        await UntilAsync(() => Generation() != before, "the gateway applied nothing");
    }

    internal int Generation()
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Path.Combine(State.Gateway, "applied.json")));
            return document.RootElement.GetProperty("generation").GetInt32();
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return 0;
        }
    }

    internal async Task UntilAsync(Func<bool> holds, string otherwise)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!holds())
        {
            if (TimeProvider.System.GetElapsedTime(start) > Patience) Assert.Fail($"{otherwise}; it said:\n{Gateway.Process.LastWords()}");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }
    }

    /// <summary>Packets of an agent that arrived at the database's port, by the far side's own count.</summary>
    internal async Task<long> ArrivedAsync(string agent, int family, int protocol, int port = 5432)
    {
        LabAgent from = LabPlan.Find(agent)!;
        return (await World.ReadAsync()).From(family == 4 ? from.Address4 : from.Address6, DatabaseAt(family), protocol, port).Packets;
    }

    /// <summary>Starts an agent's flow that sends as long as it may, and waits until it arrives at the far side.</summary>
    internal async Task<Sender> SendAsync(string agent, int family, bool udp = false, double seconds = 25)
    {
        long before = await ArrivedAsync(agent, family, udp ? 17 : 6);
        Sender sender = Sender.Start(Network, agent, DatabaseAt(family), 5432, udp, seconds);
        long start = TimeProvider.System.GetTimestamp();
        while (await ArrivedAsync(agent, family, udp ? 17 : 6) < before + 5)
        {
            if (TimeProvider.System.GetElapsedTime(start) > Patience) Assert.Fail($"the flow of {agent} never arrived, so this test shows nothing");
        }
        return sender;
    }
}
