using CsCheck;
using Exeat.Api.Control;
using Exeat.Control.Http;
using Exeat.Control.Policies;

namespace Exeat.Control.Tests.Policies;

public sealed class AssignmentTests : IDisposable
{
    private const string Monitoring = "apiVersion: exeat/v1\nkind: Policy\nmode: monitor\n";

    private readonly PolicyRoom _room = new();

    // Written out a second time, slowly: what holds for a gateway with these classes.
    [Fact]
    public void Gateway_goes_before_class_and_class_before_default() =>
        Gen.Select(Gen.OneOf("a", "b", "").List[0, 3], Gen.Int[0, 2].Array[4]).Sample((classes, versions) =>
        {
            AssignmentTarget[] targets = [PolicyRoom.Of("gw"), PolicyRoom.Class("a"), PolicyRoom.Class("b"), AssignmentTarget.Default];
            var current = targets.Zip(versions).Where(pair => pair.Second > 0).ToDictionary(pair => pair.First, pair => Row(pair.First, pair.Second));
            var gateway = new FleetGateway("gw", PolicyRoom.AgentsOf([.. classes.Select((name, i) => $"agent-{i}:{name}")]), null, []);
            Resolution found = Precedence.Of(gateway, current);
            int a = versions[1], b = versions[2];
            (int? version, bool conflict) expected = versions[0] > 0 ? (versions[0], false)
                : classes.Count > 0 && classes.All(name => name == "a") && a > 0 ? (a, false)
                : classes.Count > 0 && classes.All(name => name == "b") && b > 0 ? (b, false)
                : classes.Contains("a") && classes.Contains("b") && !classes.Contains("") && a > 0 && b > 0 ? (a == b ? a : null, a != b)
                : (versions[3] > 0 ? versions[3] : null, false);
            Assert.Equal(expected, (found.Assignment is { } one ? one.Version![0] - '0' : (int?)null, found.Conflict is not null));
        });

    [Fact]
    public void It_is_applied_when_every_gateway_that_has_it_reports_it()
    {
        _room.Gateway("gw-1", "coding-1:coding");
        _room.Gateway("gw-2", "coding-2:coding");
        string version = _room.Assign(PolicyRoom.Web, PolicyRoom.Class("coding"));
        Assert.Equal(["assigned", "assigned"], States());
        _room.Report("gw-1", version);
        _room.Report("gw-2", "old", "policy.yaml:1:1: error: it is not taken");
        Assert.Equal(["applied", "failed"], States());
        Assert.Equal(["policy.yaml:1:1: error: it is not taken"], _room.Desired.All()[1].Entry.Problems);
        _room.Report("gw-2", version);
        Assert.Equal(["applied", "applied"], States());
        _room.Gateway("gw-3", "other-1:other");
        Assert.Equal("unassigned", States()[2]);
        Assert.Null(_room.Desired.Of("gw-3"));
    }

    [Fact]
    public void A_rollback_is_one_step_and_the_next_goes_one_further()
    {
        _room.Gateway("gw-1", "coding-1:coding");
        string[] versions = [.. new[] { "# 1\n", "# 2\n", "# 3\n" }.Select(more => _room.Assign(PolicyRoom.Web + more, AssignmentTarget.Default))];
        Assert.Equal(versions[2], Running());
        int raised = 0;
        _room.Desired.Changed += () => raised++;
        _room.Desk.Rollback(PolicyRoom.Want(AssignmentTarget.Default), PolicyRoom.Anna);
        Assert.Equal((versions[1], 1), (Running(), raised));
        _room.Desk.Rollback(PolicyRoom.Want(AssignmentTarget.Default), PolicyRoom.Anna);
        Assert.Equal(versions[0], Running());
        Assert.Contains("no version before", Assert.Throws<Refused>(() => _room.Desk.Rollback(PolicyRoom.Want(AssignmentTarget.Default), PolicyRoom.Anna)).Message, StringComparison.Ordinal);
        Assert.Throws<Refused>(() => _room.Desk.Rollback(PolicyRoom.Want(AssignmentTarget.Default) with { Reason = " " }, PolicyRoom.Anna));
        Assert.Equal(2, _room.Audit().Count(row => row == "user:anna policy.rollback default"));
        // And forwards again, from where it is.
        _room.Desk.Assign(PolicyRoom.Want(AssignmentTarget.Default, "prod", versions[2]), PolicyRoom.Anna);
        _room.Desk.Rollback(PolicyRoom.Want(AssignmentTarget.Default), PolicyRoom.Anna);
        Assert.Equal(versions[0], Running());
    }

