using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Exeat.Api.Control;
using Exeat.Control.Alerts;
using Exeat.Control.Export;
using Exeat.Control.Http;
using Exeat.Control.Tests.Export;

namespace Exeat.Control.Tests.Alerts;

/// <summary>What is raised arrives, at real receivers; what does not is tried again, counted and shown.</summary>
public sealed class AlertDeliveryTests : IDisposable
{
    private const string Key = "0123456789abcdef0123456789abcdef";
    private static readonly Actor Admin = new("user:admin", Roles.Viewer | Roles.Admin);

    private readonly TempDatabase _temp = new();
    private readonly AlertDesk _desk;
    private readonly AlertChannels _channels;
    private readonly AlertDelivery _delivery;

    public AlertDeliveryTests()
    {
        _desk = new AlertDesk(_temp.Database, _temp.Time);
        _channels = new AlertChannels(_temp.Database, _temp.Audit);
        _delivery = new AlertDelivery(_temp.Database, _desk, _channels, new AlertSender(new Dialer(_temp.Time), _temp.Time), _temp.Time);
    }

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_webhook_gets_the_alert_signed_over_time_and_body(bool v6)
    {
        using var authority = new TestAuthority();
        await using HttpReceiver server = await HttpReceiver.StartAsync(authority, v6);
        Put(new AlertChannel { Name = "hook", Kind = "webhook", Url = server.Url + "/alerts", Secret = Key, Private = true, Ca = authority.Pem });
        Raise();
        await RoundAsync();
        (string path, Dictionary<string, string> headers, byte[] body) = Assert.Single(server.Got);
        Assert.Equal("/alerts", path);
        string seconds = Records.Noon.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
        byte[] signed = [.. Encoding.ASCII.GetBytes(seconds + "."), .. body], expected = HMACSHA256.HashData(Encoding.UTF8.GetBytes(Key), signed);
        Assert.Equal($"t={seconds},v1={Convert.ToHexStringLower(expected)}", headers[AlertSignature.Header]);
        RaisedAlert got = JsonSerializer.Deserialize(body, AlertsJson.Default.RaisedAlert)!;
        Assert.Equal(("deny-list-hit", "docs/runbooks/deny-list-hit.md", "gw-1/1/7"), (got.Event, got.Runbook, got.Record));
        Assert.Equal(1, _channels.Get("hook").Sent);
        await RoundAsync();
        Assert.Single(server.Got);
    }

    [Fact]
    public async Task A_channel_that_fails_is_tried_further_and_further_apart_and_then_given_up()
    {
        await using HttpReceiver server = await HttpReceiver.StartAsync();
        server.Answer = (_, response) =>
        {
            response.StatusCode = 500;
            return Task.CompletedTask;
        };
        Put(new AlertChannel { Name = "hook", Kind = "webhook", Url = server.Url, Secret = Key, Private = true });
        Raise();
        await RoundAsync();
        for (int i = 0; i < AlertDelivery.Waits.Count; i++)
        {
            _temp.Time.Advance(AlertDelivery.Waits[i] - TimeSpan.FromMilliseconds(10));
            await RoundAsync();
            Assert.Equal(i + 1, server.Got.Count);
            Assert.Equal(1, _channels.Get("hook").Waiting);
            _temp.Time.Advance(TimeSpan.FromMilliseconds(20));
            await RoundAsync();
            Assert.Equal(i + 2, server.Got.Count);
        }
        AlertChannel channel = _channels.Get("hook");
        Assert.Equal((0L, 1L, 0L), (channel.Sent, channel.Failed, channel.Waiting));
        Assert.Contains("500", channel.LastError);
    }

    [Fact]
    public async Task What_is_over_the_rate_is_counted_and_another_channel_does_not_suffer()
    {
        await using HttpReceiver server = await HttpReceiver.StartAsync();
        Put(new AlertChannel { Name = "few", Kind = "webhook", Url = server.Url + "/few", Secret = Key, Private = true, PerMinute = 3 });
        Put(new AlertChannel { Name = "many", Kind = "webhook", Url = server.Url + "/many", Secret = Key, Private = true, PerMinute = 100 });
        for (int i = 0; i < 10; i++) Raise($"key {i}");
        await RoundAsync();
        Assert.Equal(3, server.Got.Count(got => got.Path == "/few"));
        Assert.Equal(10, server.Got.Count(got => got.Path == "/many"));
        Assert.Equal((3L, 7L), (_channels.Get("few").Sent, _channels.Get("few").Suppressed));
        _temp.Time.Advance(TimeSpan.FromMinutes(1));
        Raise("another");
        await RoundAsync();
        Assert.Equal(4, server.Got.Count(got => got.Path == "/few"));
    }

