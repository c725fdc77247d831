using Exeat.Api.Control;
using Exeat.Control.Http;
using Exeat.Control.Policies;
using Exeat.Control.Storage;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Tests.Policies;

public sealed class ApprovalTests : IDisposable
{
    private readonly PolicyRoom _room = new();

    public ApprovalTests()
    {
        _room.Gateway("gw-1", "coding-1:coding");
        _room.Gateway("gw-2", "research-1:research");
        First = _room.Assign(PolicyRoom.Web, AssignmentTarget.Default);
        Second = _room.Publish(PolicyRoom.Web.Replace("[www.example.org]", "[www.example.org, new.example.org]", StringComparison.Ordinal)).Version;
        Assert.Equal("done", _room.Changes.Guard("coding", true, "customer code", PolicyRoom.Anna).State);
    }

    private string First { get; }

    private string Second { get; }

    [Fact]
    public void A_change_that_touches_the_class_waits_and_holds_when_another_person_says_yes()
    {
        ChangeResult asked = Ask();
        Assert.Equal("waiting", asked.State);
        Assert.Equal(First, Running());
        ApprovalEntry entry = Entry(asked);
        Assert.Equal(["coding"], entry.Classes);
        Assert.Equal((Second, "user:anna"), (entry.Change.Version, entry.RequestedBy));
        Assert.Contains(entry.Effect.NewlyPermitted, sentence => sentence.Contains("coding-1 may reach new.example.org", StringComparison.Ordinal));

        Assert.Equal("done", Approve(entry, PolicyRoom.Berta).State);
        Assert.Equal(Second, Running());
        Assert.Equal(["user:anna approval.ask " + entry.Id, "user:berta approval.approve " + entry.Id, "user:berta policy.assign default"], _room.Audit()[^3..]);
        using SqliteConnection connection = _room.Database.Open();
        Assignment assigned = Assignments.Newest(connection, AssignmentTarget.Default)!;
        Assert.Equal(("user:anna", entry.Id), (assigned.Actor, assigned.Approval));
        Assert.Equal("approval-decided", Assert.Throws<Refused>(() => Approve(entry, PolicyRoom.Berta)).Word);
    }

    [Fact]
    public void A_change_that_touches_only_other_classes_does_not_wait()
    {
        Assert.Equal("done", _room.Desk.Assign(PolicyRoom.Want(PolicyRoom.Class("research"), "prod", Second), PolicyRoom.Anna).State);
        Assert.Equal("done", _room.Desk.Assign(PolicyRoom.Want(PolicyRoom.Of("gw-2"), "prod", First), PolicyRoom.Anna).State);
        Assert.Equal(First, Running());
    }

