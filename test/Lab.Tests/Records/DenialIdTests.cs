using System.Text.RegularExpressions;
using Exeat.Flows;
using Exeat.Lab.Scenario;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Tests.Running;
using Exeat.Lab.Topology;
using Exeat.Lab.World;

namespace Exeat.Lab.Tests.Records;

/// <summary>The denial id: what a refused agent reads in a DNS answer is what people find in the journal, at every stage (I5).</summary>
public sealed partial class DenialIdTests(EnforcedLab lab) : IClassFixture<EnforcedLab>
{
    [Theory, InlineData(4), InlineData(6)]
    public async Task What_the_answer_says_of_a_refusal_is_in_its_record(int family)
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        DateTimeOffset from = TimeProvider.System.GetUtcNow();
        (string rule, string denial) = await AskAsync(lab, "coding-1", family, "api.openai.com");
        FlowEvent record = Assert.Single(await RecordsAsync(lab, from, denial));
        Assert.Equal(("decision", "deny", "dns", "coding-1", rule), (record.Event, record.Verdict, record.Stage, record.Agent, record.Rule));
        Assert.Equal("api.openai.com", Assert.Single(record.Names).Name);
        Assert.NotEqual("default-deny", rule);
        // Another refusal has another id and names the other rule.
        (string other, string id) = await AskAsync(lab, "coding-1", family, "unknown-host.example");
        Assert.NotEqual(denial, id);
        Assert.Equal("default-deny", other);
    }

    [Fact]
    public async Task A_refusal_that_is_only_counted_has_an_id_that_is_found()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        await using var few = new RunningLab();
        await few.InitializeAsync();
        await few.BeginAsync();
        few.Write(RunningLab.GatewayFile, few.Read(RunningLab.GatewayFile) + "limits: {denialsPerSecond: 1, denialsBurst: 2}\n");
        await few.Gateway.Process.DisposeAsync();
        await few.Gateway.RestartAsync();
        foreach (int family in (int[])[4, 6])
        {
            DateTimeOffset from = TimeProvider.System.GetUtcNow();
            List<string> told = [];
            for (int i = 0; i < 12; i++) told.Add((await AskAsync(few, "coding-1", family, "again.example")).Denial);
            List<FlowEvent> read = [];
            for (int i = 0; i < 100 && read.Sum(e => e.Count) < told.Count; i++)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
                read = [.. new JournalReader(few.State.Journal).Read(from).Where(e => e.Stage == "dns" && e.Verdict == "deny")];
            }
            // Every attempt counts once, some of them only as a number, and each id that was told stands in the journal.
            Assert.Equal(told.Count, read.Sum(e => e.Count));
            Assert.Contains(read, e => e is { Event: "counted", Count: > 1 });
            Assert.True(told.Distinct().Count() < told.Count, "no answer named a counted refusal");
            Assert.All(told, id => Assert.Contains(read, e => e.Denial == id));
        }
    }

    [Theory, InlineData(4), InlineData(6)]
    public async Task Every_refusal_of_every_stage_has_an_id(int family)
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        DateTimeOffset from = TimeProvider.System.GetUtcNow();
        await AskAsync(lab, "coding-1", family, "api.openai.com");
        Assert.False((await lab.TryAsync("https-address", "@attacker", family)).Arrived);
        Assert.True((await lab.TryAsync("https", "integrate.api.nvidia.com", family)).Client.Succeeded);
        Assert.False((await lab.TryAsync("spoofed-sni", "login.example.com@model-gateway", family)).Arrived);
        Outcome last = await lab.TryAsync("http-second", "archive.ubuntu.com", family, port: 80);
        Assert.False(last.Arrived);
        List<FlowEvent> denials = [];
        for (int i = 0; i < 50 && denials.Select(e => e.Stage).Distinct().Count() < 4; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            denials = [.. new JournalReader(lab.State.Journal).Read(from).Where(e => e.Verdict == "deny")];
        }
        Assert.Equal(["dns", "first-packet", "hello", "request"], denials.Select(e => e.Stage!).Distinct().Order(StringComparer.Ordinal));
        Assert.All(denials, e => Assert.Equal(DenialId.Of(Guid.Parse(e.Flow!)), e.Denial));
        // Only refusals have one.
        Assert.All(new JournalReader(lab.State.Journal).Read(from).Where(e => e.Verdict == "permit"), e => Assert.Null(e.Denial));
    }

    // A real client reads it: dig.
    private static async Task<(string Rule, string Denial)> AskAsync(LabFixture lab, string agent, int family, string name)
    {
        string resolver = family == 4 ? WorldMap.Resolver.Address4 : WorldMap.Resolver.Address6;
        Finished dig = await lab.RunAsync(agent, "dig", "+tries=1", $"@{resolver}", name, family == 4 ? "A" : "AAAA");
        Match told = ExtendedError().Match(dig.Output);
        Assert.True(told.Success, dig.Output);
        Assert.Contains("status: NXDOMAIN", dig.Output, StringComparison.Ordinal);
        Match soa = Soa().Match(dig.Output);
        Assert.True(soa.Success, dig.Output);
        Assert.Equal(("1", "1"), (soa.Groups["ttl"].Value, soa.Groups["minimum"].Value));
        return (told.Groups["rule"].Value, told.Groups["denial"].Value);
    }

    private static async Task<IReadOnlyList<FlowEvent>> RecordsAsync(LabFixture lab, DateTimeOffset from, string denial)
    {
        List<FlowEvent> found = [];
        for (int i = 0; i < 50 && found.Count == 0; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            found = [.. new JournalReader(lab.State.Journal).Read(from).Where(e => e.Denial == denial)];
        }
        return found;
    }

    [GeneratedRegex(@"EDE: 15 \(Blocked\): \(rule (?<rule>[^;]+); denial (?<denial>[0-9a-z]+)\)")]
    private static partial Regex ExtendedError();

    [GeneratedRegex(@"^\S+\s+(?<ttl>\d+)\s+IN\s+SOA\s.*\s(?<minimum>\d+)\s*$", RegexOptions.Multiline)]
    private static partial Regex Soa();
}
