namespace Exeat.Cli.Tests;

/// <summary><c>exeat why</c> before anything was tried: the lab's own documents, which the gateway enforces as they are.</summary>
public sealed class ForecastTests : IDisposable
{
    private static readonly string Lab = Path.Combine(Root(), "policies", "lab");

    private readonly string _folder = Directory.CreateTempSubdirectory("exeat-why").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Ran Why(params string[] arguments) =>
        CommandLine.Run([new("EXEAT_POLICY", Path.Combine(Lab, "policy.yaml")), new("EXEAT_AGENTS", Path.Combine(Lab, "agents.yaml"))], ["why", .. arguments]);

    [Theory]
    [InlineData("https://openclaw.ai/docs?q=1", "would be let through", "allow-core")]
    [InlineData("openclaw.ai", "would be let through", "allow-core")]
    [InlineData("https://api.openai.com", "would be refused", "shadow-model-deny")]
    [InlineData("203.0.113.66:443", "would be refused", "default-deny")]
    [InlineData("[2001:db8:f::66]:443", "would be refused", "default-deny")]
    [InlineData("http://unknown.example/", "would be refused", "default-deny")]
    public void A_destination_is_decided_by_the_gateways_evaluator(string to, string fate, string rule)
    {
        Ran ran = Why(to, "--agent", "coding-1", "--policy", WithMode("enforce"));
        Assert.Equal(0, ran.ExitCode);
        Assert.Contains(fate, ran.Data);
        Assert.Contains($"rule:    {rule} (", ran.Data);
    }

    [Fact]
    public void Monitor_says_that_it_lets_pass_what_enforce_would_refuse() =>
        Assert.Contains("monitor mode would let it through, where enforce would refuse it", Why("https://api.openai.com", "--agent", "coding-1").Data);

    [Fact]
    public void A_name_that_nobody_decided_comes_with_what_to_propose() =>
        Assert.Contains("{name: unknown.example, owner: WHO, why: WHAT FOR, expires: YYYY-MM-DD}", Why("unknown.example", "--agent", "coding-1").Data);

    [Fact]
    public void The_command_that_is_printed_works_and_agrees()
    {
        string[] words = Why("https://api.openai.com", "--agent", "coding-1").Data.Split('\n').Single(line => line.StartsWith("next:", StringComparison.Ordinal))[5..].Trim().Split(' ');
        Ran explained = CommandLine.Run([new("EXEAT_POLICY", Path.Combine(Lab, "policy.yaml")), new("EXEAT_AGENTS", Path.Combine(Lab, "agents.yaml"))], words[1..]);
        Assert.Equal(0, explained.ExitCode);
        Assert.Contains("deny by shadow-model-deny", explained.Data);
    }

    [Fact]
    public void The_gateways_document_names_policy_and_agents()
    {
        Ran ran = CommandLine.Run("why", "openclaw.ai", "--agent", "coding-1", "--gateway", Path.Combine(Lab, "gateway.yaml"), "--json");
        Assert.Equal(0, ran.ExitCode);
        using var json = System.Text.Json.JsonDocument.Parse(ran.Data);
        Assert.Equal("permit", json.RootElement.GetProperty("decision").GetString());
        Assert.Equal(3, json.RootElement.GetProperty("stages").GetArrayLength());
    }

    [Fact]
    public void Whose_attempt_it_is_must_be_said()
    {
        Ran ran = Why("openclaw.ai");
        Assert.Equal(2, ran.ExitCode);
        Assert.Contains("whose attempt? give --agent ID", ran.Messages);
    }

    [Fact]
    public void What_is_no_destination_is_said_with_a_remedy() => Assert.Equal(2, Why("gopher://openclaw.ai", "--agent", "coding-1").ExitCode);

    private string WithMode(string mode)
    {
        string file = Path.Combine(_folder, "policy.yaml");
        File.WriteAllText(file, File.ReadAllText(Path.Combine(Lab, "policy.yaml")).Replace("\nmode: monitor\n", $"\nmode: {mode}\n", StringComparison.Ordinal));
        return file;
    }

    private static string Root()
    {
        DirectoryInfo root = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Exeat.slnx"))) root = root.Parent!;
        return root.FullName;
    }
}