    [Theory]
    [InlineData("default")]
    [InlineData("class")]
    [InlineData("gateway")]
    [InlineData("gateway without agents")]
    [InlineData("gateway of nobody")]
    [InlineData("rollback")]
    [InlineData("clear")]
    [InlineData("monitor")]
    [InlineData("monitor of an agent")]
    [InlineData("monitor of an unknown agent")]
    [InlineData("break-glass")]
    [InlineData("off")]
    [InlineData("publish and assign")]
    public void Every_kind_of_change_waits(string kind)
    {
        _room.Gateway("gw-empty");
        if (kind is "rollback" or "clear") Approve(Entry(Ask()), PolicyRoom.Berta);
        var window = new PolicyWindowRequest { Classes = ["coding"], Minutes = 5, Reason = "because" };
        ChangeResult result = kind switch
        {
            "default" => Ask(),
            "class" => _room.Desk.Assign(PolicyRoom.Want(PolicyRoom.Class("coding"), "prod", Second), PolicyRoom.Anna),
            "gateway" => _room.Desk.Assign(PolicyRoom.Want(PolicyRoom.Of("gw-1"), "prod", Second), PolicyRoom.Anna),
            "gateway without agents" => _room.Desk.Assign(PolicyRoom.Want(PolicyRoom.Of("gw-empty"), "prod", Second), PolicyRoom.Anna),
            "gateway of nobody" => _room.Desk.Assign(PolicyRoom.Want(PolicyRoom.Of("gw-9"), "prod", Second), PolicyRoom.Anna),
            "rollback" => _room.Desk.Rollback(PolicyRoom.Want(AssignmentTarget.Default), PolicyRoom.Anna),
            "clear" => _room.Desk.Clear(PolicyRoom.Want(AssignmentTarget.Default), PolicyRoom.Anna),
            "monitor" => _room.Desk.Open(PolicyWindow.Monitor, window, PolicyRoom.Anna),
            "monitor of an agent" => _room.Desk.Open(PolicyWindow.Monitor, window with { Classes = [], Agents = ["coding-1"] }, PolicyRoom.Anna),
            "monitor of an unknown agent" => _room.Desk.Open(PolicyWindow.Monitor, window with { Classes = ["research"], Agents = ["to-come"] }, PolicyRoom.Anna),
            "break-glass" => _room.Desk.Open(PolicyWindow.BreakGlass, window with { Names = ["help.example.org"], Ports = [443] }, PolicyRoom.Anna),
            "off" => _room.Changes.Guard("coding", false, "not any more", PolicyRoom.Anna),
            _ => _room.Publish(PolicyRoom.Web + "# third\n", assign: AssignmentTarget.Default).Assignment!,
        };
        Assert.Equal("waiting", result.State);
        string before = Running();
        Assert.Throws<Refused>(() => Approve(Entry(result), PolicyRoom.Anna));
        Assert.Equal(before, Running());
        Assert.Equal("done", Approve(Entry(result), PolicyRoom.Berta).State);
    }

    [Fact]
    public void Nobody_is_their_own_second_person()
    {
        ApprovalEntry entry = Entry(Ask());
        Assert.Equal("second-person-needed", Assert.Throws<Refused>(() => Approve(entry, PolicyRoom.Anna)).Word);
        Assert.Equal("second-person-needed", Assert.Throws<Refused>(() => Approve(entry, new Actor("user:ANNA", RoleWords.Every))).Word);
        Assert.Equal("role-needed", Assert.Throws<Refused>(() => Approve(entry, PolicyRoom.Carla)).Word);
        Assert.Equal("person-needed", Assert.Throws<Refused>(() => Approve(entry, new Actor("token:robot", RoleWords.Every))).Word);

        // Nor by a token of their own.
        Token("ci", "user:berta");
        ApprovalEntry byToken = Entry(_room.Desk.Assign(PolicyRoom.Want(PolicyRoom.Of("gw-1"), "prod", Second), new Actor("token:ci", Roles.Viewer | Roles.Operator)));
        Assert.Equal("second-person-needed", Assert.Throws<Refused>(() => Approve(byToken, PolicyRoom.Berta)).Word);
        Assert.Equal(First, Running());
        Assert.Equal("done", Approve(byToken, PolicyRoom.Anna).State);
    }

    [Fact]
    public void What_is_approved_is_what_was_shown()
    {
        ApprovalEntry entry = Entry(Ask());
        Assert.Equal("approval-other-content", Assert.Throws<Refused>(() => _room.Changes.Approve(entry.Id, new ApprovalDecision(new string('0', 64), "fine"), PolicyRoom.Berta)).Word);
        // Another gateway has come under it meanwhile.
        _room.Gateway("gw-3", "coding-3:coding");
        Assert.Equal("approval-stale", Assert.Throws<Refused>(() => Approve(entry, PolicyRoom.Berta)).Word);
        _room.Gateways.Remove("gw-3");
        // Somebody else's change came first.
        ApprovalEntry other = Entry(_room.Desk.Clear(PolicyRoom.Want(AssignmentTarget.Default), PolicyRoom.Anna));
        Approve(other, PolicyRoom.Berta);
        Assert.Equal(409, Assert.Throws<Refused>(() => Approve(entry, PolicyRoom.Berta)).Status);
        Assert.Null(_room.Desired.Of("gw-1"));
    }

