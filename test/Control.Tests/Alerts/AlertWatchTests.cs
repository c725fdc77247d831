using Exeat.Control.Alerts;
using Exeat.Control.Export;
using Exeat.Control.Http;
using Exeat.Control.Tests.Export;
using Exeat.Flows;
using Exeat.Store;

namespace Exeat.Control.Tests.Alerts;

/// <summary>Rounds over records whose history cannot always be asked for: what a record raises is raised, once.</summary>
public sealed class AlertWatchTests : ISeenFlows, IGatewayList, IExpiries, IDisposable
{
    private readonly TempDatabase _temp = new();
    private readonly ListFeed _feed = new();
    private readonly AlertDesk _desk;
    private readonly AlertWatch _watch;
    private readonly HashSet<string> _failing = [];
    private int _asked;

    public AlertWatchTests()
    {
        _desk = new AlertDesk(_temp.Database, _temp.Time);
        _watch = new AlertWatch(_desk, new FlowAlerts(this, _temp.Time), _feed, this, this, new ForwardingTargets(_temp.Database, _temp.Audit, _temp.Time), () => Well, _temp.Database, _temp.Time);
    }

    public void Dispose() => _temp.Dispose();

    Task<bool> ISeenFlows.SeenBeforeAsync(FlowEvent read, string where, CancellationToken cancel)
    {
        _asked++;
        return _failing.Contains(where) ? throw new IOException("the disk is gone") : Task.FromResult(false);
    }

    Task<string?> ISeenFlows.PermittedAsync(FlowEvent read, string where, DateTimeOffset since, CancellationToken cancel) => Task.FromResult<string?>(null);

    IReadOnlyList<WatchedGateway> IGatewayList.All() => [];

    IEnumerable<NearExpiry> IExpiries.Within(TimeSpan span, DateTimeOffset now) => [];

    [Fact]
    public async Task What_the_store_could_not_answer_is_asked_again_and_raised()
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        await _watch.RunOnceAsync(cancel);
        _feed.Add(To("a.example"));
        _feed.Add(To("b.example"));
        _failing.Add("b.example");
        await Assert.ThrowsAsync<IOException>(() => _watch.RunOnceAsync(cancel));
        await Assert.ThrowsAsync<IOException>(() => _watch.RunOnceAsync(cancel));
        _failing.Clear();
        Assert.False(await _watch.RunOnceAsync(cancel));
        Assert.Equal(["a.example", "b.example"], Raised());
        // From then on it is known.
        _feed.Add(To("b.example"));
        int asked = _asked;
        await _watch.RunOnceAsync(cancel);
        Assert.Equal(asked, _asked);
    }

    [Fact]
    public async Task What_the_store_can_never_answer_is_passed_over_in_the_end_and_keeps_nothing_else_back()
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        await _watch.RunOnceAsync(cancel);
        // More questions before it than there may be in a minute, were each of the repeated ones counted.
        string[] others = [.. Enumerable.Range(0, 10).Select(i => $"n{i}.example")];
        foreach (string name in others) _feed.Add(To(name));
        _feed.Add(To("never.example"));
        _feed.Add(To("last.example"));
        _failing.Add("never.example");
        for (int i = 0; i < 30; i++) await Assert.ThrowsAsync<IOException>(() => _watch.RunOnceAsync(cancel));
        // Nothing was raised again and again meanwhile.
        Assert.Empty(Raised());
        await _watch.RunOnceAsync(cancel);
        Assert.Equal([.. others.Append("last.example").Order(StringComparer.Ordinal)], Raised());
        Assert.Equal(1, _watch.Unasked);
        // While it goes on nothing waits for it again; when it is over, the question is put for the record that it was about, once.
        _feed.Add(To("never.example"));
        _feed.Add(To("later.example"));
        await _watch.RunOnceAsync(cancel);
        Assert.Contains("later.example", Raised());
        Assert.DoesNotContain("never.example", Raised());
        _failing.Clear();
        int asked = _asked;
        await _watch.RunOnceAsync(cancel);
        Assert.Contains("never.example", Raised());
        await _watch.RunOnceAsync(cancel);
        Assert.Equal(asked + 1, _asked);
    }

    [Fact]
    public async Task What_was_passed_over_is_raised_also_when_something_else_cannot_be_answered_then()
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        await _watch.RunOnceAsync(cancel);
        // More than the questions of one minute wait: some are still open when the store answers again.
        foreach (int i in Enumerable.Range(0, 120)) Fail($"n{i}.example");
        for (int i = 0; i < 30; i++) await Assert.ThrowsAsync<IOException>(() => _watch.RunOnceAsync(cancel));
        await _watch.RunOnceAsync(cancel);
        _temp.Time.Advance(TimeSpan.FromMinutes(1));
        foreach (int i in Enumerable.Range(0, 20)) Fail($"m{i}.example");
        await _watch.RunOnceAsync(cancel);
        _failing.Clear();
        _temp.Time.Advance(TimeSpan.FromMinutes(1));
        await _watch.RunOnceAsync(cancel);
        Assert.DoesNotContain("m19.example", Raised());
        // Rounds wait again now, and this one fails after the open ones were answered.
        _temp.Time.Advance(TimeSpan.FromMinutes(1));
        Fail("bad.example");
        await Assert.ThrowsAsync<IOException>(() => _watch.RunOnceAsync(cancel));
        Assert.Contains("m19.example", Raised());

        void Fail(string name)
        {
            _failing.Add(name);
            _feed.Add(To(name));
        }
    }

    private IEnumerable<string> Raised() => _desk.List(PageRequest.Of(100, null), "first-seen-destination", openOnly: false).Items.Select(alert => alert.Title.Split(' ')[3]).Order(StringComparer.Ordinal);

    private static StoreStatus Well => new()
    {
        Bytes = 0,
        FailedMerges = 0,
        Events = 0,
        Flows = 0,
        Oldest = null,
        Newest = null,
        Waiting = 0,
        Lag = TimeSpan.Zero,
        Accepted = 0,
        Duplicates = 0,
        Refused = 0,
        FullBatches = 0,
        AbsurdTimes = 0,
        Retired = 0,
        TailLost = 0,
        IsFull = false,
        LastError = null,
    };

    private static FlowEvent To(string name) => Records.Permit(1) with { Names = [new FlowName(name, "sni")] };
}
