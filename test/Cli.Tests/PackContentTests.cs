using Exeat.Policy;

namespace Exeat.Cli.Tests;

/// <summary>What stands in the packs of runtimes and channels.</summary>
public sealed class PackContentTests
{
    public static TheoryData<string> Names => [.. Packs.All.Select(pack => pack.Name).Where(name => name.StartsWith("runtimes/", StringComparison.Ordinal) || name.StartsWith("channels/", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_name_has_a_tier_a_reason_and_a_source(string pack)
    {
        string[] parameters = [.. Packs.All.Single(entry => entry.Name == pack).Parameters.Where(parameter => parameter.Default is null).Select(parameter => $"{parameter.Name}: chat.corp.example")];
        string folder = Directory.CreateTempSubdirectory("exeat-pack-").FullName;
        try
        {
            string file = Path.Combine(folder, "policy.yaml");
            File.WriteAllText(file, $"apiVersion: exeat/v1\nkind: Policy\nmode: monitor\nmonitorUntil: 2999-01-01\nsmartGroups: {{sg-agent-vm-subnet: {{class: any}}}}\ninclude: [{{pack: {pack}, with: {{{string.Join(", ", parameters)}}}}}]\n");
            LoadResult loaded = PolicyLoader.Load(file, new LoadOptions { PacksDirectory = Packs.Folder });
            Assert.Empty(loaded.Problems);
            NameEntry[] entries = [.. loaded.Policy!.WebGroups.Values.SelectMany(group => group.Entries)];
            Assert.NotEmpty(entries);
            Assert.All(entries, entry =>
            {
                Assert.True(entry.Tier is not null && entry.Why is { Length: > 3 }, $"{entry.Pattern} has no tier or no reason");
                Assert.True(entry.Pattern.Matches(System.Text.Encoding.ASCII.GetBytes(HostName.Sample(entry.Pattern))), $"{entry.Pattern} does not match its sample");
                string line = File.ReadAllLines(entry.Where.File)[entry.Where.Line - 1];
                Assert.True(line.Contains("# observed", StringComparison.Ordinal) || line.Contains("# documented", StringComparison.Ordinal), $"{entry.Pattern} has no source");
            });
            Assert.All(loaded.Policy.Rules, rule =>
            {
                Assert.Equal((RuleAction.Permit, RuleProtocol.Tcp), (rule.Action, rule.Protocol));
                Assert.Equal("443", Assert.Single(rule.Ports).ToString());
                Assert.Equal(["sg-agent-vm-subnet"], rule.From);
                Assert.InRange(rule.Priority, pack.StartsWith("runtimes/", StringComparison.Ordinal) ? 51 : 71, pack.StartsWith("runtimes/", StringComparison.Ordinal) ? 59 : 79);
                if (rule.Name.EndsWith("-telemetry", StringComparison.Ordinal)) Assert.Equal(RuleMode.Off, rule.Mode);
            });
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_packs_beside_the_program_are_those_of_the_repository()
    {
        string installed = Path.Combine(CommandLine.Root, "artifacts", "exeat", "packs");
        Assert.Equal(Packs.All.Select(pack => (pack.Name, pack.Version, pack.Sha256)), PackCatalog.Read(installed).Packs.Select(pack => (pack.Name, pack.Version, pack.Sha256)));
    }
}
