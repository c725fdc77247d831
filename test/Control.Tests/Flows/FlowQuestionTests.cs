using System.Net;
using Exeat.Api.Control;
using Exeat.Control.Flows;
using Exeat.Control.Http;
using Exeat.Control.Tests.Export;
using Exeat.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Exeat.Control.Tests.Flows;

/// <summary>What people ask: every filter, nothing that they did not ask, and no more at once than the store bears.</summary>
public sealed class FlowQuestionTests : ISmartGroups, IDisposable
{
    private static readonly Actor Anna = new("user:anna", Roles.Viewer), Bert = new("user:bert", Roles.Viewer);

    private readonly FakeTimeProvider _time = new(Records.Noon);
    private readonly MemoryRecords _records = new();
    private readonly FilterReading _reading;
    private readonly FlowDesk _desk;

    public FlowQuestionTests()
    {
        _reading = new FilterReading(this, _time);
        _desk = new FlowDesk(_records, _reading, _time, NullLogger<FlowDesk>.Instance);
    }

    public void Dispose() => _desk.Dispose();

    ResolvedGroup? ISmartGroups.From(string name) => name == "coders" ? new ResolvedGroup(["coding-1"], []) : null;

    ResolvedGroup? ISmartGroups.To(string name) => name == "private" ? new ResolvedGroup([], []) : null;

    [Fact]
    public void Every_filter_of_a_query_string_is_read()
    {
        FlowFilter filter = _reading.Of(Query("since=1h&until=2026-03-01T12:00&agent=a&agent=b&class=coding&label=team=core&group=coders&toGroup=private&name=**.X.org.&src=192.0.2.0/24&dst=2001:db8::7&port=443&protocol=tcp"
            + "&rule=allow-core&verdict=deny&verdict=would-deny&would=deny&reason=default-deny&proof=dns%2Bsni&stage=hello&gateway=gw-1&policyVersion=9f2c&minBytes=1&maxBytes=9&mode=enforce&flow=4d2pf2db&limit=5&cursor=x&format=csv"));
        Assert.Equal(Records.Noon.AddHours(-1), filter.Since);
        Assert.Equal(Records.Noon, filter.Until);
        Assert.Equal(["a", "b"], filter.Agents);
        Assert.Equal(["coding"], filter.Classes);
        Assert.Equal("core", Assert.Single(filter.Labels).Value);
        Assert.Equal(["coding-1"], Assert.Single(filter.From).Agents);
        Assert.Single(filter.To);
        Assert.Equal(["**.x.org"], filter.Names);
        Assert.Equal("192.0.2.0/24", Assert.Single(filter.Sources).ToString());
        Assert.Equal("2001:db8::7/128", Assert.Single(filter.Destinations).ToString());
        Assert.Equal([443], filter.Ports);
        Assert.Equal(["tcp"], filter.Protocols);
        Assert.Equal(["allow-core"], filter.Rules);
        Assert.Equal(["deny", "would-deny"], filter.Verdicts);
        Assert.Equal(["deny"], filter.Would);
        Assert.Equal(["default-deny"], filter.Reasons);
        Assert.Equal(["dns+sni"], filter.Proofs);
        Assert.Equal(["hello"], filter.Stages);
        Assert.Equal(["gw-1"], filter.Gateways);
        Assert.Equal(["9f2c"], filter.PolicyVersions);
        Assert.Equal((1L, 9L), (filter.MinBytes, filter.MaxBytes));
        Assert.Equal(["enforce"], filter.Modes);
        Assert.Equal(["4d2pf2db"], filter.Flows);
    }

    [Theory]
    [InlineData("agnet=coding-1")]
    [InlineData("agent=")]
    [InlineData("since=yesterday")]
    [InlineData("since=1h&since=2h")]
    [InlineData("port=http")]
    [InlineData("port=70000")]
    [InlineData("verdict=denied")]
    [InlineData("stage=first")]
    [InlineData("dst=192.0.2.300")]
    [InlineData("name=*")]
    [InlineData("label=team")]
    [InlineData("group=nobody")]
    [InlineData("minBytes=-1")]
    public void What_cannot_be_meant_is_refused_rather_than_passed_over(string query) => Assert.Throws<Refused>(() => _reading.Of(Query(query)));

