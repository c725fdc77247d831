using Exeat.Api.Control;
using Exeat.Control.Http;
using Exeat.Control.Storage;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Policies;

/// <summary>Takes wishes for assignments and windows, and makes whole changes of them.</summary>
internal sealed class AssignmentDesk(Database database, PolicyVersions versions, PolicyChanges changes, IFleet fleet, TimeProvider time)
{
    public ChangeResult Assign(AssignmentRequest request, Actor actor)
    {
        AssignmentTarget on = PolicyWords.On(request.On);
        PolicyVersionEntry wanted = versions.Find(PolicyWords.Name(request.Policy, "the policy's name"), request.Version);
        Assignment? newest = Newest(on, request.Expected);
        if (newest is { Version: not null } && (newest.Policy, newest.Version) == (wanted.Policy, wanted.Version)) return new ChangeResult { State = "unchanged", Effect = new ChangeEffect() };
        // A rollback goes to what was there before; a cleared target had nothing.
        return changes.Ask(Change("assign", on, newest, request.Reason) with { Policy = wanted.Policy, Version = wanted.Version, ReturnsTo = newest is { Version: not null } ? newest.Id : 0 }, actor);
    }

    /// <summary>Back to the version before, in one step; again, to the one before that.</summary>
    public ChangeResult Rollback(AssignmentRequest request, Actor actor)
    {
        AssignmentTarget on = PolicyWords.On(request.On);
        Assignment? newest = Newest(on, request.Expected);
        Assignment? before;
        using (SqliteConnection connection = database.Open())
        {
            before = newest is { ReturnsTo: > 0 } ? Assignments.Find(connection, newest.ReturnsTo) : null;
        }
        if (before?.Version is null) throw Refused.Conflict($"there is no version before that of {on}", "assign one: exeat policy assign");
        return changes.Ask(Change("rollback", on, newest, request.Reason) with { Policy = before.Policy, Version = before.Version, ReturnsTo = before.ReturnsTo }, actor);
    }

    /// <summary>Takes an assignment away, so that the next one in precedence holds.</summary>
    public ChangeResult Clear(AssignmentRequest request, Actor actor)
    {
        AssignmentTarget on = PolicyWords.On(request.On);
        Assignment? newest = Newest(on, request.Expected);
        if (newest?.Version is null) return new ChangeResult { State = "unchanged", Effect = new ChangeEffect() };
        return changes.Ask(Change("clear", on, newest, request.Reason) with { ReturnsTo = newest.Id }, actor);
    }

    /// <summary>Opens a window.</summary>
    public ChangeResult Open(string kind, PolicyWindowRequest request, Actor actor)
    {
        PolicyWindowRequest wanted = WindowCheck.Checked(kind, request);
        return changes.Ask(new PolicyChange { Kind = kind, Window = wanted, WindowId = PolicyWords.NewId(time.GetUtcNow()), Reason = wanted.Reason }, actor);
    }

    /// <summary>The gateways that run a policy, or would if it were assigned so.</summary>
    public IReadOnlyList<FleetGateway> GatewaysFor(string policy, AssignmentTarget? on)
    {
        using SqliteConnection connection = database.Open();
        var current = new Dictionary<AssignmentTarget, Assignment>(Assignments.Current(connection));
        if (on is not null) current[on] = new Assignment { Id = long.MaxValue, On = on, Kind = "assign", Policy = policy, Version = new string('0', 64), Actor = "", Reason = "", Time = time.GetUtcNow() };
        return [.. fleet.Read(connection).Where(gateway => Precedence.Of(gateway, current).Assignment?.Policy == policy)];
    }

    private Assignment? Newest(AssignmentTarget on, string? expected)
    {
        using SqliteConnection connection = database.Open();
        Assignment? newest = Assignments.Newest(connection, on);
        if (expected is not null && expected != (newest?.Version ?? "")) throw Refused.Conflict($"{on} has {(newest?.Version is { } version ? $"{newest.Policy} {version}" : "nothing")} by now", "look at exeat policy assignments, and ask again");
        return newest;
    }

    private static PolicyChange Change(string kind, AssignmentTarget on, Assignment? newest, string reason) =>
        new() { Kind = kind, On = on, Replaces = newest?.Id ?? 0, Reason = PolicyWords.Line(reason, "the reason") };
}
