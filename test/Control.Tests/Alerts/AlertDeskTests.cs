using Exeat.Api.Control;
using Exeat.Control.Alerts;
using Exeat.Control.Http;
using Exeat.Control.Tests.Export;

namespace Exeat.Control.Tests.Alerts;

/// <summary>One thing is one alert: what repeats is counted, what holds is open until it is over, and nobody can raise alerts without end.</summary>
public sealed class AlertDeskTests : IDisposable
{
    private readonly TempDatabase _temp = new();
    private readonly AlertDesk _desk;

    public AlertDeskTests() => _desk = new AlertDesk(_temp.Database, _temp.Time);

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void The_same_key_within_the_window_is_counted()
    {
        Assert.True(_desk.Raise(Hit("a")));
        Assert.False(_desk.Raise(Hit("a")));
        _temp.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(_desk.Raise(Hit("b")));
        _temp.Time.Advance(AlertDesk.Window - TimeSpan.FromSeconds(1));
        Assert.False(_desk.Raise(Hit("a")));
        _temp.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(_desk.Raise(Hit("a")));
        Assert.Equal([1L, 1L, 3L], List().Select(alert => alert.Count));
    }

    [Fact]
    public void A_condition_is_one_alert_until_it_is_over_however_long()
    {
        Assert.True(_desk.Raise(Down("gw-1")));
        for (int i = 0; i < 50; i++)
        {
            _temp.Time.Advance(TimeSpan.FromHours(1));
            Assert.False(_desk.Raise(Down("gw-1")));
        }
        _temp.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(_desk.Raise(Down("gw-2")));
        _desk.Settle(AlertEvent.GatewayDown, new HashSet<string> { "gw-2" });
        Assert.Equal([("gateway-down", 1L)], _desk.OpenCounts());
        Assert.Equal(["raised", "resolved"], List().Select(alert => alert.State));
        Assert.True(_desk.Raise(Down("gw-1")));
    }

    [Fact]
    public void More_of_one_event_than_a_person_reads_is_one_alert_that_says_so()
    {
        for (int i = 0; i < AlertDesk.MaxOfEvent + 500; i++) _desk.Raise(Hit($"key {i}"));
        Assert.True(_desk.Raise(Down("gw-1")));
        List<RaisedAlert> all = List();
        Assert.Equal(AlertDesk.MaxOfEvent + 2, all.Count);
        Assert.Equal(500, Assert.Single(all, alert => alert.Title.StartsWith("more of", StringComparison.Ordinal)).Count);
    }

    [Fact]
    public void What_was_raised_is_there_after_a_restart_and_goes_after_its_time()
    {
        _desk.Raise(Down("gw-1"));
        _temp.Reopen();
        var again = new AlertDesk(_temp.Database, _temp.Time);
        Assert.False(again.Raise(Down("gw-1")));
        _temp.Time.Advance(TimeSpan.FromDays(91));
        again.Tidy();
        Assert.Empty(again.List(PageRequest.Of(10, null), null, false).Items);
    }

    [Fact]
    public void Pages_go_through_all_of_them_once()
    {
        for (int i = 0; i < 25; i++) _desk.Raise(Hit($"{i}"));
        List<string> ids = [];
        string? cursor = null;
        do
        {
            Page<RaisedAlert> page = _desk.List(PageRequest.Of(10, cursor), null, false);
            ids.AddRange(page.Items.Select(alert => alert.Id));
            cursor = page.Next;
        }
        while (cursor is not null);
        Assert.Equal(25, ids.Distinct().Count());
        Assert.Equal(25, ids.Count);
    }

    private List<RaisedAlert> List() => [.. _desk.List(PageRequest.Of(1000, null), null, false).Items];

    private static Alert Hit(string key) => new() { Event = AlertEvent.DenyListHit, Key = key, Title = "a hit" };

    private static Alert Down(string gateway) => new() { Event = AlertEvent.GatewayDown, Key = gateway, Title = "down", Gateway = gateway };
}