    [Theory]
    [InlineData("agents")]
    [InlineData("agent; DROP TABLE flows")]
    public async Task A_dimension_that_there_is_not_is_refused(string by) => await Assert.ThrowsAsync<Refused>(() => _desk.GroupAsync(new GroupQuestion { By = [by] }, default));

    [Fact]
    public void Every_dimension_of_the_store_has_a_word() => Assert.Equal(
        ["gateway", "agent", "class", "name", "destination", "port", "protocol", "rule", "verdict", "would", "wouldRule", "reason", "mode", "proof", "stage", "policyVersion", "source", "end", "labels"], GroupReading.Dimensions.Keys);

    [Fact]
    public async Task A_long_question_runs_as_a_job_says_how_far_it_is_and_keeps_its_answer_for_a_while()
    {
        _records.Events.Add(Records.Permit(1));
        _records.Hold = new TaskCompletionSource();
        FlowJob job = _desk.Begin(Anna, new GroupQuestion { By = ["agent"] });
        await UntilAsync(() => _desk.Job(Anna, job.Id).Percent == 42);
        Assert.Equal(("running", 7L), (_desk.Job(Anna, job.Id).State, _desk.Job(Anna, job.Id).Rows));
        Assert.Equal(1, _desk.Running);
        _records.Hold.SetResult();
        await UntilAsync(() => _desk.Job(Anna, job.Id).State == "done");
        Assert.Equal("coding-1", _desk.Job(Anna, job.Id).Result!.Rows[0].Keys[0]);
        // Somebody else's is as if it were not there.
        Assert.Equal(404, Assert.Throws<Refused>(() => _desk.Job(Bert, job.Id)).Status);
        Assert.Equal(404, Assert.Throws<Refused>(() => _desk.Cancel(Bert, job.Id)).Status);
        _time.Advance(FlowDesk.Keep);
        _desk.Begin(Anna, new GroupQuestion());
        Assert.Throws<Refused>(() => _desk.Job(Anna, job.Id));
    }

    [Fact]
    public async Task A_long_question_is_cancelled_and_there_are_so_many_at_once()
    {
        _records.Hold = new TaskCompletionSource();
        FlowJob[] jobs = [.. Enumerable.Range(0, FlowDesk.MaxOfCaller).Select(_ => _desk.Begin(Anna, new GroupQuestion()))];
        Assert.Equal(429, Assert.Throws<Refused>(() => _desk.Begin(Anna, new GroupQuestion())).Status);
        _desk.Begin(Bert, new GroupQuestion());
        _desk.Cancel(Anna, jobs[0].Id);
        await UntilAsync(() => _desk.Job(Anna, jobs[0].Id).State == "cancelled");
        _desk.Begin(Anna, new GroupQuestion());
        Assert.Equal(5, _desk.Jobs(Anna).Count);
    }

