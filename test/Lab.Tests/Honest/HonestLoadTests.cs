namespace Exeat.Lab.Tests.Honest;

/// <summary>Much at once, large, and for a long time: the same with and without the gateway. What takes minutes is taken in full where <see cref="Variable"/> says so.</summary>
[Collection<HonestCollection>]
public sealed class HonestLoadTests(HonestLabs labs)
{
    private const string Variable = "EXEAT_TEST_HONEST_WHOLE";
    private const int Connections = 2000;

    private static bool Whole => Environment.GetEnvironmentVariable(Variable) == "1";

    private static int Bytes => Whole ? 1 << 30 : 1 << 26;

    private static int IdleSeconds => Whole ? 600 : 15;

    [Theory, InlineData(4), InlineData(6)]
    public async Task A_large_download_and_upload_arrive_whole(int family)
    {
        HonestRun run = await labs.CompareAsync(
            new HonestClient("bulk", "curl", "sh", HonestClient.Script("bulk.sh")) { Variables = new Dictionary<string, string> { ["BYTES"] = $"{Bytes}" }, Deadline = LabPatience.Seconds(600) }, family);
        Assert.Contains($"\"bytes\":{Bytes},", run.Client.Output, StringComparison.Ordinal);
    }

    [Theory, InlineData(4), InlineData(6)]
    public async Task Two_thousand_connections_are_open_at_once(int family)
    {
        HonestRun run = await labs.CompareAsync(
            new HonestClient("many", "node", "node", HonestClient.Script("many.mjs")) { Variables = new Dictionary<string, string> { ["CONNECTIONS"] = $"{Connections}" } }, family);
        Assert.Equal($"open at once {Connections}\nanswered {Connections}\n", run.Client.Output);
        Assert.Equal(Connections, labs.RecordsOf(family, run.From).Count(record => record is { Rule: HonestLabs.Rule, Verdict: "permit", Port: 443, Protocol: "tcp" }));
    }

    [Fact]
    public async Task Idle_connections_go_on_as_if_nothing_had_been()
    {
        var client = new HonestClient("idle", "node", "node", HonestClient.Script("idle.mjs"))
        {
            Variables = new Dictionary<string, string> { ["SECONDS_IDLE"] = $"{IdleSeconds}" },
            Deadline = TimeSpan.FromSeconds(IdleSeconds) + LabPatience.Seconds(30),
        };
        foreach (HonestRun run in await Task.WhenAll(labs.CompareAsync(client, 4), labs.CompareAsync(client, 6)))
        {
            Assert.Equal("https 200 false, then 200 true\nhttp2 200, then 200\nhttp 200 false, then 200 true\n", run.Client.Output);
        }
    }

    // The gateway's way out takes smaller packets than the agents' links: its kernel has to tell the agents so, past the gateway's own locks.
    [Theory, InlineData(4), InlineData(6)]
    public async Task A_narrower_way_out_is_told_to_the_agent(int family)
    {
        await labs.InMiddleAsync("ip", "link", "set", "wan", "mtu", "1300");
        try
        {
            HonestRun run = await labs.CompareAsync(
                new HonestClient("narrow", "curl", "sh", HonestClient.Script("bulk.sh")) { Variables = new Dictionary<string, string> { ["BYTES"] = "5000000" } }, family);
            Assert.Contains("\"bytes\":5000000,", run.Client.Output, StringComparison.Ordinal);
        }
        finally
        {
            await labs.InMiddleAsync("ip", "link", "set", "wan", "mtu", "1500");
        }
    }
}
