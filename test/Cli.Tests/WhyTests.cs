using System.Text.Json;
using Exeat.Flows;
using Exeat.Policy;

namespace Exeat.Cli.Tests;

public sealed class WhyTests(SampleJournal sample) : IClassFixture<SampleJournal>
{
    private Ran Why(params string[] arguments) =>
        CommandLine.Run([new("EXEAT_JOURNAL", sample.Folder), new("EXEAT_POLICY", "policy.yaml"), new("EXEAT_AGENTS", "agents.yaml")], ["why", .. arguments]);

    [Fact]
    public void A_command_that_needs_a_policy_says_which_variables_name_it()
    {
        Ran unset = CommandLine.Run("why", "gw-1/1/4", "--journal", sample.Folder);
        Assert.Equal(0, unset.ExitCode);
        Assert.Equal("why: the command under 'next' judges by the gateway's policy and agents; name them first: export EXEAT_POLICY=PATH EXEAT_AGENTS=FILE\n", unset.Messages);
        Assert.Equal("", CommandLine.Run("why", "gw-1/1/4", "--quiet", "--journal", sample.Folder).Messages);
    }

    [Fact]
    public void A_command_that_reads_the_journal_works_as_it_is_printed()
    {
        string printed = CommandLine.Run("why", "--last", "--journal", sample.Folder).Data.Split('\n').Single(line => line.StartsWith("next:", StringComparison.Ordinal))[5..].Trim();
        string[] words = printed.Split(' ');
        Assert.Equal("exeat", words[0]);
        Ran ran = CommandLine.Run(words[1..]);
        Assert.Equal(0, ran.ExitCode);
        Assert.StartsWith("TIME", ran.Data);
    }

    [Fact]
    public void A_script_in_front_is_named_in_printed_commands() =>
        Assert.Contains("next:    ./dev exeat flows query", CommandLine.Run([new("EXEAT_COMMAND", "./dev exeat")], "why", "--last", "--journal", sample.Folder).Data);

    [Theory]
    [InlineData(1, "permit")]
    [InlineData(2, "deny-by-rule")]
    [InlineData(3, "deny-by-default")]
    [InlineData(4, "false-claim")]
    [InlineData(5, "would-deny")]
    [InlineData(6, "not-supported")]
    public void Each_kind_of_record_is_explained_as_reviewed(int flow, string name)
    {
        Ran ran = Why(SampleJournal.Flow(flow).ToString());
        Assert.Equal((0, ""), (ran.ExitCode, ran.Messages));
        Golden.Check("why-" + name, ran.Data);
    }

    [Fact]
    public void A_record_is_found_by_denial_flow_beginning_of_flow_and_event()
    {
        string expected = Why(SampleJournal.Flow(3).ToString()).Data;
        Assert.Equal(expected, Why(DenialId.Of(SampleJournal.Flow(3))).Data);
        Assert.Equal(expected, Why(DenialId.Of(SampleJournal.Flow(3)).ToUpperInvariant()).Data);
        Assert.Equal(expected, Why(SampleJournal.Flow(3).ToString()[..30]).Data);
        Assert.Equal(expected, Why("gw-1/1/4").Data);
    }

    [Fact]
    public void The_last_refusal_is_found_also_per_agent()
    {
        Assert.Contains("protocol is not let through", Why("--last").Data);
        Assert.Contains("the claim may be false", Why("--last", "--agent", "coding-1").Data);
        Ran none = Why("--last", "--agent", "nobody");
        Assert.Equal((0, "", "Nothing was refused to nobody.\n"), (none.ExitCode, none.Data, none.Messages));
    }

    [Fact]
    public void An_id_that_is_not_there_or_not_enough_of_one_is_wrong_input()
    {
        Assert.Equal(2, Why("zzzzzzzz").ExitCode);
        Ran several = Why("0195529a-0000");
        Assert.Equal(2, several.ExitCode);
        Assert.Contains("several flows begin with", several.Messages);
    }

    [Fact]
    public void Only_a_denial_by_default_proposes_a_change_and_asks_for_owner_reason_and_end()
    {
        Assert.Contains("{name: new.example, owner: WHO, why: WHAT FOR, expires: YYYY-MM-DD}", Why(SampleJournal.Flow(3).ToString()).Data);
        Assert.All([1, 2, 4, 5, 6], flow => Assert.DoesNotContain("{name:", Why(SampleJournal.Flow(flow).ToString()).Data));
    }

    [Fact]
    public void As_json_the_record_stands_beside_the_sentence()
    {
        using JsonDocument answer = JsonDocument.Parse(Why("--json", "gw-1/1/4").Data);
        Assert.Equal("gw-1/1/4", answer.RootElement.GetProperty("record").GetProperty("id").GetString());
        Assert.Equal("default-deny", answer.RootElement.GetProperty("reason").GetString());
        Assert.StartsWith("Agent coding-1 (coding) was refused when it tried to look up new.example", answer.RootElement.GetProperty("sentence").GetString());
    }

    [Fact]
    public void Every_reason_has_its_half_sentence()
    {
        string source = File.ReadAllText(Path.Combine(CommandLine.Root, "src", "Flows", "Explaining", "ReasonSentence.cs"));
        Assert.All(Enum.GetValues<Reason>(), reason => Assert.Contains($"\"{reason.Text()}\" => \"", source));
    }
}
