using Exeat.Control.Alerts;
using Exeat.Control.Tests.Export;
using Exeat.Flows;
using Microsoft.Extensions.Time.Testing;

namespace Exeat.Control.Tests.Alerts;

/// <summary>What raises an alert, and what does not.</summary>
public sealed class AlertRulesTests : ISeenFlows
{
    private readonly FakeTimeProvider _time = new(Records.Noon);
    private readonly HashSet<string> _seen = [];
    private readonly Dictionary<string, string> _permitted = [];
    private readonly FlowAlerts _flows;
    private int _asked;

    public AlertRulesTests() => _flows = new FlowAlerts(this, _time);

    Task<bool> ISeenFlows.SeenBeforeAsync(FlowEvent read, string where, CancellationToken cancel)
    {
        _asked++;
        return Task.FromResult(!_seen.Add(where));
    }

    Task<string?> ISeenFlows.PermittedAsync(FlowEvent read, string where, DateTimeOffset since, CancellationToken cancel)
    {
        _asked++;
        Assert.Equal(Records.Noon - TimeSpan.FromDays(7), since);
        return Task.FromResult(_permitted.GetValueOrDefault(where));
    }

    [Fact]
    public async Task A_destination_is_new_once()
    {
        Alert alert = Assert.Single(await LookAsync(Records.Permit(1)));
        Assert.Equal("first-seen-destination", alert.Event.Word);
        Assert.Equal(Records.Permit(1).Flow, alert.Record);
        Assert.Contains("api.example.org", alert.Title);
        for (int i = 2; i < 100; i++) Assert.Empty(await LookAsync(Records.Permit(i)));
        Assert.Equal(1, _asked);
        Assert.Single(await LookAsync(Records.Permit(1) with { Names = [], Destination = "2001:db8::9" }));
    }

    [Fact]
    public async Task A_hit_on_a_deny_rule_names_rule_and_record()
    {
        Alert alert = Assert.Single(await LookAsync(Records.Deny(1)));
        Assert.Equal("deny-list-hit", alert.Event.Word);
        Assert.Equal(Records.Deny(1).Flow, alert.Record);
        Assert.Contains("shadow-model-deny", alert.Title);
        // By whatever name: the same rule and agent are one alert.
        Assert.Equal(alert.Key, Assert.Single(await LookAsync(Records.Deny(2) with { Names = [new FlowName("another.example", "sni")] })).Key);
        Assert.Empty(await LookAsync(Records.Deny(3, "default-deny", "default-deny") with { Names = [new FlowName("third.example", "sni")] }));
    }

    [Fact]
    public async Task A_denial_of_what_was_permitted_this_week_says_which_flow_was()
    {
        _permitted["api.example.org"] = "0195529a-7b80-7000-8000-0000000000ff";
        Alert alert = Assert.Single(await LookAsync(Records.Deny(1, "default-deny", "default-deny")));
        Assert.Equal("denied-after-permit", alert.Event.Word);
        Assert.Contains("0000000000ff", alert.Text);
        Assert.Empty(await LookAsync(Records.Deny(2, "default-deny", "default-deny")));
        // In monitor it passed: nothing was taken away.
        Assert.DoesNotContain(await LookAsync(Records.Deny(3, "default-deny", "default-deny") with { Enforced = false, Port = 8443 }), one => one.Event == AlertEvent.DeniedAfterPermit);
    }

    [Theory]
    [InlineData("journal-unwritable", true)]
    [InlineData("journal-damaged", true)]
    [InlineData("journal-retired", false)]
    [InlineData("journal-torn", false)]
    public async Task Lost_records_are_told_by_the_journal_itself(string reason, bool raised) =>
        Assert.Equal(raised, (await LookAsync(new FlowEvent { Raw = default, Id = "gw-1/1/9", Event = "counted", Time = Records.Noon, Gateway = "gw-1", Reason = reason, Count = 12 })).Any(alert => alert.Event == AlertEvent.RecordsLost && alert.Record == "gw-1/1/9"));

    [Fact]
    public async Task Whoever_tries_new_names_all_the_time_costs_a_bounded_number_of_questions()
    {
        for (int i = 0; i < 5000; i++) await LookAsync(Records.Permit(i) with { Names = [new FlowName($"n{i}.example.org", "sni")] });
        Assert.True(_asked <= 120, $"{_asked} questions");
        _flows.Keep();
        Assert.Equal(5000 - _asked, _flows.Unasked);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Single(await LookAsync(Records.Permit(1) with { Names = [new FlowName("later.example.org", "sni")] }));
    }

    [Fact]
    public async Task Names_that_agents_sent_are_escaped_in_every_word()
    {
        FlowEvent read = Records.Deny(1) with { Names = [new FlowName("a\u001b[31m\r\nb\u202e", "sni")], Rule = "r\u0007", Agent = "a\nb" };
        foreach (Alert alert in await LookAsync(read)) Assert.DoesNotContain(alert.Title + alert.Text, c => char.IsControl(c) || c == '\u202e');
    }

    [Fact]
    public void A_gateway_that_is_well_raises_nothing() => Assert.Empty(Gateway(Well));

    [Fact]
    public void Each_thing_that_is_wrong_with_a_gateway_is_an_alert_of_its_own()
    {
        Assert.Equal("gateway-down", Only(Well with { LastSeen = Records.Noon - TimeSpan.FromMinutes(4) }));
        Assert.Equal("gateway-lagging", Only(Well with { Lag = TimeSpan.FromMinutes(6) }));
        Assert.Equal("mode-mismatch", Only(Well with { EffectiveMode = "mixed" }));
        Assert.Equal("journal-filling", Only(Well with { JournalBytes = 80 }));
        Assert.Equal("certificate-expiring", Only(Well with { CertificateEnds = Records.Noon.AddHours(5) }));
        Assert.Equal("clock-skew", Only(Well with { Skew = TimeSpan.FromSeconds(-31) }));
        Assert.Empty(Gateway(Well with { JournalBytes = 79, Skew = TimeSpan.FromSeconds(29) }));
        Assert.Null(GatewayAlerts.Lost(Well with { Lost = 5 }, 5));
        Assert.Equal("records-lost", GatewayAlerts.Lost(Well with { Lost = 6 }, 5)!.Event.Word);
    }

    [Theory]
    [InlineData("agent.quarantine", "quarantine")]
    [InlineData("agent.release", "quarantine")]
    [InlineData("break-glass.open", "break-glass")]
    [InlineData("policy.publish", null)]
    public void People_who_cut_off_or_break_the_glass_are_told_of(string action, string? raised)
    {
        Alert? alert = AuditAlerts.Look(new AuditRow(7, Records.Noon, "user:anna", action, "gw-1/coding-1", "{\"reason\":\"x\\u001b\"}"));
        Assert.Equal(raised, alert?.Event.Word);
        if (alert is not null) Assert.Contains("user:anna", alert.Text);
    }

    private static WatchedGateway Well => new() { Id = "gw-1", LastSeen = Records.Noon, Lag = TimeSpan.FromSeconds(1), DeclaredMode = "enforce", EffectiveMode = "enforce", JournalBytes = 10, JournalMaxBytes = 100, CertificateEnds = Records.Noon.AddDays(30), Skew = TimeSpan.Zero };

    private static List<Alert> Gateway(WatchedGateway gateway) => [.. GatewayAlerts.Look([gateway], Records.Noon)];

    private static string Only(WatchedGateway gateway) => Assert.Single(Gateway(gateway)).Event.Word;

    private async Task<IReadOnlyList<Alert>> LookAsync(FlowEvent read) => await _flows.LookAsync(read, passOver: false, default);
}
