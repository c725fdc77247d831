using System.Text.Json;
using System.Xml.Linq;
using Exeat.Cli.Verify;
using Exeat.Flows;
using Probe = Exeat.Cli.Verify.Probe;

namespace Exeat.Cli.Tests.Verify;

/// <summary>Whole runs in an imagined world: what they come to, and in which form it is told.</summary>
public sealed class RunTests
{
    [Fact]
    public async Task An_enforcing_gateway_holds_in_everything()
    {
        VerifyReport report = await RunAsync();
        Assert.True(report.Status == 0, Unheld(report));
        Assert.True(report.Count(CheckOutcome.Held) > 60);
        Assert.Equal(CheckOutcome.Held, Find(report, "permit/allow-core/6").Outcome);
        // One rule's only name is nowhere in DNS: nothing is claimed of it.
        Assert.Equal(CheckOutcome.NotTested, Find(report, "permit/allow-inside/4").Outcome);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public async Task A_gateway_in_one_family_only_fails_and_the_other_is_named(int guarded)
    {
        VerifyReport report = await RunAsync(world => new ImaginedWorld(world) { Guarded = [guarded] });
        int open = guarded == 4 ? 6 : 4;
        Assert.Equal(1, report.Status);
        Assert.Equal((CheckOutcome.Held, CheckOutcome.Failed), (Find(report, $"family/enforced-{guarded}/{guarded}").Outcome, Find(report, $"family/enforced-{open}/{open}").Outcome));
        Assert.StartsWith($"IPv{open} is NOT ENFORCED", Find(report, $"family/enforced-{open}/{open}").Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_gateway_at_all_fails_in_both_families()
    {
        VerifyReport report = await RunAsync(world => new ImaginedWorld(world) { Guarded = [] });
        Assert.Equal(1, report.Status);
        foreach (int family in (int[])[4, 6]) Assert.Equal(CheckOutcome.Failed, Find(report, $"family/enforced-{family}/{family}").Outcome);
    }

    [Fact]
    public async Task A_record_that_says_the_name_was_bound_permits_nothing()
    {
        VerifyReport without = await RunAsync(world => new ImaginedWorld(world) { Guarded = [] });
        VerifyReport lying = await RunAsync(world => new ImaginedWorld(world) { Guarded = [] }, records: new Lying());
        Assert.Equal(without.Results.Where(r => r.WasToBeRefused).Select(r => r.Id), lying.Results.Where(r => r.WasToBeRefused).Select(r => r.Id));
        foreach (int family in (int[])[4, 6])
        {
            CheckResult spoofed = Find(lying, $"escape/spoofed-sni-elsewhere/{family}");
            Assert.Equal("core.example", spoofed.Record?.Names[0].Name);
            Assert.Equal(CheckOutcome.Failed, spoofed.Outcome);
            Assert.EndsWith("the policy says deny by default-deny", spoofed.Why, StringComparison.Ordinal);
        }
        Assert.DoesNotContain(lying.Results, r => r.WasToBeRefused && r.Outcome == CheckOutcome.Held);
    }

    [Fact]
    public async Task A_dead_network_is_no_gateway()
    {
        VerifyReport report = await RunAsync(_ => new Dead());
        Assert.Equal(3, report.Status);
        Assert.Equal(0, report.Results.Count(r => r.WasToBeRefused && r.Group != "escape" && r.Outcome == CheckOutcome.Held));
        Assert.Equal(CheckOutcome.Inconclusive, Find(report, "policy/control/0").Outcome);
    }

    [Fact]
    public async Task Hosts_that_are_down_are_said_and_another_name_of_the_rule_is_enough()
    {
        VerifyReport one = await RunAsync(world => new ImaginedWorld(world) { Down = ["core.example"] });
        Assert.Equal(CheckOutcome.Held, Find(one, "permit/allow-core/4").Outcome);
        Assert.Contains("core.example", Find(one, "permit/allow-core/4").Why, StringComparison.Ordinal);
        VerifyReport all = await RunAsync(world => new ImaginedWorld(world) { Down = ["core.example", "deep.example"] });
        Assert.Equal(CheckOutcome.Inconclusive, Find(all, "permit/allow-core/4").Outcome);
        Assert.Equal(3, all.Status);
    }

    [Fact]
    public async Task A_policy_in_monitor_fails_before_any_attempt_tells()
    {
        VerifyReport report = await RunAsync(policy: ImaginedGround.Policy.Replace("mode: enforce", "mode: monitor", StringComparison.Ordinal));
        Assert.Equal(1, report.Status);
        Assert.StartsWith("NOT ENFORCED", Find(report, "policy/mode/0").Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_result_is_told_as_JSON_as_JUnit_and_kept_in_a_bounded_file()
    {
        VerifyReport report = await RunAsync(world => new ImaginedWorld(world) { Guarded = [4], Down = ["core.example", "deep.example"] });
        using JsonDocument json = JsonDocument.Parse(VerifyJson.Text(report, indented: true, onlyUnheld: false));
        Assert.Equal((1, 1, report.Results.Length), (json.RootElement.GetProperty("v").GetInt32(), json.RootElement.GetProperty("status").GetInt32(), json.RootElement.GetProperty("checks").GetArrayLength()));

        string folder = Directory.CreateTempSubdirectory("exeat-results-").FullName;
        try
        {
            string junit = Path.Combine(folder, "verify.xml");
            // A hostile resolver's words do not break the document.
            VerifyReport hostile = report with { Results = [.. report.Results, report.Results[0] with { Id = "escape/hostile/4", Outcome = CheckOutcome.Failed, Why = "\u001b[31m]]><x/>\u0000\uffff" }] };
            JUnitFile.Write(hostile, junit);
            XElement suites = XDocument.Load(junit).Root!;
            Assert.Equal(hostile.Results.Length, suites.Descendants("testcase").Count());
            Assert.Equal((hostile.Count(CheckOutcome.Failed), hostile.Count(CheckOutcome.Inconclusive), hostile.Count(CheckOutcome.NotTested)), (suites.Descendants("failure").Count(), suites.Descendants("error").Count(), suites.Descendants("skipped").Count()));

            string file = Path.Combine(folder, ResultFile.Name);
            await File.WriteAllLinesAsync(file, Enumerable.Range(0, ResultFile.MostRuns).Select(i => $"{{\"v\":1,\"n\":{i}}}"));
            ResultFile.Append(folder, report);
            string[] lines = await File.ReadAllLinesAsync(file);
            Assert.Equal((ResultFile.MostRuns, "{\"v\":1,\"n\":1}"), (lines.Length, lines[0]));
            using JsonDocument last = JsonDocument.Parse(lines[^1]);
            Assert.Equal(report.Count(CheckOutcome.Held), last.RootElement.GetProperty("held").GetInt32());
            Assert.All(last.RootElement.GetProperty("checks").EnumerateArray(), c => Assert.NotEqual("held", c.GetProperty("outcome").GetString()));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_far_sides_book_is_bounded_and_keeps_what_came_first()
    {
        List<FarArrival> told = [];
        var book = new ArrivalBook(TimeProvider.System, told.Add);
        for (int i = 0; i <= ArrivalBook.MostTokens + 9; i++) book.Note(System.Text.Encoding.ASCII.GetBytes($"..xv{i:x12}.."), "udp", 53, "192.0.2.9:1");
        Assert.Equal((ArrivalBook.MostTokens, 10), (told.Count, book.Refused));
        book.Note("GET /exeat-verify/xv000000000001 xv000000000001"u8, "tcp", 80, "192.0.2.9:2");
        Assert.Equal([1, 1], [book.Of("xv00000000").Count(a => a.Token == "xv000000000001"), book.Of("xv00000000").Single(a => a.Token == "xv000000000001").Count]);
        book.Note("xv000000000001"u8, "udp", 53, "192.0.2.9:3");
        Assert.Equal(2, book.Of("xv00000000").Single(a => a.Token == "xv000000000001").Count);
        Assert.Null(new ArrivalBook(TimeProvider.System, told.Add).Note("nothing xv12 of ours"u8, "tcp", 80, ""));
    }

    private static async Task<VerifyReport> RunAsync(Func<VerifyGround, IProber>? world = null, string policy = ImaginedGround.Policy, IRecords? records = null)
    {
        VerifyGround ground = ImaginedGround.Of(policy);
        return await new VerifyRun(ground, world is null ? new ImaginedWorld(ground) : world(ground), records, null, [], _ => { }).RunAsync(CancellationToken.None);
    }

    private static CheckResult Find(VerifyReport report, string id) => report.Results.Single(r => r.Id == id);

    private static string Unheld(VerifyReport report) => string.Join('\n', report.Results.Where(r => r.Outcome is CheckOutcome.Failed or CheckOutcome.Inconclusive).Select(r => $"{r.Outcome} {r.Id} → {r.To}: expected {r.Expected}; {r.Why}"));

    /// <summary>Records of somebody who wants every attempt to look permitted: each was to an address of every permitted name.</summary>
    private sealed class Lying : IRecords
    {
        public int Parallel => 1;

        public Task NoticeAsync(Probe probe, Seen seen, CancellationToken stop) => Task.CompletedTask;

        public Task<IReadOnlyList<RecordLook>> FindAsync(IReadOnlyList<(Probe Probe, Seen Seen)> attempts, CancellationToken stop)
        {
            var permitted = new FlowEvent
            {
                Raw = default,
                Id = "1",
                Event = "decision",
                Time = default,
                Verdict = "permit",
                Rule = "allow-core",
                Enforced = true,
                Names = [.. ((string[])["core.example", "deep.example"]).Select(n => new FlowName(n, NameSource.Binding.Text()))],
            };
            return Task.FromResult<IReadOnlyList<RecordLook>>([.. attempts.Select(_ => new RecordLook(true, permitted))]);
        }
    }

    /// <summary>Nothing answers anything.</summary>
    private sealed class Dead : IProber
    {
        public Task<Seen> MakeAsync(Probe probe, CancellationToken stop) => Task.FromResult(new Seen { Look = Look.Silence, From = default });
    }
}
