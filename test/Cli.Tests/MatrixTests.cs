using System.Globalization;
using System.Text;
using Exeat.Policy;

namespace Exeat.Cli.Tests;

/// <summary>Every runtime with every class and every choice of model: the folder is right as written, and permits nothing of the deny lists but what was approved.</summary>
public sealed class MatrixTests(ITestOutputHelper output) : IDisposable
{
    private static readonly string[] Models = ["nvidia", "anthropic", "openai", "bedrock", "llm.corp.example"];

    private readonly string _folder = Directory.CreateTempSubdirectory("exeat-matrix-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Every_runtime_class_and_model_makes_a_folder_that_holds_and_permits_nothing_denied()
    {
        string[] runtimes = [.. Packs.All.Below("runtimes")], classes = [.. Packs.All.Below("classes")];
        Assert.Equal(["claude-code", "codex", "hermes", "nemoclaw", "openclaw"], runtimes);
        Assert.Equal(["coding", "locked-down", "regulated", "research", "support"], classes);
        var rows = new StringBuilder();
        int made = 0;
        // Before any approval. What a class denies besides (package registries) is no deny list: another class permits it.
        using var reading = new PackReading(Packs.Folder, Packs.Wish("coding", "openclaw"));
        foreach (PackSummary type in Packs.All.Where(pack => pack.Name.StartsWith("classes/", StringComparison.Ordinal))) Assert.True(DenyLists(reading, type).Count() > 200, $"{type.Name} denies few names");
        foreach (string runtime in runtimes)
        {
            foreach (string type in classes)
            {
                string[] cells = [.. Models.AsParallel().AsOrdered().Select(model => Cell(type, runtime, model, reading))];
                made += cells.Length;
                rows.Append(CultureInfo.InvariantCulture, $"| {runtime} | {type} | {string.Join(" | ", cells)} |\n");
            }
        }
        Assert.Equal(125, made);
        string table = $"| runtime | class | {string.Join(" | ", Models.Select(model => model.Contains('.') ? "a host" : model))} |\n|---|---|{string.Concat(Models.Select(_ => "---|"))}\n{rows}";
        output.WriteLine(table);
        Check(table);
    }

    // What the folder permits by name over HTTPS, and how many tests it was written with.
    private string Cell(string type, string runtime, string model, PackReading reading)
    {
        string folder = Path.Combine(_folder, $"{runtime}-{type}-{model}");
        InitWish wish = Packs.Wish(type, runtime, model);
        InitPlan plan = InitPlan.Make(wish, Packs.All, reading);
        InitFolder.Write(plan, Packs.Folder, folder);

        LoadResult loaded = PolicyLoader.Load(Path.Combine(folder, "policy"), new LoadOptions { PacksDirectory = Path.Combine(folder, "packs"), StrictExpiry = true });
        Assert.Empty(loaded.Problems);
        Policy.Policy policy = loaded.Policy!;
        AgentsDocument agents = AgentsLoader.LoadAttached(Path.Combine(folder, "agents.yaml")).Agents!;
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        Assert.All(PolicyTests.Run(policy, agents, now), outcome => Assert.True(outcome.Held, $"{runtime} {type} {model}: {outcome.Problem}"));
        Assert.Empty(DocumentProblems(folder));

        CompiledPolicy compiled = CompiledPolicy.Compile(policy, agents, now);
        string[] approved = [.. plan.ModelNames.Select(name => name.Name)];
        foreach (NameEntry denied in DenyLists(reading, plan.Packs[0].Pack))
        {
            string name = HostName.Sample(denied.Pattern);
            Assert.True(DestinationText.TryParse($"https://{name}", null, null, out Destination? to, out _));
            Decision decision = PolicyWalk.Take(compiled, 0, to).Outcome.Decision;
            Assert.True(decision.Verdict != Verdict.Permit || approved.Contains(name), $"{runtime} {type} {model}: {name} of {denied.Group} is permitted");
        }
        int permitted = policy.Rules.Where(rule => rule is { Action: RuleAction.Permit, Mode: RuleMode.Enforce }).SelectMany(rule => rule.ToNames).Select(entry => entry.Pattern.Text).Distinct().Count();
        string provider = plan.Approvals.IsEmpty ? "" : $", {string.Join(", ", plan.Approvals.Select(approval => approval.Provider))} approved";
        return $"{permitted} names, {policy.Tests.Length} tests{provider}";
    }

    private static IEnumerable<Problem> DocumentProblems(string folder) => GatewayDocumentLoader.Load(Path.Combine(folder, "gateway.yaml")).Problems;

    private static IEnumerable<NameEntry> DenyLists(PackReading reading, PackSummary type) => reading.Denied(type).Where(entry => entry.Group != "wg-approved-package-registries");

    private static void Check(string table)
    {
        string file = Path.Combine(CommandLine.Root, "docs", "runtimes", "matrix.md");
        string expected = $"""
            # Runtimes, classes and models

            What `exeat init` writes for each choice: how many names the policy permits (wildcards count as one), how many tests it comes with, and which providers leave the deny list. Every folder passes `exeat policy check`,
            `exeat policy test` and `exeat gateway check` as written, and no name of the deny lists is permitted but those of the approved models. A test makes all 125 and writes this table (`test/Cli.Tests/MatrixTests.cs`).

            {table}
            """.ReplaceLineEndings("\n");
        if (Environment.GetEnvironmentVariable("EXEAT_UPDATE_GOLDENS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, expected);
        }
        Assert.True(File.Exists(file) && File.ReadAllText(file) == expected, "docs/runtimes/matrix.md is not what the packs come to: run this test with EXEAT_UPDATE_GOLDENS=1, and look at the difference");
    }
}