    [Fact]
    public async Task Answers_that_are_kept_keep_nobody_from_asking_and_the_callers_own_go_first()
    {
        FlowJob berts = await AnsweredAsync(Bert);
        List<FlowJob> annas = [];
        for (int i = 0; i < FlowDesk.MaxKept + 10; i++)
        {
            annas.Add(await AnsweredAsync(Anna));
            _time.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(annas.TakeLast(FlowDesk.MaxKept - 1).Select(job => job.Id).Reverse(), _desk.Jobs(Anna).Select(job => job.Id));
        Assert.Equal("done", _desk.Job(Bert, berts.Id).State);
        // Who has none gets room from the others.
        var carla = new Actor("user:carla", Roles.Viewer);
        FlowJob carlas = await AnsweredAsync(carla);
        Assert.Equal(("done", 404), (_desk.Job(carla, carlas.Id).State, Assert.Throws<Refused>(() => _desk.Job(Bert, berts.Id)).Status));
    }

    [Fact]
    public async Task Large_answers_go_before_memory_is_full_of_them()
    {
        FlowJob small = await AnsweredAsync(Bert);
        _records.MoreRows = (int)(FlowDesk.MaxKeptRows * 2 / 5);
        List<FlowJob> large = [];
        for (int i = 0; i < 4; i++)
        {
            large.Add(await AnsweredAsync(Anna));
            _time.Advance(TimeSpan.FromSeconds(1));
        }
        // The two newest fit.
        await UntilAsync(() => _desk.Jobs(Anna).Count == 2);
        Assert.Equal(large.TakeLast(2).Select(job => job.Id).Reverse(), _desk.Jobs(Anna).Select(job => job.Id));
        Assert.Equal("done", _desk.Job(Bert, small.Id).State);
    }

    [Fact]
    public async Task An_answer_is_removed_by_its_owner()
    {
        FlowJob job = await AnsweredAsync(Anna);
        Assert.Equal("done", _desk.Cancel(Anna, job.Id).State);
        Assert.Equal(404, Assert.Throws<Refused>(() => _desk.Job(Anna, job.Id)).Status);
        Assert.Empty(_desk.Jobs(Anna));
    }

    [Fact]
    public void Who_has_too_many_is_told_whose_they_are()
    {
        _records.Hold = new TaskCompletionSource();
        for (int i = 0; i < FlowDesk.MaxOfCaller; i++) _desk.Begin(Anna, new GroupQuestion());
        Assert.Equal("4 questions of yours run", Assert.Throws<Refused>(() => _desk.Begin(Anna, new GroupQuestion())).Message);
        for (int i = FlowDesk.MaxOfCaller; i < FlowDesk.MaxInAll; i++) _desk.Begin(new Actor($"user:u{i}", Roles.Viewer), new GroupQuestion());
        Assert.Equal("32 questions of all callers run", Assert.Throws<Refused>(() => _desk.Begin(Bert, new GroupQuestion())).Message);
    }

    private async Task<FlowJob> AnsweredAsync(Actor actor)
    {
        FlowJob job = _desk.Begin(actor, new GroupQuestion());
        await UntilAsync(() => _desk.Job(actor, job.Id).State == "done");
        return job;
    }

    [Fact]
    public async Task A_long_question_that_fails_ends_whatever_it_fails_by()
    {
        _records.Hold = new TaskCompletionSource();
        FlowJob job = _desk.Begin(Anna, new GroupQuestion());
        _records.Hold.SetException(new InvalidOperationException("nobody thought of it"));
        await UntilAsync(() => _desk.Job(Anna, job.Id).State == "failed");
        Assert.Equal("it failed; control's log says why", _desk.Job(Anna, job.Id).Error);
        Assert.Equal(0, _desk.Running);
    }

    [Fact]
    public async Task What_takes_too_long_at_once_is_refused_with_the_way_that_takes_longer()
    {
        _records.Hold = new TaskCompletionSource();
        Task<FlowGroups> asked = _desk.GroupAsync(new GroupQuestion(), default);
        _time.Advance(FlowDesk.Patience);
        Refused refused = await Assert.ThrowsAsync<Refused>(() => asked);
        Assert.Equal("too-long", refused.Word);
        Assert.Contains("/flows/queries", refused.Remedy);
    }

    [Fact]
    public async Task People_have_so_many_questions_at_once_and_get_their_places_back()
    {
        _records.Hold = new TaskCompletionSource();
        Task<FlowGroups>[] asked = [.. Enumerable.Range(0, FlowDesk.MaxAsking).Select(_ => _desk.GroupAsync(new GroupQuestion(), default))];
        Refused refused = await Assert.ThrowsAsync<Refused>(() => _desk.GroupAsync(new GroupQuestion(), default));
        Assert.Equal((503, "busy"), (refused.Status, refused.Word));
        Assert.Equal(1, _desk.Refused);
        _records.Hold.SetResult();
        await Task.WhenAll(asked);
        for (int i = 0; i <= FlowDesk.MaxAsking; i++) await _desk.GroupAsync(new GroupQuestion(), default);
    }

    [Fact]
    public void A_caller_has_so_many_tails_and_gets_them_back()
    {
        IDisposable[] places = [.. Enumerable.Range(0, FlowDesk.MaxOfCaller).Select(_ => _desk.TakeTail(Anna))];
        Assert.Throws<Refused>(() => _desk.TakeTail(Anna));
        _desk.TakeTail(Bert).Dispose();
        places[0].Dispose();
        places[0].Dispose();
        _desk.TakeTail(Anna);
        Assert.Throws<Refused>(() => _desk.TakeTail(Anna));
        Assert.Equal(FlowDesk.MaxOfCaller, _desk.Tails);
    }

    private static QueryCollection Query(string text) => new(QueryHelpers.ParseQuery(text));

    private static async Task UntilAsync(Func<bool> there)
    {
        for (int i = 0; i < 500 && !there(); i++) await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        Assert.True(there());
    }
}
