using Exeat.Api.Control;
using Exeat.Control.Http;
using Exeat.Control.Storage;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Policies;

/// <summary>Monitor for a stated time, and break-glass permits.</summary>
internal static class WindowEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        Map(api, "/monitor-windows", PolicyWindow.Monitor, "monitor windows");
        Map(api, "/break-glass", PolicyWindow.BreakGlass, "break-glass permits");
    }

    private static void Map(IEndpointRouteBuilder api, string path, string kind, string words)
    {
        api.MapGet(path, (int? limit, string? cursor, Database database, TimeProvider time) => List(kind, limit, cursor, database, time)).RequireRole(Roles.Viewer).WithSummary($"The {words}, newest first");
        api.MapPost(path, (PolicyWindowRequest request, Actor actor, AssignmentDesk desk) => AssignmentEndpoints.Answer(desk.Open(kind, request, actor))).RequireRole(Roles.Operator).WithSummary($"Open one of the {words}");
        api.MapPost(path + "/{id}/end", (string id, ReasonRequest request, Actor actor, PolicyChanges changes) =>
        {
            changes.EndWindow(kind, id, request.Reason, actor);
            return TypedResults.NoContent();
        }).RequireRole(Roles.Operator).WithSummary($"End one of the {words} now");
    }

    private static IResult List(string kind, int? limit, string? cursor, Database database, TimeProvider time)
    {
        var page = PageRequest.Of(limit, cursor);
        DateTimeOffset now = time.GetUtcNow();
        using SqliteConnection connection = database.Open();
        PolicyWindowEntry[] entries = [.. PolicyWindows.All(connection, kind, page.After ?? "", page.Limit + 1).Select(window => window.Entry(now))];
        return TypedResults.Ok(page.Page(entries, entry => entry.Id));
    }
}
