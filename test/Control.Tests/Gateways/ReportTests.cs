using System.Net;
using Exeat.Control.Gateways;
using Exeat.Control.Gateways.Fleet;
using Exeat.Control.Http;
using Exeat.Control.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Exeat.Control.Tests.Gateways;

/// <summary>What links report, and what control makes of it.</summary>
public sealed class ReportTests
{
    [Fact]
    public async Task A_report_of_a_neighbouring_release_is_understood_and_kept()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        using LinkSide link = await LinkSide.EnrolAsync(control);
        HttpResponseMessage answer = await link.ReportAsync(Golden().Replace("\"v\":", "\"ofTheNextRelease\": {\"a\": [1]}, \"v\":", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        GatewayRow row = LinkSide.Book(control).Demand("gw-1");
        Assert.Equal("0123456789abcdef", row.PolicyVersion);
        Assert.Equal("fedcba9876543210", row.AgentsHash);
        Assert.Equal(17, row.Report!.Lost);
        Assert.Equal(GatewayState.Up, GatewayStates.Of(row, control.Time.GetUtcNow()));
    }

    [Theory]
    [InlineData("{\"product\": null, \"time\": \"2027-01-04T09:00:00Z\"}")]
    [InlineData("\"queue\": {", "\"queue\": null, \"ofTheNextRelease\": {")]
    [InlineData("\"policyPath\": \"", "\"policyPath\": null, \"ofTheNextRelease\": \"")]
    [InlineData("\"kind\": \"nft\"", "\"kind\": null")]
    public async Task A_report_with_a_null_where_none_may_be_is_refused_and_what_is_kept_stays(string what, string? with = null)
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        using LinkSide link = await LinkSide.EnrolAsync(control);
        await link.ReportAsync(Golden());
        string report = with is null ? what : Golden().Replace(what, with, StringComparison.Ordinal);
        Assert.NotEqual(Golden(), report);
        Assert.Equal(HttpStatusCode.BadRequest, (await link.ReportAsync(report)).StatusCode);
        Assert.Equal(17, LinkSide.Book(control).Demand("gw-1").Report!.Lost);
    }