    [Fact]
    public void What_was_cleared_gives_way_to_the_next_and_can_be_rolled_back()
    {
        _room.Gateway("gw-1", "coding-1:coding");
        string common = _room.Assign(PolicyRoom.Web, AssignmentTarget.Default), own = _room.Assign(PolicyRoom.Web + "# own\n", PolicyRoom.Of("gw-1"));
        Assert.Equal(own, Running());
        _room.Desk.Clear(PolicyRoom.Want(PolicyRoom.Of("gw-1")), PolicyRoom.Anna);
        Assert.Equal(common, Running());
        _room.Desk.Rollback(PolicyRoom.Want(PolicyRoom.Of("gw-1")), PolicyRoom.Anna);
        Assert.Equal(own, Running());
    }

    [Fact]
    public void Two_classes_with_different_versions_on_one_gateway_are_refused_and_what_runs_goes_on()
    {
        _room.Gateway("gw-1", "coding-1:coding");
        _room.Gateway("gw-2", "coding-2:coding", "research-1:research");
        string first = _room.Assign(PolicyRoom.Web, PolicyRoom.Class("coding"));
        _room.Publish(PolicyRoom.Web + "# other\n", "other");
        Refused refused = Assert.Throws<Refused>(() => _room.Desk.Assign(PolicyRoom.Want(PolicyRoom.Class("research"), "other"), PolicyRoom.Anna));
        Assert.Contains("assign one version to the gateway itself", refused.Message, StringComparison.Ordinal);
        Assert.Null(_room.Desired.Of("gw-2"));

        // It may come about by itself, when an agent of another class joins.
        _room.Gateway("gw-2", "coding-2:coding");
        Assert.Equal("done", _room.Desk.Assign(PolicyRoom.Want(PolicyRoom.Class("research"), "other"), PolicyRoom.Anna).State);
        Assert.Equal(first, _room.Desired.Of("gw-2")!.Version);
        _room.Gateway("gw-2", "coding-2:coding", "research-1:research");
        Assert.Equal(first, _room.Desired.Of("gw-2")!.Version);
        Assert.Equal("conflict", _room.Desired.All()[1].Entry.State);
        Assert.Contains("different versions", _room.Desired.All()[1].Entry.Problems[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Who_saw_another_version_assigned_is_told()
    {
        _room.Gateway("gw-1", "coding-1:coding");
        string first = _room.Assign(PolicyRoom.Web, AssignmentTarget.Default), second = _room.Publish(PolicyRoom.Web + "# 2\n").Version;
        Assert.Equal(409, Assert.Throws<Refused>(() => _room.Desk.Assign(PolicyRoom.Want(AssignmentTarget.Default, "prod", second, expected: second), PolicyRoom.Anna)).Status);
        Assert.Equal("done", _room.Desk.Assign(PolicyRoom.Want(AssignmentTarget.Default, "prod", second, expected: first), PolicyRoom.Anna).State);
        Assert.Equal("unchanged", _room.Desk.Assign(PolicyRoom.Want(AssignmentTarget.Default, "prod", second), PolicyRoom.Anna).State);
    }

    [Fact]
    public void Publishing_can_assign_at_once_and_says_so_when_it_did_not()
    {
        _room.Gateway("gw-1", "coding-1:coding");
        PublishResult published = _room.Publish(PolicyRoom.Web, assign: PolicyRoom.Of("gw-1"));
        Assert.Equal("done", published.Assignment!.State);
        Assert.Equal(published.Version, Running());
        PublishResult refused = _room.Publish(Monitoring, "watch", assign: PolicyRoom.Of("gw-1"));
        Assert.NotNull(refused.Entry);
        Assert.Contains("says no end", refused.NotAssigned, StringComparison.Ordinal);
        Assert.Equal(published.Version, Running());
    }

    [Theory]
    [InlineData("", "monitor-without-end")]
    [InlineData("monitorUntil: 2027-03-01\n", "monitor-too-long")]
    [InlineData("monitorUntil: 2027-01-09\nsmartGroups: {g: {class: coding, mode: monitor}}\n", "monitor-without-end")]
    [InlineData("monitorUntil: 2027-01-09\n", null)]
    [InlineData("monitorUntil: 2026-12-01\n", null)]
    public void Monitor_is_assigned_with_an_end_within_a_week_or_not_at_all(string more, string? word)
    {
        _room.Gateway("gw-1", "coding-1:coding");
        _room.Publish(Monitoring + more);
        if (word is null) Assert.Equal("done", _room.Desk.Assign(PolicyRoom.Want(AssignmentTarget.Default, "prod"), PolicyRoom.Anna).State);
        else Assert.Equal(word, Assert.Throws<Refused>(() => _room.Desk.Assign(PolicyRoom.Want(AssignmentTarget.Default, "prod"), PolicyRoom.Anna)).Word);
    }

    [Fact]
    public void Tests_that_fail_with_a_gateways_own_agents_refuse_the_assignment()
    {
        _room.Gateway("gw-1", "coding-1:research");
        _room.Publish(PolicyRoom.Web);
        Refused refused = Assert.Throws<Refused>(() => _room.Desk.Assign(PolicyRoom.Want(AssignmentTarget.Default, "prod"), PolicyRoom.Anna));
        Assert.Contains("expected permit by allow-core, got deny", Assert.Single(refused.Problems!).What, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_found_out_in_time_is_refused_where_somebody_has_to_approve_it_and_nothing_is_changed()
    {
        _room.Gateway("gw-1", "coding-1:coding");
        _room.Assign(PolicyRoom.Web, AssignmentTarget.Default);
        string first = _room.Publish(PolicyRoom.Web + "# first\n").Version, second = _room.Publish(PolicyRoom.Web + "# second\n").Version;
        _room.ReadingTakes = PolicyLimits.Planning;
        // Nobody has to: it is done, and says what is not known of it.
        ChangeResult done = _room.Desk.Assign(PolicyRoom.Want(AssignmentTarget.Default, "prod", first), PolicyRoom.Anna);
        Assert.Equal("done", done.State);
        Assert.Equal("what it permits anew was not found out within 60 seconds", done.Effect.Notes[0]);
        Assert.Equal(first, _room.Desired.Of("gw-1")!.Version);

        _room.ReadingTakes = TimeSpan.Zero;
        _room.Changes.Guard("coding", true, "customer code", PolicyRoom.Anna);
        string[] before = _room.Audit();
        _room.ReadingTakes = PolicyLimits.Planning;
        Refused refused = Assert.Throws<Refused>(() => _room.Desk.Assign(PolicyRoom.Want(AssignmentTarget.Default, "prod", second), PolicyRoom.Anna));
        Assert.Equal((503, "planning-too-long"), (refused.Status, refused.Word));
        Assert.Contains("nothing was changed", refused.Message, StringComparison.Ordinal);
        Assert.Equal(first, _room.Desired.Of("gw-1")!.Version);
        Assert.Equal(before, _room.Audit());
        _room.ReadingTakes = PolicyLimits.Planning / 2;
        Assert.Equal("waiting", _room.Desk.Assign(PolicyRoom.Want(AssignmentTarget.Default, "prod", second), PolicyRoom.Anna).State);
    }

    public void Dispose() => _room.Dispose();

    private string[] States() => [.. _room.Desired.All().Select(one => one.Entry.State)];

    private string Running() => _room.Desired.Of("gw-1")!.Version;

    private static Assignment Row(AssignmentTarget on, int version) => new() { Id = version, On = on, Kind = "assign", Policy = "p", Version = version + new string('0', 63), Actor = "", Reason = "", Time = default };
}