    [Fact]
    public void It_expires_and_can_be_rejected_or_taken_back()
    {
        ApprovalEntry late = Entry(Ask()), no = Entry(Ask()), back = Entry(_room.Desk.Assign(PolicyRoom.Want(AssignmentTarget.Default, "prod", Second), PolicyRoom.Carla));
        _room.Changes.Reject(no.Id, "not now", PolicyRoom.Berta);
        Assert.Equal("role-needed", Assert.Throws<Refused>(() => _room.Changes.Reject(late.Id, "mine", PolicyRoom.Carla)).Word);
        _room.Changes.Reject(back.Id, "mine", PolicyRoom.Carla);
        _room.Time.Advance(TimeSpan.FromHours(24));
        Assert.Equal("approval-expired", Assert.Throws<Refused>(() => Approve(late, PolicyRoom.Berta)).Word);
        _room.Times.Look();
        Assert.Equal(["expired", "rejected", "rejected"], new[] { late, no, back }.Select(entry => Find(entry.Id).State));
        Assert.Equal("control approval.expire " + late.Id, _room.Audit()[^1]);
        Assert.Equal(First, Running());
    }

    [Fact]
    public void Tightening_does_not_wait()
    {
        var window = new PolicyWindowRequest { Classes = ["coding"], Minutes = 5, Reason = "because" };
        ChangeResult opened = Approve(Entry(_room.Desk.Open(PolicyWindow.Monitor, window, PolicyRoom.Anna)), PolicyRoom.Berta);
        Assert.NotEqual(First, Running());
        _room.Changes.EndWindow(PolicyWindow.Monitor, opened.Window!, "enough", PolicyRoom.Anna);
        Assert.Equal(First, Running());
    }

    [Fact]
    public void A_break_glass_lasts_from_the_moment_of_its_approval()
    {
        var window = new PolicyWindowRequest { Classes = ["coding"], Names = ["help.example.org"], Ports = [443], Minutes = 10, Reason = "because" };
        ApprovalEntry entry = Entry(_room.Desk.Open(PolicyWindow.BreakGlass, window, PolicyRoom.Anna));
        Assert.Equal(TimeSpan.FromMinutes(60), entry.Expires - entry.Requested);
        _room.Time.Advance(TimeSpan.FromMinutes(20));
        Approve(entry, PolicyRoom.Berta);
        Assert.Equal(_room.Time.GetUtcNow().AddMinutes(10), _room.AsGateway("gw-1").NextExpiry);
    }

    public void Dispose() => _room.Dispose();

    private ChangeResult Ask() => _room.Desk.Assign(PolicyRoom.Want(AssignmentTarget.Default, "prod", Second), PolicyRoom.Anna);

    private ApprovalEntry Entry(ChangeResult result) => Find(result.Approval!);

    private ApprovalEntry Find(string id)
    {
        using SqliteConnection connection = _room.Database.Open();
        return Approvals.Find(connection, id)!;
    }

    private ChangeResult Approve(ApprovalEntry entry, Actor actor) => _room.Changes.Approve(entry.Id, new ApprovalDecision(entry.Hash, "fine"), actor);

    private string Running() => _room.Desired.Of("gw-1")!.Version;

    private void Token(string name, string by)
    {
        using SqliteConnection connection = _room.Database.Open();
        connection.Run("INSERT INTO tokens (id, name, hash, roles, created, created_by, ends) VALUES ($id, $name, $hash, 'operator', '', $by, $ends)", ("$id", name), ("$name", name), ("$hash", new byte[] { 1 }), ("$by", by), ("$ends", _room.Time.GetUtcNow().AddDays(1)));
    }
}
