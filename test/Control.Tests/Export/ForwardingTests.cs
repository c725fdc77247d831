using System.Text;
using System.Text.Json;
using Exeat.Api.Control;
using Exeat.Control.Export;
using Exeat.Control.Http;
using Exeat.Flows;

namespace Exeat.Control.Tests.Export;

/// <summary>Every record reaches its target: while it is away nothing is skipped, and what it got is known.</summary>
public sealed class ForwardingTests : IDisposable
{
    private static readonly Actor Admin = new("user:admin", Roles.Viewer | Roles.Admin);

    private readonly TempDatabase _temp = new();
    private readonly ListFeed _feed = new();
    private readonly ForwardingTargets _targets;
    private Forwarder _forwarder;

    public ForwardingTests()
    {
        _targets = new ForwardingTargets(_temp.Database, _temp.Audit, _temp.Time);
        _forwarder = NewForwarder();
    }

    public void Dispose()
    {
        _forwarder.Dispose();
        _temp.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Records_reach_a_syslog_server(bool tls)
    {
        using var authority = new TestAuthority();
        using var server = new SyslogReceiver(tls ? authority : null);
        Put(Syslog(server, tls, authority));
        _feed.Add(1200);
        await SettleAsync(() => server.Messages.Count >= 1200);
        Assert.Equal(Ids(1, 1200), server.Messages.Select(Id));
        ForwardingTarget target = _targets.Get("siem");
        Assert.Equal(1200, target.Sent);
        Assert.Equal(0, target.Failed);
        Assert.Equal(0, _forwarder.LagSeconds("siem"));
        Assert.Equal("1200", _targets.Kept("siem").Position);
    }

    [Fact]
    public async Task Nothing_is_skipped_while_a_syslog_server_is_away_and_control_restarts()
    {
        using var server = new SyslogReceiver();
        Put(Syslog(server));
        _feed.Add(700);
        await SettleAsync(() => server.Messages.Count >= 700);
        server.GoAway();
        _feed.Add(700);
        for (int i = 0; i < 5; i++) await RoundAsync();
        ForwardingTarget away = _targets.Get("siem");
        Assert.NotNull(away.FailingSince);
        Assert.NotNull(away.LastError);
        Assert.True(_forwarder.LagSeconds("siem") > 0);
        _forwarder.Dispose();
        _forwarder = NewForwarder();
        server.ComeBack();
        await SettleAsync(() => server.Messages.Select(Id).Distinct().Count() >= 1400);
        Assert.Equal(Ids(1, 1400), server.Messages.Select(Id).Distinct().Order(StringComparer.Ordinal).OrderBy(id => int.Parse(id.Split('/')[2])));
        Assert.Null(_targets.Get("siem").FailingSince);
        Assert.Equal(1400, _targets.Get("siem").Sent);
    }

    [Fact]
    public async Task A_syslog_server_whose_certificate_does_not_count_gets_nothing()
    {
        using var authority = new TestAuthority();
        using var other = new TestAuthority();
        using var server = new SyslogReceiver(authority);
        Put(Syslog(server, tls: true, other));
        _feed.Add(3);
        await RoundAsync();
        Assert.Empty(server.Messages);
        Assert.Contains("certificate", _targets.Get("siem").LastError);
        // Control run: the right authority, and they come.
        Put(Syslog(server, tls: true, authority));
        await SettleAsync(() => server.Messages.Count >= 3);
    }

    [Fact]
    public async Task Otlp_counts_what_is_refused_and_waits_while_the_target_is_not_well()
    {
        await using HttpReceiver server = await HttpReceiver.StartAsync();
        server.Answer = async (number, response) =>
        {
            response.StatusCode = number == 0 ? 503 : 200;
            if (number == 0) response.Headers.RetryAfter = "7";
            else await response.Body.WriteAsync("{\"partialSuccess\":{\"rejectedLogRecords\":\"2\"}}"u8.ToArray());
        };
        Put(new ForwardingTarget { Name = "siem", Kind = "otlp", Url = server.Url + "/v1/logs", Header = "Authorization", Secret = "Bearer s3cret", Private = true, From = "beginning" });
        _feed.Add(10);
        await RoundAsync(TimeSpan.Zero);
        Assert.Null(_targets.Kept("siem").Position);
        // The target asked for seven seconds.
        await RoundAsync(TimeSpan.FromSeconds(3));
        Assert.Single(server.Got);
        await RoundAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(2, server.Got.Count);
        ForwardingTarget target = _targets.Get("siem");
        Assert.Equal((8L, 2L), (target.Sent, target.Failed));
        Assert.Equal("10", _targets.Kept("siem").Position);
        (string path, Dictionary<string, string> headers, byte[] body) = server.Got.Last();
        Assert.Equal("/v1/logs", path);
        Assert.Equal("Bearer s3cret", headers["Authorization"]);
        Assert.Equal("application/json", headers["Content-Type"]);
        using JsonDocument sent = JsonDocument.Parse(body);
        Assert.Equal(10, sent.RootElement.GetProperty("resourceLogs")[0].GetProperty("scopeLogs")[0].GetProperty("logRecords").GetArrayLength());
    }

    [Fact]
    public async Task One_record_that_otlp_refuses_for_good_does_not_hold_up_the_others()
    {
        await using HttpReceiver server = await HttpReceiver.StartAsync();
        server.Answer = (_, response) =>
        {
            response.StatusCode = Encoding.UTF8.GetString(server.Got.Last().Body).Contains("gw-1/1/4\"", StringComparison.Ordinal) ? 400 : 200;
            return Task.CompletedTask;
        };
        Put(new ForwardingTarget { Name = "siem", Kind = "otlp", Url = server.Url, Private = true, From = "beginning" });
        _feed.Add(9);
        await RoundAsync();
        ForwardingTarget target = _targets.Get("siem");
        Assert.Equal((8L, 1L), (target.Sent, target.Failed));
    }

    [Fact]
    public async Task A_wrong_token_is_no_reason_to_pass_over_records()
    {
        await using HttpReceiver server = await HttpReceiver.StartAsync();
        server.Answer = (number, response) =>
        {
            response.StatusCode = number < 2 ? 401 : 200;
            return Task.CompletedTask;
        };
        Put(new ForwardingTarget { Name = "siem", Kind = "otlp", Url = server.Url, Private = true, From = "beginning" });
        _feed.Add(4);
        await RoundAsync(TimeSpan.FromMinutes(3));
        await RoundAsync(TimeSpan.FromMinutes(3));
        Assert.Equal(0, _targets.Get("siem").Sent);
        await RoundAsync(TimeSpan.FromMinutes(3));
        Assert.Equal(4, _targets.Get("siem").Sent);
    }

    [Fact]
    public void A_secret_is_in_no_answer_no_settings_and_no_audit_row()
    {
        const string Secret = "Bearer very-secret-value";
        ForwardingTarget put = _targets.Put(Admin, new ForwardingTarget { Name = "siem", Kind = "otlp", Url = "https://logs.example/v1/logs", Header = "Authorization", Secret = Secret }, null);
        Assert.True(put.HasSecret);
        using var connection = _temp.Database.Open();
        string kept = string.Join('\n', new[] { JsonSerializer.Serialize(put, AlertsJson.Default.ForwardingTarget) }
            .Concat(Exeat.Control.Storage.Sql.List(connection, "SELECT settings FROM forwarding_targets UNION ALL SELECT details FROM audit", row => row.GetString(0))));
        Assert.Contains("logs.example", kept);
        Assert.DoesNotContain("very-secret", kept);
        // Whoever may change the address must not have the kept secret sent to it.
        Assert.Throws<Refused>(() => _targets.Put(Admin, new ForwardingTarget { Name = "siem", Kind = "otlp", Url = "https://other.example/", Header = "Authorization" }, null));
        Assert.Equal(Secret, _targets.Kept("siem").Secret);
    }

    [Theory]
    [InlineData("otlp", "http://logs.example/", null)]
    [InlineData("otlp", "ftp://logs.example/", null)]
    [InlineData("otlp", "https://user:pass@logs.example/", null)]
    [InlineData("syslog", null, "logs.example")]
    [InlineData("pigeon", null, "logs.example")]
    [InlineData("syslog-tls", null, null)]
    public void What_cannot_be_meant_is_refused(string kind, string? url, string? host) =>
        Assert.Throws<Refused>(() => _targets.Put(Admin, new ForwardingTarget { Name = "siem", Kind = kind, Url = url, Host = host, Port = 514 }, null));

    [Fact]
    public async Task A_test_says_what_went_wrong()
    {
        using var server = new SyslogReceiver();
        Put(Syslog(server));
        Assert.True((await _forwarder.TestAsync("siem", default)).Delivered);
        server.GoAway();
        TestOutcome outcome = await _forwarder.TestAsync("siem", default);
        Assert.False(outcome.Delivered);
        Assert.Contains("cannot be reached", outcome.Said);
    }

    private Forwarder NewForwarder() => new(_targets, _feed, new Dialer(_temp.Time), new SinkOrigin("Product", "1"), _temp.Time);

    private void Put(ForwardingTarget target) => _targets.Put(Admin, target, null);

    private static ForwardingTarget Syslog(SyslogReceiver server, bool tls = false, TestAuthority? authority = null) =>
        new() { Name = "siem", Kind = tls ? "syslog-tls" : "syslog", Host = "localhost", Port = server.Port, Private = true, Ca = tls ? authority!.Pem : null, From = "beginning" };

    private async Task RoundAsync(TimeSpan? step = null)
    {
        _temp.Time.Advance(step ?? TimeSpan.FromSeconds(10));
        await _forwarder.RunOnceAsync(default);
    }

    // Sockets have no clock of ours: wait for what must come, and fail when it does not.
    private async Task SettleAsync(Func<bool> there)
    {
        for (int i = 0; i < 400 && !there(); i++)
        {
            await RoundAsync(TimeSpan.FromSeconds(130));
            if (!there()) await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
        Assert.True(there());
        for (int i = 0; i < 3; i++) await RoundAsync();
    }

    private static string Id(string message) => message[(message.IndexOf("id=\"", StringComparison.Ordinal) + 4)..].Split('"')[0];

    private static IEnumerable<string> Ids(int from, int to) => Enumerable.Range(from, to - from + 1).Select(number => $"gw-1/1/{number}");
}
