using System.Text.Json;

namespace Exeat.Cli.Tests;

/// <summary><c>exeat policy diff</c> and <c>exeat policy report</c>.</summary>
public sealed class PolicyDiffAndReportTests(SampleJournal sample) : IClassFixture<SampleJournal>, IDisposable
{
    private const string Policy = """
        apiVersion: exeat/v1
        kind: Policy
        mode: enforce
        smartGroups: {coders: {class: coding}, private: {cidrs: [10.0.0.0/8, "fd00::/8"]}, world: {cidrs: [198.51.100.0/24]}}
        webGroups:
          core: {names: ["**.example.org", {name: soon.example, expires: 2031-01-31}, never.example]}
          models: {names: [models.example]}
        rules:
        - {name: no-models, priority: 10, to: {names: [models]}, action: deny}
        - {name: allow-core, priority: 20, from: [coders], to: {names: [core]}, protocol: tcp, ports: [443], action: permit}
        - {name: database, priority: 30, to: {groups: [world]}, protocol: tcp, ports: [5432], action: permit}
        - {name: no-private, priority: 40, to: {groups: [private]}, action: deny}

        """;

    private const string Agents = """
        apiVersion: exeat/v1
        kind: Agents
        agents: [{id: coding-1, class: coding, addresses: [192.0.2.2]}, {id: research-1, class: research, addresses: [192.0.2.3]}]
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("exeat-diff-").FullName;

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private Ran Diff(string second, params string[] more) =>
        CommandLine.Run(["policy", "diff", Write("a.yaml", Policy), Write("b.yaml", second), "--agents", Write("agents.yaml", Agents), .. more]);

    private Ran Report(params string[] more) =>
        CommandLine.Run(["policy", "report", "--policy", Write("a.yaml", Policy), "--agents", Write("agents.yaml", Agents), "--journal", sample.Folder, .. more]);

    [Fact]
    public void The_same_policy_in_other_words_ends_with_0()
    {
        Ran ran = Diff(Policy.Replace("allow-core", "allow-heart", StringComparison.Ordinal).Replace("priority: 20", "priority: 25", StringComparison.Ordinal));
        Assert.Equal((0, ""), (ran.ExitCode, ran.Messages));
        Assert.Contains(": no difference for 2 agents (", ran.Data);
        Assert.Contains("rules in one of them only, without effect: allow-core, allow-heart", ran.Data);
    }

    [Fact]
    public void The_differences_are_what_was_reviewed()
    {
        Ran ran = Diff(Policy.Replace("never.example", "new.example", StringComparison.Ordinal).Replace("ports: [5432]", "ports: [5432, 3306]", StringComparison.Ordinal) + "- {name: no-world, priority: 5, to: {names: [core]}, ports: [443], protocol: udp, action: deny}\n");
        Assert.Equal((1, ""), (ran.ExitCode, ran.Messages));
        Golden.Check("policy-diff", ran.Data);
    }

    [Fact]
    public void Json_has_the_attempts_that_differ()
    {
        Ran ran = Diff(Policy.Replace("never.example", "new.example", StringComparison.Ordinal), "--json");
        Assert.Equal(1, ran.ExitCode);
        using JsonDocument json = JsonDocument.Parse(ran.Data);
        Assert.False(json.RootElement.GetProperty("same").GetBoolean());
        Assert.Equal(["a", "b"], json.RootElement.GetProperty("differences").EnumerateArray().Select(difference => difference.GetProperty("permittedIn").GetString()!).Distinct().Order());
        Assert.Contains(json.RootElement.GetProperty("differences").EnumerateArray().SelectMany(difference => difference.GetProperty("examples").EnumerateArray()),
            example => example.GetProperty("names")[0].GetString() == "new.example" && example.GetProperty("attempt").GetString() == "tcp/443");
    }

    [Fact]
    public void Without_agents_it_says_what_it_compared_for()
    {
        Ran ran = CommandLine.Run("policy", "diff", Write("a.yaml", Policy), Write("b.yaml", Policy));
        Assert.Equal(0, ran.ExitCode);
        Assert.Contains("not exact: no agents are given: compared for 2 imagined ones", ran.Data);
    }

    [Fact]
    public void A_policy_that_does_not_load_ends_with_2()
    {
        Ran ran = Diff("kind: Nonsense\n");
        Assert.Equal((2, ""), (ran.ExitCode, ran.Data));
    }

    [Fact]
    public void The_report_is_what_was_reviewed()
    {
        Ran ran = Report();
        Assert.Equal((0, ""), (ran.ExitCode, ran.Messages));
        Golden.Check("policy-report", ran.Data);
    }

    [Fact]
    public void Json_has_every_rule_and_every_name()
    {
        using JsonDocument json = JsonDocument.Parse(Report("--json", "--expiring-within", "36500").Data);
        JsonElement[] rules = [.. json.RootElement.GetProperty("rules").EnumerateArray()];
        Assert.Equal(["no-models", "allow-core", "database", "no-private"], rules.Select(rule => rule.GetProperty("rule").GetString()!));
        JsonElement broad = rules[1].GetProperty("names")[0];
        Assert.Equal(("**.example.org", true, "api.example.org"), (broad.GetProperty("pattern").GetString(), broad.GetProperty("broader").GetBoolean(), broad.GetProperty("matched")[0].GetString()));
        Assert.Equal("198.51.100.7", rules[2].GetProperty("onlyAddresses")[0].GetString());
        Assert.Equal("never hit", rules[3].GetProperty("notes")[0].GetString());
    }

    [Fact]
    public void What_expires_within_the_days_asked_for_is_named()
    {
        Assert.DoesNotContain("soon.example expires", Report("--expiring-within", "0").Data);
        Assert.Contains("allow-core: soon.example expires 2031-02-01 00:00", Report("--expiring-within", "36500").Data);
    }

    [Fact]
    public void Rules_that_several_earlier_ones_cover_together_are_shadowed()
    {
        // Neither half alone covers it, so the check lets it pass.
        string shadowed = Policy + """
            - {name: low, priority: 50, to: {names: [late]}, protocol: tcp, ports: ["1-30000"], action: permit}
            - {name: high, priority: 51, to: {names: [late]}, protocol: tcp, ports: ["30001-65535"], action: permit}
            - {name: late, priority: 52, to: {names: [late]}, protocol: tcp, ports: ["1-65535"], action: permit}

            """;
        shadowed = shadowed.Replace("webGroups:\n", "webGroups:\n  late: {names: [late.example]}\n", StringComparison.Ordinal);
        Ran ran = CommandLine.Run("policy", "report", "--json", "--policy", Write("c.yaml", shadowed), "--agents", Write("agents.yaml", Agents), "--journal", sample.Folder);
        Assert.Equal(0, ran.ExitCode);
        using JsonDocument json = JsonDocument.Parse(ran.Data);
        Assert.Equal(["late"], json.RootElement.GetProperty("rules").EnumerateArray().Where(rule => rule.GetProperty("shadowed").GetBoolean()).Select(rule => rule.GetProperty("rule").GetString()));
    }

    [Theory]
    [InlineData("--expiring-within -1")]
    [InlineData("--journal /nowhere")]
    public void Wrong_input_ends_with_2(string arguments) =>
        Assert.Equal(2, CommandLine.Run(["policy", "report", "--policy", Write("a.yaml", Policy), .. arguments.Split(' ')]).ExitCode);

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
