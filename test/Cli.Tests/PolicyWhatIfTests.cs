using System.Text.Json;
using Exeat.Flows;

namespace Exeat.Cli.Tests;

/// <summary><c>exeat policy what-if</c> on the sample journal.</summary>
public sealed class PolicyWhatIfTests(SampleJournal sample) : IClassFixture<SampleJournal>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("exeat-whatif-").FullName;

    // Permits new.example, no longer api.example.org; denies models by another rule; enforces.
    private const string Candidate = """
        apiVersion: exeat/v1
        kind: Policy
        mode: enforce
        smartGroups: {coders: {class: coding}}
        webGroups: {new: {names: [new.example]}, models: {names: [models.example]}}
        rules:
        - {name: no-models, priority: 10, to: {names: [models]}, action: deny}
        - {name: allow-new, priority: 20, from: [coders], to: {names: [new]}, protocol: tcp, ports: [443], action: permit}
        """;

    private const string Coder = """
        apiVersion: exeat/v1
        kind: Agents
        agents: [{id: coding-1, class: coding, addresses: [192.0.2.2]}]
        """;

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private Ran WhatIf(params string[] more) => CommandLine.Run(["policy", "what-if", "--policy", Write("policy.yaml", Candidate), "--journal", sample.Folder, .. more]);

    [Fact]
    public void The_tables_are_what_was_reviewed()
    {
        Ran ran = WhatIf();
        Assert.Equal((0, ""), (ran.ExitCode, ran.Messages));
        Golden.Check("policy-what-if", ran.Data);
    }

    [Theory]
    [InlineData("--limit-newly-denied", "0", 1)]
    [InlineData("--limit-newly-denied", "1", 0)]
    [InlineData("--limit-passed-in-monitor", "0", 1)]
    [InlineData("--limit-passed-in-monitor", "1", 0)]
    public void More_than_a_limit_ends_with_1(string option, string limit, int exit)
    {
        Ran ran = WhatIf(option, limit);
        Assert.Equal(exit, ran.ExitCode);
        Assert.Equal(exit == 1, ran.Messages.Contains("1 " + (option.EndsWith("denied", StringComparison.Ordinal) ? "newly denied" : "passed in monitor only") + ", more than 0", StringComparison.Ordinal));
    }

    [Fact]
    public void Json_says_all_of_it()
    {
        using JsonDocument json = JsonDocument.Parse(WhatIf("--json", "--agents", Write("agents.yaml", Coder)).Data);
        JsonElement root = json.RootElement;
        Assert.Equal((4, 1, 1), (root.GetProperty("compared").GetInt32(), root.GetProperty("newlyDenied").GetInt32(), root.GetProperty("newlyPermitted").GetInt32()));
        Assert.Equal(1, root.GetProperty("unknownAgents").GetProperty("research-1").GetInt32());
        Assert.Equal(17, root.GetProperty("leftOut").GetProperty("protocol-not-supported").GetInt32());
        JsonElement denied = root.GetProperty("changes").EnumerateArray().Single(row => row.GetProperty("change").GetString() == "newlyDenied");
        Assert.Equal(("api.example.org", "tcp", 443, "dns+sni", "allow-core", "default-deny"), (
            denied.GetProperty("name").GetString(), denied.GetProperty("protocol").GetString(), denied.GetProperty("port").GetInt32(), denied.GetProperty("proof").GetString(),
            denied.GetProperty("ruleThen").GetString(), denied.GetProperty("ruleNow").GetString()));
    }

    [Theory]
    [InlineData("--agent coding-1 --agent research-1", 5)]
    [InlineData("--agent research-1", 1)]
    [InlineData("--since 2026-03-01T12:00:04Z", 2)]
    [InlineData("--until 2026-03-01T12:00:02Z", 2)]
    public void Time_and_agent_choose(string scope, int compared) =>
        Assert.StartsWith($"{compared} attempts compared with policy ", WhatIf(scope.Split(' ')).Data);

    [Theory]
    [InlineData("--since soon")]
    [InlineData("--limit-newly-denied -1")]
    [InlineData("--policy /nowhere")]
    [InlineData("--journal /nowhere")]
    public void Wrong_input_ends_with_2(string arguments)
    {
        string[] words = arguments.Split(' ');
        string[] policy = words[0] == "--policy" ? [] : ["--policy", Write("policy.yaml", Candidate)], journal = words[0] == "--journal" ? [] : ["--journal", sample.Folder];
        Ran ran = CommandLine.Run(["policy", "what-if", .. policy, .. journal, .. words]);
        Assert.Equal((2, ""), (ran.ExitCode, ran.Data));
    }

    [Fact]
    public void A_long_reading_says_how_far_it_is()
    {
        List<string> told = [];
        Assert.Equal(7, ReadingProgress.Watch(new JournalReader(sample.Folder).Read(), told.Add, every: 3).Count());
        Assert.Equal(["3 records read, up to 2026-03-01 12:00:02 UTC", "6 records read, up to 2026-03-01 12:00:05 UTC"], told);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
