using System.Diagnostics;
using System.Text.Json;
using Exeat.Flows;

namespace Exeat.Cli.Tests;

public sealed class FlowsTests(SampleJournal sample) : IClassFixture<SampleJournal>
{
    [Fact]
    public void The_table_of_flows_is_what_was_reviewed()
    {
        Ran ran = CommandLine.Run("flows", "query", "--journal", sample.Folder);
        Assert.Equal((0, ""), (ran.ExitCode, ran.Messages));
        Golden.Check("flows-query", ran.Data);
    }

    [Fact]
    public void The_lines_of_tail_are_what_was_reviewed()
    {
        Ran ran = CommandLine.Run("flows", "tail", "--journal", sample.Folder);
        Assert.Equal((0, ""), (ran.ExitCode, ran.Messages));
        Golden.Check("flows-tail", ran.Data);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(100)]
    [InlineData(200)]
    public void The_table_keeps_to_the_width(int width)
    {
        Ran ran = CommandLine.Run([new("COLUMNS", $"{width}")], "flows", "query", "--journal", sample.Folder);
        Assert.All(ran.Data.Split('\n'), line => Assert.InRange(line.Length, 0, width));
    }

    [Theory]
    [InlineData("query")]
    [InlineData("query --format csv")]
    [InlineData("tail")]
    public void Nothing_that_an_agent_sent_reaches_the_screen_as_it_was(string command)
    {
        Ran ran = CommandLine.Run(["flows", .. command.Split(' '), "--journal", sample.Folder]);
        Assert.Contains("\\x1b", ran.Data);
        Assert.DoesNotContain(ran.Data, c => char.IsControl(c) && c is not ('\n' or '\r'));
    }

    [Fact]
    public void Ndjson_is_the_record_itself_for_every_event_of_the_chosen_flows()
    {
        Ran ran = CommandLine.Run("flows", "query", "--verdict", "permit", "--format", "ndjson", "--journal", sample.Folder);
        string[] recorded = [.. File.ReadAllLines(Directory.GetFiles(sample.Folder, "*.ndjson").Order(StringComparer.Ordinal).First()).Take(2)];
        Assert.Equal(recorded, ran.Data.TrimEnd('\n').Split('\n'));
        Assert.Equal(ran.Data, CommandLine.Run("flows", "query", "--verdict", "permit", "--json", "--journal", sample.Folder).Data);
    }

    [Theory]
    [InlineData("--agent research-1", 2)]
    [InlineData("--class coding", 4)]
    [InlineData("--name **.example.org", 2)]
    [InlineData("--rule deny-eastwest", 1)]
    [InlineData("--verdict deny", 4)]
    [InlineData("--verdict would-deny", 1)]
    [InlineData("--reason name-not-bound", 1)]
    [InlineData("--until 2026-03-01T12:00:02Z", 2)]
    [InlineData("--limit 3", 3)]
    [InlineData("--agent coding-1 --verdict permit", 1)]
    public void Conditions_choose_flows(string conditions, int flows)
    {
        Ran ran = CommandLine.Run(["flows", "query", "--format", "csv", "--journal", sample.Folder, .. conditions.Split(' ')]);
        Assert.Equal(0, ran.ExitCode);
        Assert.Equal(flows + 1, ran.Data.TrimEnd().Split("\r\n").Length);
    }

    [Fact]
    public void The_journal_may_be_named_by_the_environment_and_quiet_is_quiet()
    {
        KeyValuePair<string, string>[] environment = [new("EXEAT_JOURNAL", sample.Folder)];
        Ran told = CommandLine.Run(environment, "flows", "query", "--agent", "nobody");
        Ran quiet = CommandLine.Run(environment, "flows", "query", "--agent", "nobody", "--quiet");
        Assert.Equal((0, "", "no flow meets these conditions\n"), (told.ExitCode, told.Data, told.Messages));
        Assert.Equal((0, "", ""), (quiet.ExitCode, quiet.Data, quiet.Messages));
    }

    [Fact]
    public async Task Follow_shows_what_comes_and_ends_cleanly_when_interrupted()
    {
        using var own = new SampleJournal();
        using Process process = CommandLine.Start([], "flows", "tail", "-f", "-n", "0", "--json", "--journal", own.Folder);
        using (Journal journal = own.Open())
        {
            // It is unknown when the process begins to look: go on writing until it has seen one.
            Task<string?> line = process.StandardOutput.ReadLineAsync();
            for (int i = 0; i < 600 && !line.IsCompleted; i++)
            {
                Assert.True(journal.AppendDurably(new FlowDraft { Flow = SampleJournal.Flow(9), Kind = FlowEventKind.Decision, AgentId = "late", RuleName = "default-deny" }));
                await Task.WhenAny(line, Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System));
            }
            Assert.True(line.IsCompleted);
            using JsonDocument seen = JsonDocument.Parse((await line)!);
            Assert.Equal("late", seen.RootElement.GetProperty("agent").GetString());
        }
        Process.Start("kill", ["-INT", $"{process.Id}"]).WaitForExit();
        await process.StandardOutput.ReadToEndAsync();
        string messages = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal((0, ""), (process.ExitCode, messages));
    }
}
