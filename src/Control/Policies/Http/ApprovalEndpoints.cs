using Exeat.Api.Control;
using Exeat.Control.Http;
using Exeat.Control.Storage;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Policies;

/// <summary>Changes that wait for a second person.</summary>
internal static class ApprovalEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/approvals", List).RequireRole(Roles.Viewer).WithSummary("Changes that wait for a second person, or waited");
        api.MapGet("/approvals/{id}", Show).RequireRole(Roles.Viewer).WithSummary("One of them, whole");
        api.MapPost("/approvals/{id}/approve", (string id, ApprovalDecision decision, Actor actor, PolicyChanges changes) => TypedResults.Ok(changes.Approve(id, decision, actor))).RequireRole(Roles.Approver).WithSummary("Approve exactly what has this hash");
        // Also for the one who asked: who that may be, the change itself knows.
        api.MapPost("/approvals/{id}/reject", (string id, ReasonRequest request, Actor actor, PolicyChanges changes) =>
        {
            changes.Reject(id, request.Reason, actor);
            return TypedResults.NoContent();
        }).RequireRole(Roles.Viewer).WithSummary("Reject it, or take back what one asked for");
    }

    private static IResult List(string? state, int? limit, string? cursor, Database database)
    {
        if (state is not (null or Approvals.Waiting or Approvals.Approved or Approvals.Rejected or Approvals.Expired)) throw Refused.Invalid("there is no such state", "write waiting, approved, rejected or expired");
        var page = PageRequest.Of(limit, cursor);
        using SqliteConnection connection = database.Open();
        return TypedResults.Ok(page.Page(Approvals.All(connection, state, page.After ?? "", page.Limit + 1), entry => entry.Id));
    }

    private static IResult Show(string id, Database database)
    {
        using SqliteConnection connection = database.Open();
        ApprovalEntry entry = Approvals.Find(connection, id) ?? throw Refused.NotFound($"approval {PolicyWords.Shown(id)}", "exeat approvals lists them");
        return TypedResults.Ok(entry with { Agents = Approvals.Document(connection, id) });
    }
}
