using System.Net;
using Exeat.Control.Gateways;
using Exeat.Control.Gateways.Fleet;
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
