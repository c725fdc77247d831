using Exeat.Gateway.Kernel;
using Exeat.Names;
using Exeat.Testing;

namespace Exeat.Gateway.Tests.Kernel;

/// <summary>The kernel's tables as text, compared with goldens: any change of them is a visible change in review. EXEAT_UPDATE_GOLDENS=1 writes them.</summary>
public sealed class RulesetTests
{
    private static RulesetOptions Options => new()
    {
        Marks = new MarkLayout(0xffff0000),
        Inside = ["ag-1", "ag-2"],
        Outside = "wan",
        Identities =
        [
            new AgentIdentity("ag-1", [At("192.0.2.2"), At("2001:db8:a::2")], null, 1) { Number = 1 },
            new AgentIdentity("ag-2", [At("192.0.2.6")], "02:00:00:00:00:01", 2) { Number = 2 },
        ],
        Intercepts = [(At("198.51.100.53"), 5301), (At("2001:db8:53::53"), 5302)],
        Upstreams = [(At("198.51.100.54"), 53)],
        Monitored = [("ag-2", At("192.0.2.6"))],
        UserId = 0,
        Queue = 4747,
        NewFlowsPerSecond = 200,
        NewFlowsBurst = 400,
        DnsFlowsPerSecond = 200,
        PendingPacketsPerSecond = 10_000,
        Generations = [7],
    };

    [Fact]
    public void The_base_table_is_as_reviewed() => Golden("base.nft", DropRuleset.Text(Options));

    [Fact]
    public void The_data_table_is_as_reviewed() => Golden("data.nft", TrafficRuleset.Text(Options));

    [Fact]
    public void A_change_while_two_generations_pass_is_as_reviewed() => Golden("update.nft", TrafficRuleset.Update(Options with { Generations = [7, 8] }));

    [Fact]
    public void Nothing_bypasses_the_queue()
    {
        string all = DropRuleset.Text(Options) + TrafficRuleset.Text(Options);
        Assert.DoesNotContain("bypass", all, StringComparison.Ordinal);
        Assert.DoesNotContain("fanout", all, StringComparison.Ordinal);
    }

    private static Address At(string text) => PacketBuilder.At(text);

    private static void Golden(string name, string actual)
    {
        DirectoryInfo root = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Exeat.slnx"))) root = root.Parent!;
        string path = Path.Combine(root.FullName, "test", "Gateway.Tests", "Kernel", "goldens", name);
        if (Environment.GetEnvironmentVariable("EXEAT_UPDATE_GOLDENS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, actual.TrimEnd('\n') + "\n");
        }
        Assert.Equal(File.ReadAllText(path), actual.TrimEnd('\n') + "\n");
    }
}
