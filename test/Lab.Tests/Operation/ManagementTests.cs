using System.Globalization;
using System.Text.Json;
using Exeat.Lab.Scenario;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Operation;

/// <summary>The management side of a real gateway: people reach it, agents do not.</summary>
public sealed class ManagementTests
{
    private const int Port = 9464;

    [Fact]
    public async Task Status_tells_enforcement_denials_lost_locks_and_a_gateway_that_is_gone()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        await using var lab = new EnforcedLab();
        await lab.InitializeAsync();
        JsonElement healthy = await StatusAsync(lab, 0);
        Assert.Equal(("enforce", "enforce", true), (healthy.GetProperty("declaredMode").GetString(), healthy.GetProperty("effectiveMode").GetString(), healthy.GetProperty("enforcing").GetBoolean()));
        Assert.Equal(5, healthy.GetProperty("agents").GetProperty("enforced").GetInt32());

        Outcome denied = await lab.TryAsync("https-address", "@attacker", 4);
        Assert.False(denied.Arrived);
        Assert.NotNull(await lab.RecordOfAsync(denied));
        await Task.Delay(TimeSpan.FromSeconds(1.2), TimeProvider.System);
        JsonElement after = await StatusAsync(lab, 0);
        Assert.Equal("coding-1", after.GetProperty("lastDenial").GetProperty("agent").GetString());
        Assert.True(after.GetProperty("queue").GetProperty("judged").GetInt64() > healthy.GetProperty("queue").GetProperty("judged").GetInt64());

        // The gateway is held, so that it cannot repair; what status says comes from the kernel.
        string socket = Path.Combine(lab.State.Folder, "gateway.sock");
        await lab.Gateway.Process.SignalAsync("KILL");
        await lab.Gateway.Process.WaitAsync();
        Finished gone = await lab.RunAsync(LabPlan.Gateway, [.. LabPrograms.Exeat, "status", "--socket", socket]);
        Assert.Equal(3, gone.Status);
        Assert.Contains("locks: both are closed", gone.Errors);
        Assert.True((await lab.RunAsync(LabPlan.Gateway, "/usr/sbin/nft", "delete", "table", "inet", "exeat_base")).Succeeded);
        Assert.Contains("the drop table is missing", (await lab.RunAsync(LabPlan.Gateway, [.. LabPrograms.Exeat, "status", "--socket", socket])).Errors);

