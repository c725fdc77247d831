using System.Collections.Immutable;
using System.Globalization;
using Exeat.Api.Control;
using Exeat.Control.Http;
using Exeat.Control.Storage;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Policies;

/// <summary>For whom which version is, and how far it has come.</summary>
internal static class AssignmentEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/assignments", Current).RequireRole(Roles.Viewer).WithSummary("The assignments that hold, and which gateways run them");
        api.MapGet("/assignments/history", History).RequireRole(Roles.Viewer).WithSummary("All assignments there ever were, newest first");
        api.MapGet("/assignments/gateways", Gateways).RequireRole(Roles.Viewer).WithSummary("What each gateway should run, and runs");
        api.MapPost("/assignments", (AssignmentRequest request, Actor actor, AssignmentDesk desk) => Answer(desk.Assign(request, actor))).RequireRole(Roles.Operator).WithSummary("Assign a version to a gateway, a class, or by default");
        api.MapPost("/assignments/rollback", (AssignmentRequest request, Actor actor, AssignmentDesk desk) => Answer(desk.Rollback(request, actor))).RequireRole(Roles.Operator).WithSummary("Back to the version before");
        api.MapPost("/assignments/clear", (AssignmentRequest request, Actor actor, AssignmentDesk desk) => Answer(desk.Clear(request, actor))).RequireRole(Roles.Operator).WithSummary("Take an assignment away");
        api.MapGet("/classes", Classes).RequireRole(Roles.Viewer).WithSummary("The classes whose changes need a second person");
        // What makes two of one is not for the one who works with it.
        api.MapPut("/classes/{name}", (string name, PolicyClassRequest request, Actor actor, PolicyChanges changes) => Answer(changes.Guard(name, request.SecondPerson, request.Reason, actor)))
            .RequireRole(Roles.Admin).WithSummary("Whether changes that touch a class need a second person");
    }

    /// <summary>A change as an answer: 202 when it waits for a second person.</summary>
    public static IResult Answer(ChangeResult result) => result.State == Approvals.Waiting ? TypedResults.Accepted($"/api/v1/approvals/{result.Approval}", result) : TypedResults.Ok(result);

    private static IResult Current(Database database, DesiredPolicies desired)
    {
        ILookup<AssignmentTarget?, GatewayPolicyEntry> gateways = desired.All().Select(one => one.Entry).ToLookup(entry => entry.By);
        using SqliteConnection connection = database.Open();
        AssignmentEntry[] entries = [.. Assignments.Current(connection).Values.OrderBy(one => one.On.Scope, StringComparer.Ordinal).ThenBy(one => one.On.Target, StringComparer.Ordinal).Select(one =>
        {
            ImmutableArray<GatewayPolicyEntry> own = [.. gateways[one.On]];
            return Entry(one) with { Gateways = own, Applied = !own.IsEmpty && own.All(entry => entry.State == "applied") };
        })];
        return TypedResults.Ok(new Page<AssignmentEntry>(entries, null));
    }

    private static IResult History(int? limit, string? cursor, Database database)
    {
        var page = PageRequest.Of(limit, cursor);
        using SqliteConnection connection = database.Open();
        AssignmentEntry[] entries = [.. Assignments.History(connection, PolicyEndpoints.Before(page), page.Limit + 1).Select(Entry)];
        return TypedResults.Ok(page.Page(entries, entry => entry.Id.ToString(CultureInfo.InvariantCulture)));
    }

    private static IResult Gateways(DesiredPolicies desired) => TypedResults.Ok(new Page<GatewayPolicyEntry>([.. desired.All().Select(one => one.Entry)], null));

    private static IResult Classes(Database database)
    {
        using SqliteConnection connection = database.Open();
        return TypedResults.Ok(new Page<PolicyClassEntry>(connection.List("SELECT class, second_person FROM policy_classes ORDER BY class", row => new PolicyClassEntry(row.GetString(0), row.GetBoolean(1))), null));
    }

    private static AssignmentEntry Entry(Assignment one) => new()
    {
        Id = one.Id,
        On = one.On,
        Kind = one.Kind,
        Policy = one.Policy,
        Version = one.Version,
        Actor = one.Actor,
        Reason = one.Reason,
        Time = one.Time,
        Approval = one.Approval,
    };
}
