namespace Exeat.Cli.Tests;

public sealed class HelpTests
{
    [Theory]
    [InlineData("flows")]
    [InlineData("flows tail")]
    [InlineData("flows query")]
    [InlineData("why")]
    [InlineData("status")]
    [InlineData("preflight")]
    [InlineData("support-bundle")]
    [InlineData("init")]
    [InlineData("pack")]
    [InlineData("pack update")]
    [InlineData("policy what-if")]
    [InlineData("policy diff")]
    [InlineData("policy report")]
    [InlineData("policy composition")]
    [InlineData("verify")]
    public void Help_is_what_was_reviewed(string command)
    {
        Ran ran = CommandLine.Run([.. command.Split(' '), "--help"]);
        Assert.Equal((0, ""), (ran.ExitCode, ran.Messages));
        Golden.Check("help-" + command.Replace(' ', '-'), ran.Data);
    }

    [Fact]
    public void Every_command_of_the_table_of_contents_has_help()
    {
        Ran root = CommandLine.Run("--help");
        string[] commands = [.. root.Data[root.Data.IndexOf("Commands:", StringComparison.Ordinal)..].Split('\n').Skip(1).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words.Length > 0).Select(words => words[0])];
        Assert.Contains("flows", commands);
        Assert.All(commands, command =>
        {
            Ran ran = CommandLine.Run(command, "--help");
            Assert.Equal((0, ""), (ran.ExitCode, ran.Messages));
            Assert.Contains("Usage:", ran.Data);
        });
    }

    [Theory]
    [InlineData("")]
    [InlineData("flows")]
    [InlineData("nonsense")]
    [InlineData("flows query --nonsense")]
    [InlineData("flows query --verdict maybe")]
    [InlineData("flows query --since soon")]
    [InlineData("flows query --name *.com")]
    [InlineData("flows tail -n -1")]
    [InlineData("why")]
    [InlineData("why --last x")]
    [InlineData("status --socket a --config b")]
    [InlineData("support-bundle --records -1")]
    [InlineData("support-bundle --redact everything")]
    [InlineData("preflight --config /nowhere/gateway.yaml")]
    [InlineData("verify")]
    [InlineData("verify --names -1")]
    [InlineData("verify --patience 0")]
    [InlineData("verify --journal a --socket b")]
    [InlineData("verify --listen 192.0.2.1")]
    [InlineData("verify --far-side --listen nowhere")]
    [InlineData("verify --far-side --far-port 65536")]
    public void Wrong_input_ends_with_2_and_says_so_on_standard_error(string arguments)
    {
        Ran ran = CommandLine.Run(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal((2, ""), (ran.ExitCode, ran.Data));
        Assert.StartsWith("exeat: ", ran.Messages);
    }

    [Fact]
    public void A_missing_journal_is_named_with_what_to_do()
    {
        Ran ran = CommandLine.Run("flows", "query", "--journal", "/nowhere/at-all");
        Assert.Equal((2, ""), (ran.ExitCode, ran.Data));
        Assert.Contains("/nowhere/at-all: no such directory; give the gateway's journal.dir with --journal DIR", ran.Messages);
    }
}