        // The socket of the dead one is still there; the next gateway takes its place.
        Assert.True(File.Exists(socket));
        await lab.Gateway.RestartAsync();
        Assert.True((await StatusAsync(lab, 0)).GetProperty("locks").GetProperty("dropTable").GetBoolean());
    }

    [Fact]
    public async Task A_lock_that_somebody_took_and_holds_against_repair_is_an_alarm_until_it_is_back()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        await using var lab = new EnforcedLab();
        await lab.InitializeAsync();
        await StatusAsync(lab, 0);
        // A table with an owner can be changed by nobody else while the owner's program runs (nft(8), "owner"): the gateway's repair is refused.
        Task<Finished> held = lab.RunAsync(LabPlan.Gateway, "sh", "-c",
            "(echo 'delete table inet exeat_base; add table inet exeat_base { flags owner; }'; sleep 12) | /usr/sbin/nft -i");
        JsonElement lost = await StatusUntilAsync(lab, 1);
        Assert.False(lost.GetProperty("enforcing").GetBoolean());
        Assert.False(lost.GetProperty("locks").GetProperty("dropTable").GetBoolean());
        Assert.True(lost.GetProperty("locks").GetProperty("routingRules").GetBoolean());
        Assert.True(lost.GetProperty("locks").GetProperty("checksumRules").GetBoolean());
        Assert.Contains("drop table", lost.GetProperty("alarms")[0].GetString());
        foreach (int family in (int[])[4, 6]) Assert.False((await lab.TryAsync("https-address", "@attacker", family)).Arrived, "the other lock and the data table did not hold");
        Assert.False(held.IsCompleted, "nobody held the table: " + (held.IsCompleted ? (await held).Errors : ""));
        await held;
        JsonElement back = await StatusUntilAsync(lab, 0);
        Assert.True(back.GetProperty("locks").GetProperty("dropTable").GetBoolean());
        Assert.True(back.GetProperty("since").GetDateTimeOffset() > lost.GetProperty("since").GetDateTimeOffset());
        string log = lab.Gateway.Process.LastWords(30);
        Assert.Contains("ALARM: the drop table", log);
    }

    [Fact]
    public async Task Checksum_rules_that_somebody_keeps_away_are_an_alarm_until_they_are_back()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        await using var lab = new EnforcedLab();
        await lab.InitializeAsync();
        Assert.True((await StatusAsync(lab, 0)).GetProperty("locks").GetProperty("checksumRules").GetBoolean());
        Task<Finished> held = lab.RunAsync(LabPlan.Gateway, "sh", "-c", "(echo 'delete table ip6 mangle; add table ip6 mangle { flags owner; }'; sleep 12) | /usr/sbin/nft -i");
        JsonElement lost = await StatusUntilAsync(lab, 1);
        Assert.False(lost.GetProperty("enforcing").GetBoolean());
        Assert.False(lost.GetProperty("locks").GetProperty("checksumRules").GetBoolean());
        Assert.True(lost.GetProperty("locks").GetProperty("hold").GetBoolean());
        Assert.Contains("checksum rules", Assert.Single(lost.GetProperty("alarms").EnumerateArray()).GetString());
        Assert.False(held.IsCompleted, "nobody held the table: " + (held.IsCompleted ? (await held).Errors : ""));
        await held;
        Assert.True((await StatusUntilAsync(lab, 0)).GetProperty("locks").GetProperty("checksumRules").GetBoolean());
    }

    [Fact]
    public async Task Status_of_a_monitoring_gateway_ends_with_1()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        await using var lab = new MonitoredLab();
        await lab.InitializeAsync();
        JsonElement status = await StatusAsync(lab, 1);
        Assert.Equal(("monitor", "monitor", false), (status.GetProperty("declaredMode").GetString(), status.GetProperty("effectiveMode").GetString(), status.GetProperty("enforcing").GetBoolean()));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public async Task Agents_reach_neither_metrics_nor_health_and_the_management_side_does(int family)
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        string address = family == 4 ? LabPlan.WanAddress4 : LabPlan.WanAddress6, host = family == 4 ? address : $"[{address}]";
        await using var lab = new MetricsLab($"{host}:{Port}");
        await lab.InitializeAsync();
        long before = await CountAsync(lab, host);
        foreach (LabAgent agent in LabPlan.Agents)
        {
            Finished tried = await lab.RunAsync(agent.Id, "curl", "-s", "--max-time", "3", $"http://{host}:{Port}/metrics");
            Assert.False(tried.Succeeded, $"{agent.Id} read the metrics over IPv{family}");
            Assert.Equal("", tried.Output);
        }
        // Ours are the only requests that were answered: the one that read the first count, and the one that reads this.
        Assert.Equal(before + 1, await CountAsync(lab, host));
        string journal = string.Concat(Directory.GetFiles(lab.State.Journal, "*").Where(f => new FileInfo(f).Length > 0 && !f.EndsWith("lock", StringComparison.Ordinal)).Select(File.ReadAllText));
        foreach (LabAgent agent in LabPlan.Agents)
            Assert.Contains(journal.Split('\n'), line => line.Contains($"\"{agent.Id}\"", StringComparison.Ordinal) && line.Contains($"\"port\":{Port}", StringComparison.Ordinal) && line.Contains("gateway-itself", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("0.0.0.0:9464", "every address")]
    [InlineData("[::]:9464", "every address")]
    [InlineData("192.0.2.9:9464", "belongs to ag-2")]
    [InlineData("[2001:db8:a:2::1]:9464", "belongs to ag-2")]
    public async Task A_metrics_address_on_the_agents_side_is_refused_at_the_start(string address, string said)
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        await using var lab = new MetricsLab(address);
        LabException refused = await Assert.ThrowsAsync<LabException>(async () => await lab.InitializeAsync());
        Assert.Contains(said, refused.Message);
    }

    private static async Task<JsonElement> StatusUntilAsync(GatewayLab lab, int expected)
    {
        Finished ran = await AskAsync(lab);
        for (int i = 0; i < 40 && ran.Status != expected; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
            ran = await AskAsync(lab);
        }
        Assert.True(ran.Status == expected, $"status stays at {ran.Status}: {ran.Output} {ran.Errors}; the gateway said {lab.Gateway.Process.LastWords()}");
        return JsonDocument.Parse(ran.Output).RootElement;
    }

    private static async Task<JsonElement> StatusAsync(GatewayLab lab, int expected)
    {
        // Served right after the gateway is ready, and not before.
        Finished ran = await AskAsync(lab);
        for (int i = 0; i < 40 && ran.Status == 3; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            ran = await AskAsync(lab);
        }
        Assert.True(ran.Status == expected, $"status ended with {ran.Status}: {ran.Output} {ran.Errors}; the gateway said {lab.Gateway.Process.LastWords()}");
        return JsonDocument.Parse(ran.Output).RootElement;
    }

    private static Task<Finished> AskAsync(GatewayLab lab) =>
        lab.RunAsync(LabPlan.Gateway, [.. LabPrograms.Exeat, "status", "--json", "--config", Path.Combine(lab.State.Documents, LabFiles.GatewayName)]);

    private static async Task<long> CountAsync(MetricsLab lab, string host)
    {
        Finished read = await lab.RunAsync(LabPlan.World, "curl", "-s", "--retry", "20", "--retry-connrefused", "--retry-delay", "1", "--max-time", "20", $"http://{host}:{Port}/metrics");
        Assert.True(read.Succeeded, "the control run did not reach the metrics: " + read.LastLine + lab.Gateway.Process.LastWords());
        const string Name = "exeat_management_requests_total{listener=\"address\"} ";
        string line = read.Output.Split('\n').First(l => l.StartsWith(Name, StringComparison.Ordinal));
        return long.Parse(line[Name.Length..], CultureInfo.InvariantCulture);
    }
}
