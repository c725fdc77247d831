using Exeat.Api.Control;
using Exeat.Control.Http;

namespace Exeat.Control.Export;

/// <summary>Where every record goes on to.</summary>
internal static class ForwardingEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/forwarding", (ForwardingTargets targets, Forwarder forwarder) => TypedResults.Ok(new Page<ForwardingTarget>([.. targets.List().Select(target => With(target, forwarder))], null))).RequireRole(Roles.Operator).WithSummary("Where records go on to, and how far each is");
        api.MapGet("/forwarding/{name}", (ForwardingTargets targets, Forwarder forwarder, string name) => TypedResults.Ok(With(targets.Get(name), forwarder))).RequireRole(Roles.Operator).WithSummary("One target");
        api.MapPut("/forwarding/{name}", async (Actor actor, ForwardingTargets targets, IRecordFeed feed, string name, ForwardingTarget target, CancellationToken cancel) =>
            TypedResults.Ok(targets.Put(actor, target with { Name = name }, await feed.EndAsync(cancel)))).RequireRole(Roles.Admin).WithSummary("Make or change a target");
        api.MapDelete("/forwarding/{name}", (Actor actor, ForwardingTargets targets, string name) =>
        {
            targets.Delete(actor, name);
            return TypedResults.NoContent();
        }).RequireRole(Roles.Admin).WithSummary("Delete a target");
        api.MapPost("/forwarding/{name}/test", async (Forwarder forwarder, string name, CancellationToken cancel) => TypedResults.Ok(await forwarder.TestAsync(name, cancel))).RequireRole(Roles.Operator).WithSummary("Send one record that says it is a test");
    }

    private static ForwardingTarget With(ForwardingTarget target, Forwarder forwarder) => target with { LagSeconds = Math.Round(forwarder.LagSeconds(target.Name), 1) };
}
