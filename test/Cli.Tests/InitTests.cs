using Exeat.Policy;

namespace Exeat.Cli.Tests;

/// <summary>exeat init as people run it.</summary>
public sealed class InitTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("exeat-init-tests-").FullName;

    private string Place => Path.Combine(_folder, "egress-policy");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Ran Init(string arguments) => CommandLine.Run(["init", "--dir", Place, .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

    private string Read(string path) => File.ReadAllText(Path.Combine(Place, path));

    [Fact]
    public void The_folder_passes_everything_that_its_CI_job_asks()
    {
        Ran made = Init("--class coding --runtime openclaw --model nvidia --model openai --sign-in --channel telegram --channel matrix=chat.corp.example --region eu-west-1 --resolver 10.0.0.2 --resolver fd00::2");
        Assert.Equal(0, made.ExitCode);
        Assert.Contains("the provider openai leaves the deny list of model providers", made.Messages);
        Assert.Contains("the provider telegram leaves the deny list of known ways out", made.Messages);
        string[] commands = [.. Read(".github/workflows/policy.yml").Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith("run: exeat ", StringComparison.Ordinal)).Select(line => line["run: exeat ".Length..])];
        Assert.Equal(3, commands.Length);
        Assert.Contains("policy check policy --agents agents.yaml --packs packs --strict-expiry", commands);
        Assert.All(commands, command =>
        {
            Ran ran = CommandLine.RunIn(Place, command.Split(' '));
            Assert.True(ran.ExitCode == 0, $"{command}: {ran.Data}{ran.Messages}");
        });
        Assert.EndsWith("tests held, 0 failed\n", CommandLine.RunIn(Place, "policy", "test", "policy", "--agents", "agents.yaml", "--packs", "packs").Messages);
    }

    [Fact]
    public void It_begins_in_monitor_for_a_stated_time_and_only_what_was_approved_leaves_the_deny_lists()
    {
        Assert.Equal(0, Init("--class support --runtime codex --model openai --region eu-west-1 --resolver 10.0.0.2").ExitCode);
        LoadResult loaded = PolicyLoader.Load(Path.Combine(Place, "policy"), new LoadOptions { PacksDirectory = Path.Combine(Place, "packs") });
        Policy.Policy policy = loaded.Policy!;
        Assert.Equal((Mode.Monitor, RuleAction.Deny), (policy.Mode, policy.Default));
        Assert.InRange(policy.MonitorUntil!.Value, TimeProvider.System.GetUtcNow().AddDays(13), TimeProvider.System.GetUtcNow().AddDays(15.1));
        ProviderApproval approval = Assert.Single(policy.WebGroups.Values.SelectMany(group => group.Without));
        Assert.Equal("openai", approval.Provider);
        Assert.Contains("FILL IN", approval.Owner);
        string tests = Read("policy/tests.yaml");
        Assert.Contains("to: \"https://api.openai.com\", expect: permit by allow-model-gateways}", tests);
        Assert.Contains("to: \"https://chatgpt.com\", expect: deny by default-deny}", tests);
        Assert.Contains("to: \"https://api.anthropic.com\", expect: deny by shadow-model-deny}", tests);
        Assert.Contains("to: \"https://github.com\", expect: deny by deny-package-registries}", tests);
        Assert.All(loaded.Packs.Where(pack => pack.Name != "base"), pack => Assert.True(pack.PinnedVersion is not null && pack.PinnedSha256 is not null && pack.IsAsPinned, pack.Name));
    }

    [Fact]
    public void What_is_to_be_filled_in_is_said_and_counted()
    {
        Ran asked = Init("--class locked-down --runtime hermes --model mistral --resolver 10.0.0.2");
        Assert.Contains("say at each \"FILL IN\"", asked.Messages);
        Assert.Contains("says `FILL IN` on 2 lines", Read("README.md"));
        Assert.Equal(2, Read("policy/policy.yaml").Split('\n').Count(line => line.Contains("FILL IN", StringComparison.Ordinal)));
        Directory.Delete(Place, recursive: true);
        Ran given = CommandLine.Run("init", "--dir", Place, "--class", "locked-down", "--runtime", "hermes", "--model", "mistral", "--resolver", "10.0.0.2", "--owner", "team: \"atlas\" {1}", "--why", "pilot # until \\ spring");
        Assert.Equal(0, given.ExitCode);
        Assert.DoesNotContain("FILL IN", given.Messages + Read("policy/policy.yaml") + Read("README.md"));
        NameEntry model = PolicyLoader.Load(Path.Combine(Place, "policy"), new LoadOptions { PacksDirectory = Path.Combine(Place, "packs") }).Policy!.Rules.Single(rule => rule.Name == "allow-model-gateways").ToNames.Single();
        Assert.Equal(("team: \"atlas\" {1}", "pilot # until \\ spring"), (model.Owner, model.Why));
    }

    [Fact]
    public void A_private_model_gateway_is_permitted_at_its_range_and_nowhere_else_inside()
    {
        Assert.Equal(0, Init("--class regulated --runtime claude-code --model llm.corp.example=10.5.0.0/24 --resolver 10.0.0.2").ExitCode);
        string Explained(string at) => CommandLine.RunIn(Place, "policy", "explain", "--policy", "policy", "--agents", "agents.yaml", "--packs", "packs", "--agent", "regulated-1", "--to", "https://llm.corp.example", "--at", at).Data.Split('\n')[0];
        Assert.Contains(": permit by ", Explained("10.5.0.7"));
        Assert.Contains(": deny by ", Explained("10.6.0.7"));
        Assert.Contains("deny by default-deny", CommandLine.RunIn(Place, "policy", "explain", "--policy", "policy", "--agents", "agents.yaml", "--packs", "packs", "--agent", "regulated-1", "--to", "https://clawhub.ai").Data);
    }

    [Fact]
    public void Every_command_that_its_prose_names_is_there_with_its_options()
    {
        Assert.Equal(0, Init("--class research --runtime openclaw --model nvidia --resolver 10.0.0.2").ExitCode);
        string[] commands = [.. ((string[])["README.md", "AGENTS.md"]).SelectMany(file => System.Text.RegularExpressions.Regex.Matches(Read(file), "(?m)`exeat ([^`]+)`|^exeat (.+)$").Select(match => match.Groups[1].Value + match.Groups[2].Value)).Distinct()];
        Assert.True(commands.Length > 8, "the prose names few commands, or this test no longer finds them");
        foreach (string[] words in commands.Select(command => command.Split(' ')))
        {
            // Commands are one or two words; where the second is an argument, the help is that of the first.
            string help = CommandLine.Run([.. words.Take(2).Where(word => char.IsAsciiLetterLower(word[0])), "--help"]).Data;
            Assert.Contains("Usage:", help);
            Assert.All(words.Where(word => word.StartsWith("--", StringComparison.Ordinal)), option => Assert.Contains($" {option} ", help));
        }
    }

    [Fact]
    public void Nothing_is_written_over()
    {
        Directory.CreateDirectory(Place);
        File.WriteAllText(Path.Combine(Place, "mine.txt"), "mine");
        Ran refused = Init("--class coding --runtime openclaw --model nvidia --resolver 10.0.0.2");
        Assert.Equal((2, ""), (refused.ExitCode, refused.Data));
        Assert.Contains("is not empty, and nothing is written over", refused.Messages);
        Assert.Equal(["mine.txt"], Directory.EnumerateFileSystemEntries(Place).Select(Path.GetFileName));
        File.Delete(Path.Combine(Place, "mine.txt"));
        Assert.Equal(0, Init("--class coding --runtime openclaw --model nvidia --resolver 10.0.0.2").ExitCode);
    }

    [Theory]
    [InlineData("--class codng", "did you mean coding?")]
    [InlineData("--runtime opencalw", "did you mean openclaw?")]
    [InlineData("--model antropic", "did you mean anthropic?")]
    [InlineData("--channel telegrm", "did you mean telegram?")]
    [InlineData("--channel matrix", "write --channel matrix=chat.corp.example")]
    [InlineData("--channel slack=corp.example", "slack takes no value")]
    [InlineData("--channel matrix=*.corp.example", "is not the name of one host")]
    [InlineData("--model bedrock", "--model bedrock needs the region")]
    [InlineData("--model https://llm.corp.example/v1", "is not the name of one host")]
    [InlineData("--model *.openai.azure.com", "is not the name of one host")]
    [InlineData("--model llm.corp.example=10.5.0.1/24", "is not a range of addresses")]
    [InlineData("--model x.webhook.site", "which nobody can approve from here")]
    [InlineData("--resolver resolver.corp.example", "is not an address")]
    [InlineData("--region Frankfurt", "is not a region")]
    [InlineData("--monitor-until 2020-01-01", "is not a day within the next 90")]
    [InlineData("--monitor-until 2999-01-01", "is not a day within the next 90")]
    public void Wrong_input_says_what_to_write_instead_and_writes_nothing(string wrong, string expected)
    {
        string option = wrong.Split(' ')[0];
        string[] rest = [.. ((string[])["--class coding", "--runtime openclaw", "--model nvidia", "--resolver 10.0.0.2"]).Where(given => !given.StartsWith(option + " ", StringComparison.Ordinal) || option is "--model")];
        Ran ran = Init(string.Join(' ', [.. rest, wrong]));
        Assert.Equal((2, ""), (ran.ExitCode, ran.Data));
        Assert.Contains(expected, ran.Messages);
        Assert.False(Directory.Exists(Place));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Fact]
    public void A_tenant_of_a_denied_provider_is_approved_by_name_and_no_other_tenant_with_it()
    {
        Assert.Equal(0, Init("--class coding --runtime openclaw --model ours.openai.azure.com --resolver 10.0.0.2").ExitCode);
        string tests = Read("policy/tests.yaml");
        Assert.Contains("to: \"https://ours.openai.azure.com\", expect: permit by allow-model-gateways}", tests);
        Assert.Contains("to: \"https://sample.openai.azure.com\", expect: deny by default-deny}", tests);
    }

    [Theory]
    [InlineData("telegram", "telegram")]
    [InlineData("slack", "")]
    [InlineData("discord", "discord")]
    [InlineData("whatsapp", "")]
    [InlineData("signal", "")]
    [InlineData("matrix=chat.corp.example", "")]
    [InlineData("mattermost=chat.corp.example", "")]
    public void Each_channel_is_permitted_with_the_approvals_it_needs_and_no_more(string channel, string approved)
    {
        InitWish wish = Packs.Wish("support", "openclaw", "nvidia") with { Channels = [channel] };
        using var reading = new PackReading(Packs.Folder, wish);
        InitPlan plan = InitPlan.Make(wish, Packs.All, reading);
        InitFolder.Write(plan, Packs.Folder, Place);
        Assert.Equal(approved, string.Join(' ', plan.Approvals.Select(approval => approval.Provider)));
        string tests = Read("policy/tests.yaml");
        Assert.Contains($"expect: permit by allow-channel-{channel.Split('=')[0]}}}", tests);
        // What takes posts from anybody stays denied whatever the channel.
        Assert.Equal(RuleAction.Deny, Decided("https://hooks.slack.com"));
        Assert.Equal(RuleAction.Deny, Decided("https://gist.github.com"));
        Assert.Equal(approved == "telegram" ? RuleAction.Permit : RuleAction.Deny, Decided("https://api.telegram.org"));
    }

    private RuleAction Decided(string destination)
    {
        Policy.Policy policy = PolicyLoader.Load(Path.Combine(Place, "policy"), new LoadOptions { PacksDirectory = Path.Combine(Place, "packs") }).Policy!;
        CompiledPolicy compiled = CompiledPolicy.Compile(policy, AgentsLoader.Load(Path.Combine(Place, "agents.yaml")).Agents!, TimeProvider.System.GetUtcNow());
        Assert.True(DestinationText.TryParse(destination, null, null, out Destination? to, out _));
        return PolicyWalk.Take(compiled, 0, to).Outcome.Decision.Verdict == Verdict.Permit ? RuleAction.Permit : RuleAction.Deny;
    }
}