    [Theory]
    [InlineData("\"quarantined\": []", "\"ofTheNextRelease\": []")]
    [InlineData("\"checksumRules\": true", "\"ofTheNextRelease\": true")]
    [InlineData("\"kind\": \"nft\"", "\"ofTheNextRelease\": 1")]
    public async Task A_report_that_lacks_what_an_older_gateway_does_not_say_is_taken_and_read_again(string what, string with)
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        using LinkSide link = await LinkSide.EnrolAsync(control);
        Assert.Equal(HttpStatusCode.OK, (await link.ReportAsync(Golden().Replace(what, with, StringComparison.Ordinal))).StatusCode);
        Assert.Equal(17, LinkSide.Book(control).Demand("gw-1").Report!.Lost);
    }

    [Fact]
    public async Task A_gateway_whose_kept_report_cannot_be_read_is_listed_looked_at_and_revoked()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        using LinkSide link = await LinkSide.EnrolAsync(control), other = await LinkSide.EnrolAsync(control, "gw-2");
        await link.ReportAsync(Golden());
        control.Host.Parts.GetRequiredService<Database>().Change(change => change.Run("UPDATE gateways SET report = '{\"time\":\"2027-01-04T09:00:00Z\"}' WHERE id = 'gw-1'"));
        Assert.Null(LinkSide.Book(control).Demand("gw-1").Report);
        control.Host.Parts.GetServices<IHostedService>().OfType<GatewayWatch>().Single().Look();
        Assert.Equal(2, LinkSide.Book(control).All().Count);
        LinkSide.Book(control).Revoke(LinkSide.Operator, "gw-1", "it reports strange things");
        Assert.Equal("certificate-revoked", await link.RefusalAsync());
        Assert.Equal("", await other.RefusalAsync());
        Assert.Equal(404, Assert.Throws<Refused>(() => LinkSide.Book(control).Revoke(LinkSide.Operator, "gw-3", "there is none")).Status);
    }

    [Fact]
    public async Task A_gateway_that_cannot_be_revoked_for_what_its_row_holds_is_none()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        using LinkSide link = await LinkSide.EnrolAsync(control);
        control.Host.Parts.GetRequiredService<Database>().Change(change => change.Run("UPDATE gateways SET last_seen = 'yesterday' WHERE id = 'gw-1'"));
        Assert.ThrowsAny<FormatException>(() => LinkSide.Book(control).Find("gw-1"));
        LinkSide.Book(control).Revoke(LinkSide.Operator, "gw-1", "nothing of its row is needed");
    }

    [Fact]
    public async Task What_fails_for_one_gateway_does_not_keep_the_others_from_being_looked_at()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        using LinkSide first = await LinkSide.EnrolAsync(control), second = await LinkSide.EnrolAsync(control, "gw-2");
        List<string> heard = [];
        control.Host.Parts.GetRequiredService<GatewayEvents>().Happened += one =>
        {
            lock (heard) heard.Add(one.Gateway);
            if (one.Gateway == "gw-1") throw new InvalidOperationException("nobody thought of it");
        };
        control.Time.AdjustTime(control.Time.GetUtcNow() + GatewayThresholds.DownAfter + TimeSpan.FromSeconds(1));
        control.Host.Parts.GetServices<IHostedService>().OfType<GatewayWatch>().Single().Look();
        // The watch's own timer may have been first.
        lock (heard) Assert.Superset(new HashSet<string> { "gw-1", "gw-2" }, heard.ToHashSet());
    }

    [Fact]
    public async Task Each_change_for_the_worse_is_said_once_and_the_end_of_it_too()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        List<GatewayEventKind> heard = [];
        control.Host.Parts.GetRequiredService<GatewayEvents>().Happened += one =>
        {
            lock (heard) heard.Add(one.Kind);
        };
        using LinkSide link = await LinkSide.EnrolAsync(control);
        GatewayWatch watch = control.Host.Parts.GetServices<IHostedService>().OfType<GatewayWatch>().Single();
        async Task<GatewayEventKind[]> AfterAsync(string? report)
        {
            lock (heard) heard.Clear();
            if (report is not null) await link.ReportAsync(report.Replace("2027-01-04T09:00:00", control.Time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss", System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal));
            watch.Look();
            watch.Look();
            lock (heard) return [.. heard];
        }
        string good = Golden();
        Assert.Empty(await AfterAsync(good));
        Assert.Equal([GatewayEventKind.Lagging], await AfterAsync(good.Replace("\"lagSeconds\": 0.5", "\"lagSeconds\": 500", StringComparison.Ordinal)));
        Assert.Equal([GatewayEventKind.Up, GatewayEventKind.RecordsLost], await AfterAsync(good.Replace("\"lost\": 17", "\"lost\": 20", StringComparison.Ordinal)));
        Assert.Equal([GatewayEventKind.ModeDiffers], await AfterAsync(good.Replace("\"effectiveMode\": \"enforce\"", "\"effectiveMode\": \"mixed\"", StringComparison.Ordinal)));
        Assert.Equal([GatewayEventKind.ModeAgrees], await AfterAsync(good));
        Assert.Equal([GatewayEventKind.JournalFilling], await AfterAsync(good.Replace("\"bytes\": 1000,", "\"bytes\": 900000,", StringComparison.Ordinal)));
        lock (heard) heard.Clear();
        control.Time.AdjustTime(control.Time.GetUtcNow() + GatewayThresholds.DownAfter + TimeSpan.FromSeconds(1));
        watch.Look();
        // The watch's own timer may have been first.
        lock (heard) Assert.Single(heard, GatewayEventKind.Down);
    }

    // As the link of this protocol's first release writes it; the same file is held against the link in its own tests.
    public static string Golden() => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "goldens", "link-report.json"));
}
