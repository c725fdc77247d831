using Exeat.Policy.Tests.Documents;

namespace Exeat.Policy.Tests.Compile;

/// <summary>Monitor is for a stated time, after which enforce returns (I12).</summary>
public sealed class MonitorUntilTests
{
    private const string Agents = "- {id: a, class: coding}\n- {id: b, class: research}\n";
    private const string Rules = "rules:\n- {name: r, priority: 1, to: {groups: [office]}, action: permit}\n";
    private const string Office = "office: {cidrs: [192.0.2.0/24]}";

    private static readonly DateTimeOffset End = new(2027, 2, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_policy_enforces_from_its_end_on()
    {
        Policy policy = Load($"mode: monitor\nmonitorUntil: 2027-01-31\nsmartGroups: {{{Office}}}\n{Rules}");
        CompiledPolicy before = Compile(policy, End.AddSeconds(-1)), after = Compile(policy, End);
        Assert.Equal((Mode.Monitor, Mode.Enforce), (before.Mode, after.Mode));
        Assert.Equal((Mode.Monitor, Mode.Enforce), (before.Agents[0].EffectiveMode, after.Agents[0].EffectiveMode));
        Assert.Equal((End, null), (before.NextExpiry, after.NextExpiry));
    }

    [Fact]
    public void A_group_has_an_end_of_its_own()
    {
        Policy policy = Load($"mode: enforce\nsmartGroups: {{coders: {{class: coding, mode: monitor, monitorUntil: 2027-01-31}}, {Office}}}\n{Rules}");
        CompiledPolicy before = Compile(policy, End.AddSeconds(-1)), after = Compile(policy, End);
        Assert.Equal((Mode.Monitor, Mode.Enforce), (before.Agents[0].EffectiveMode, before.Agents[1].EffectiveMode));
        Assert.Equal((Mode.Enforce, End, null), (after.Agents[0].EffectiveMode, before.NextExpiry, after.NextExpiry));
    }

    [Fact]
    public void An_ended_group_enforces_even_where_the_policy_still_monitors()
    {
        Policy policy = Load($"mode: monitor\nmonitorUntil: 2030-01-31\nsmartGroups: {{coders: {{class: coding, mode: monitor, monitorUntil: 2027-01-31}}, {Office}}}\n{Rules}");
        CompiledPolicy after = Compile(policy, End);
        Assert.Equal((Mode.Enforce, Mode.Monitor), (after.Agents[0].EffectiveMode, after.Agents[1].EffectiveMode));
    }

    [Fact]
    public void A_default_that_permits_ends_with_monitor()
    {
        Policy policy = Load($"mode: monitor\nmonitorUntil: 2027-01-31\ndefault: permit\nsmartGroups: {{{Office}}}\n{Rules}");
        var attempt = new Attempt { Agent = 0, Stage = Stage.FirstPacket, Protocol = 6, Port = 443, Destination = Exeat.Names.Address.V4(0xcb007101) };
        Assert.Equal(Verdict.Permit, Compile(policy, End.AddSeconds(-1)).Decide(attempt).Verdict);
        Assert.Equal(Verdict.Deny, Compile(policy, End).Decide(attempt).Verdict);
    }

    [Theory]
    [InlineData("mode: monitor\n", "monitor mode has no end", Severity.Warning)]
    [InlineData("mode: monitor\nmonitorUntil: 2026-01-31\n", "monitor mode has ended", Severity.Warning)]
    [InlineData("mode: enforce\nmonitorUntil: 2027-01-31\n", "says when monitor ends", Severity.Error)]
    [InlineData("mode: monitor\nmonitorUntil: soon\n", "monitorUntil", Severity.Error)]
    public void What_is_written_of_the_policy_is_checked(string head, string what, Severity severity) =>
        Assert.Contains(Loading.Policy($"{head}smartGroups: {{{Office}}}\n{Rules}").Problems, p => p.Severity == severity && (p.What + p.Remedy).Contains(what, StringComparison.Ordinal));

    [Theory]
    [InlineData("{class: coding, mode: monitor}", "has no end", Severity.Warning)]
    [InlineData("{class: coding, mode: monitor, monitorUntil: 2026-01-31}", "has ended", Severity.Warning)]
    [InlineData("{class: coding, monitorUntil: 2027-01-31}", "no mode: monitor", Severity.Error)]
    [InlineData("{class: coding, mode: enforce, monitorUntil: 2027-01-31}", "no mode: monitor", Severity.Error)]
    public void What_is_written_of_a_group_is_checked(string group, string what, Severity severity) =>
        Assert.Contains(Loading.Policy($"mode: enforce\nsmartGroups: {{coders: {group}, {Office}}}\n{Rules}").Problems, p => p.Severity == severity && p.What.Contains(what, StringComparison.Ordinal));

    private static Policy Load(string body) => Loading.Policy(body).Policy ?? throw new InvalidOperationException(string.Join('\n', Loading.Policy(body).Problems));

    private static CompiledPolicy Compile(Policy policy, DateTimeOffset now) => CompiledPolicy.Compile(policy, Loading.Agents(Agents).Agents!, now);
}
