using Exeat.Lab.Report;
using Exeat.Lab.Scenario;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Course;

/// <summary>The scenario and how it is judged; no namespaces needed.</summary>
public sealed class ScenarioTests
{
    private static readonly LabAgent Coding = LabPlan.Find("coding-1")!;

    [Fact]
    public void The_shipped_scenario_makes_all_ten_checks_and_attacks_a_to_h()
    {
        string[] titles = [.. ScenarioDocument.Shipped.Attempts.Select(a => a.Title)];
        for (int check = 1; check <= 9; check++) Assert.Contains(titles, t => t.StartsWith($"{check} ", StringComparison.Ordinal));
        for (char attack = 'a'; attack <= 'h'; attack++) Assert.Contains(titles, t => t.StartsWith($"({attack})", StringComparison.Ordinal));
        Assert.Equal(titles.Length, ScenarioDocument.Shipped.Attempts.Select(a => a.Id).Distinct().Count());
    }

    [Fact]
    public void Every_attack_is_marked_and_titled_as_one() =>
        Assert.All(ScenarioDocument.Shipped.Attempts, a => Assert.Equal(a.Attack, a.Title.StartsWith('(')));

    [Theory, InlineData("monitor"), InlineData("enforce"), InlineData("live-update")]
    public void Every_planned_attempt_has_a_command_and_a_place(string name)
    {
        LabStep step = ((LabStep[])[LabStep.Monitor, LabStep.Enforce, LabStep.LiveUpdate]).Single(s => s.Name == name);
        var commands = new AttemptCommands("/ca.pem", "/scratch", ["exeat"]);
        PlannedAttempt[] plan = [.. ScenarioDocument.Shipped.Plan(step)];
        Assert.NotEmpty(plan);
        Assert.All(plan, a => Assert.NotEmpty(commands.For(a).Command));
        Assert.Equal(plan.Length, plan.Select(a => a.Canary).Distinct().Count());
    }

    [Fact]
    public void Fewer_attempts_than_declared_is_a_failure()
    {
        LabRow row = Row(arrived: false, Deny());
        Assert.True(row.Ok);
        Assert.Equal((1, 0), Counts(LabReport.Of([row], declared: 1)));
        Assert.Equal((1, 2), Counts(LabReport.Of([row], declared: 3)));
    }

    [Fact]
    public void An_attack_that_arrived_is_not_ok_whatever_the_record_says() => Assert.False(Row(arrived: true, Deny()).Ok);

    [Fact]
    public void An_attack_without_a_record_is_not_ok_even_if_it_did_not_arrive() => Assert.False(Row(arrived: false, null).Ok);

    [Fact]
    public void A_record_of_another_rule_or_one_that_was_not_enforced_is_not_ok()
    {
        Assert.False(Row(arrived: false, Deny() with { Rule = "deny-eastwest" }).Ok);
        Assert.False(Row(arrived: false, Deny() with { Enforced = false }).Ok);
    }

    [Fact]
    public void A_report_reads_what_it_prints()
    {
        var report = LabReport.Of([Row(arrived: false, Deny())], declared: 1);
        Assert.Equal(report.ToJson(), LabReport.Parse(report.ToJson()).ToJson());
        Assert.StartsWith("{\"passed\":1,\"failed\":0,\"attempts\":[{\"phase\":\"enforce\",\"agent\":\"coding-1\",\"class\":\"coding\",\"attempt\":", report.ToJson(), StringComparison.Ordinal);
        Assert.EndsWith("\"recorded\":true,\"arrived\":false,\"ok\":true}]}", report.ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public void Each_form_of_the_policy_differs_from_the_shipped_one_where_it_should()
    {
        string monitor = new PolicyText("monitor").Text, enforce = new PolicyText("enforce").Text;
        Assert.Equal(LabFiles.Text(LabFiles.PolicyName), monitor);
        Assert.NotEqual(monitor, enforce);
        Assert.NotEqual(enforce, new PolicyText("enforce", LiveUpdate: true).Text);
        Assert.NotEqual(enforce, new PolicyText("enforce", ApproveDenied: true).Text);
    }

    private static (int, int) Counts(LabReport report) => (report.Passed, report.Failed);

    private static SeenRecord Deny() => new()
    {
        Time = DateTimeOffset.UnixEpoch,
        Event = "decision",
        Agent = "coding-1",
        Verdict = "deny",
        Rule = "default-deny",
        Reason = "default-deny",
        Enforced = true,
    };

    private static LabRow Row(bool arrived, SeenRecord? record)
    {
        var entry = new ScenarioEntry
        {
            Id = "x",
            Title = "(x) a bare address",
            Kind = "https-address",
            Agents = ["coding-1"],
            To = "@attacker",
            Decision = "deny",
            Rule = "default-deny",
            Attack = true,
        };
        var attempt = new PlannedAttempt(entry, LabStep.Enforce, Coding, 4);
        var after = new World.WorldSnapshot
        {
            Packets = arrived ? [new World.PacketCount(Coding.Address4, attempt.Address, 6, 443, 4, 517, 1)] : [],
        };
        var client = new Finished(7, "", "", TimeSpan.Zero);
        return LabRow.Of(new Outcome(attempt, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, client, new World.WorldSnapshot(), after), record);
    }
}