    [Fact]
    public async Task A_channel_gets_what_it_chose_and_hears_when_it_is_over()
    {
        await using HttpReceiver server = await HttpReceiver.StartAsync();
        Put(new AlertChannel { Name = "grave", Kind = "webhook", Url = server.Url + "/grave", Secret = Key, Private = true, MinSeverity = "critical" });
        Put(new AlertChannel { Name = "hits", Kind = "webhook", Url = server.Url + "/hits", Secret = Key, Private = true, Events = ["deny-list-hit"] });
        Put(new AlertChannel { Name = "off", Kind = "webhook", Url = server.Url + "/off", Secret = Key, Private = true, Enabled = false });
        Raise();
        _desk.Raise(new Alert { Event = AlertEvent.StoreFull, Key = "store", Title = "full" });
        await RoundAsync();
        _desk.Settle(AlertEvent.StoreFull, new HashSet<string>());
        await RoundAsync();
        Assert.Equal(["/grave raised store-full", "/grave resolved store-full", "/hits raised deny-list-hit"], server.Got.Select(got =>
        {
            RaisedAlert alert = JsonSerializer.Deserialize(got.Body, AlertsJson.Default.RaisedAlert)!;
            return $"{got.Path} {alert.State} {alert.Event}";
        }).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("http://127.0.0.1:1/")]
    [InlineData("https://127.0.0.1/")]
    [InlineData("https://[::1]/")]
    [InlineData("https://[::ffff:127.0.0.1]/")]
    [InlineData("https://169.254.169.254/latest/meta-data/")]
    [InlineData("https://10.1.2.3/")]
    [InlineData("https://[fd00::1]/")]
    [InlineData("https://localhost/")]
    [InlineData("https://2130706433/")]
    [InlineData("https://0x7f.1/")]
    public async Task A_private_address_is_not_spoken_to_unless_it_was_said(string url)
    {
        if (url.StartsWith("http:", StringComparison.Ordinal))
        {
            Assert.Throws<Refused>(() => Put(new AlertChannel { Name = "hook", Kind = "webhook", Url = url, Secret = Key }));
            return;
        }
        Put(new AlertChannel { Name = "hook", Kind = "webhook", Url = url, Secret = Key });
        TestOutcome outcome = await _delivery.TestAsync("hook", default);
        Assert.False(outcome.Delivered);
        Assert.Contains("private address", outcome.Said);
    }

    [Theory]
    [InlineData("203.0.113.5", true)]
    [InlineData("8.8.8.8", true)]
    [InlineData("2606:4700::1", true)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("64:ff9b::a00:1", false)]
    [InlineData("2002:a00:1::", false)]
    [InlineData("100.100.100.200", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("::", false)]
    [InlineData("fe80::1%1", false)]
    public void Public_addresses_are_those_of_the_internet(string address, bool expected) => Assert.Equal(expected, Dialer.IsPublic(IPAddress.Parse(address)));

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using HttpReceiver inside = await HttpReceiver.StartAsync();
        await using HttpReceiver server = await HttpReceiver.StartAsync();
        server.Answer = (_, response) =>
        {
            response.StatusCode = 307;
            response.Headers.Location = inside.Url;
            return Task.CompletedTask;
        };
        Put(new AlertChannel { Name = "hook", Kind = "webhook", Url = server.Url, Secret = Key, Private = true });
        TestOutcome outcome = await _delivery.TestAsync("hook", default);
        Assert.False(outcome.Delivered);
        Assert.Contains("redirects are not followed", outcome.Said);
        Assert.Single(server.Got);
        Assert.Empty(inside.Got);
    }

    [Fact]
    public async Task Slack_gets_text_in_which_nothing_is_a_mention_or_a_link()
    {
        await using HttpReceiver server = await HttpReceiver.StartAsync();
        Put(new AlertChannel { Name = "chat", Kind = "slack", Secret = server.Url + "/services/T0/B0/xyz", Private = true });
        _desk.Raise(new Alert { Event = AlertEvent.FirstSeenDestination, Key = "k", Title = "reached <!channel> & <https://evil.example|login>", Agent = "a<@U1>" });
        await RoundAsync();
        (string path, _, byte[] body) = Assert.Single(server.Got);
        Assert.Equal("/services/T0/B0/xyz", path);
        using JsonDocument read = JsonDocument.Parse(body);
        string text = read.RootElement.GetProperty("text").GetString()!;
        Assert.Contains("&lt;!channel&gt; &amp; &lt;https://evil.example|login&gt;", text);
        Assert.DoesNotContain('<', text);
        Assert.False(read.RootElement.GetProperty("mrkdwn").GetBoolean());
        Assert.False(read.RootElement.GetProperty("unfurl_links").GetBoolean());
    }

    [Theory]
    [InlineData("starttls")]
    [InlineData("tls")]
    public async Task Mail_is_sent_over_tls_with_a_login_and_headers_that_hold(string tls)
    {
        using var authority = new TestAuthority();
        using var server = new SmtpReceiver(authority, tls == "tls");
        Put(new AlertChannel { Name = "mail", Kind = "smtp", Host = "localhost", Port = server.Port, Tls = tls, User = "exeat", Secret = "p4ss", From = "exeat@corp.example", To = ["soc@corp.example", "on-call@corp.example"], Private = true, Ca = authority.Pem });
        _desk.Raise(new Alert { Event = AlertEvent.DenyListHit, Key = "k", Title = "bad\r\nBcc: everybody@evil.example", Text = "one\r\n.\r\nQUIT", Record = "gw-1/1/7" });
        await RoundAsync();
        string mail = Assert.Single(server.Mails);
        string head = mail[..mail.IndexOf("\n\n", StringComparison.Ordinal)];
        Assert.DoesNotContain(head.Split('\n'), line => line.StartsWith("Bcc", StringComparison.OrdinalIgnoreCase));
        Assert.Contains("X-Exeat-Event: deny-list-hit", head);
        Assert.Contains("exeat why gw-1/1/7 --control", mail);
        Assert.DoesNotContain(server.Said, said => !said.Secure && said.Line.StartsWith("AUTH", StringComparison.OrdinalIgnoreCase));
        Assert.Contains(server.Said, said => said is { Secure: true } && said.Line.StartsWith("AUTH", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(2, server.Said.Count(said => said.Line.StartsWith("RCPT", StringComparison.OrdinalIgnoreCase)));
        Assert.Equal(1, _channels.Get("mail").Sent);
    }

    [Fact]
    public async Task Mail_goes_nowhere_without_tls_that_counts()
    {
        using var authority = new TestAuthority();
        using var other = new TestAuthority();
        using var plain = new SmtpReceiver(null, false);
        using var wrong = new SmtpReceiver(other, false);
        var channel = new AlertChannel { Name = "mail", Kind = "smtp", Host = "localhost", Port = plain.Port, User = "exeat", Secret = "p4ss", From = "exeat@corp.example", To = ["soc@corp.example"], Private = true, Ca = authority.Pem };
        Put(channel);
        Assert.False((await _delivery.TestAsync("mail", default)).Delivered);
        Put(channel with { Port = wrong.Port });
        Assert.False((await _delivery.TestAsync("mail", default)).Delivered);
        Assert.Empty(plain.Mails);
        Assert.Empty(wrong.Mails);
        Assert.DoesNotContain(plain.Said.Concat(wrong.Said), said => said.Line.StartsWith("AUTH", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_receiver_that_the_mail_server_does_not_know_is_given_up_at_once()
    {
        using var authority = new TestAuthority();
        using var server = new SmtpReceiver(authority, false) { Refuse = "550 no such user" };
        Put(new AlertChannel { Name = "mail", Kind = "smtp", Host = "localhost", Port = server.Port, From = "exeat@corp.example", To = ["nobody@corp.example"], Private = true, Ca = authority.Pem });
        Raise();
        await RoundAsync();
        AlertChannel channel = _channels.Get("mail");
        Assert.Equal((1L, 0L), (channel.Failed, channel.Waiting));
        Assert.Contains("no such user", channel.LastError);
    }

    [Fact]
    public void Secrets_are_in_no_answer_no_settings_and_no_audit_row()
    {
        AlertChannel put = _channels.Put(Admin, new AlertChannel { Name = "hook", Kind = "webhook", Url = "https://hooks.example/x", Secret = Key });
        Assert.True(put.HasSecret);
        using var connection = _temp.Database.Open();
        string kept = JsonSerializer.Serialize(put, AlertsJson.Default.AlertChannel)
            + string.Join('\n', Exeat.Control.Storage.Sql.List(connection, "SELECT settings FROM alert_channels UNION ALL SELECT details FROM audit", row => row.GetString(0)));
        Assert.Contains("hooks.example", kept);
        Assert.DoesNotContain(Key, kept);
        Assert.Throws<Refused>(() => Put(new AlertChannel { Name = "hook", Kind = "webhook", Url = "https://other.example/x" }));
        Put(new AlertChannel { Name = "hook", Kind = "webhook", Url = "https://hooks.example/x", PerMinute = 5 });
        Assert.Equal(Key, _channels.Secret("hook"));
    }

    private void Put(AlertChannel channel) => _channels.Put(Admin, channel);

    private void Raise(string key = "k") => _desk.Raise(new Alert { Event = AlertEvent.DenyListHit, Key = key, Title = "a hit", Text = "of a test", Gateway = "gw-1", Agent = "coding-1", Record = "gw-1/1/7" });

    private Task<int> RoundAsync() => _delivery.RunOnceAsync(default);
}
