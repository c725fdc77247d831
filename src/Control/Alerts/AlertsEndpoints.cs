using Exeat.Api.Control;
using Exeat.Control.Http;

namespace Exeat.Control.Alerts;

/// <summary>Alerts that were raised, and the channels they go to.</summary>
internal static class AlertsEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/alerts", (AlertDesk desk, int? limit, string? cursor, string? @event, bool? open) => TypedResults.Ok(desk.List(PageRequest.Of(limit, cursor), Known(@event), open ?? false)))
            .RequireRole(Roles.Viewer).WithSummary("Alerts, newest first");
        api.MapGet("/alerts/{id}", (AlertDesk desk, string id) => TypedResults.Ok(desk.Find(id) ?? throw Refused.NotFound("alert of this id", "GET /api/v1/alerts lists them"))).RequireRole(Roles.Viewer).WithSummary("One alert");
        api.MapGet("/alert-channels", (AlertChannels channels) => TypedResults.Ok(new Page<AlertChannel>(channels.List(), null))).RequireRole(Roles.Operator).WithSummary("Where alerts go");
        api.MapGet("/alert-channels/{name}", (AlertChannels channels, string name) => TypedResults.Ok(channels.Get(name))).RequireRole(Roles.Operator).WithSummary("One channel");
        api.MapPut("/alert-channels/{name}", (Actor actor, AlertChannels channels, string name, AlertChannel channel) => TypedResults.Ok(channels.Put(actor, channel with { Name = name }))).RequireRole(Roles.Admin).WithSummary("Make or change a channel");
        api.MapDelete("/alert-channels/{name}", (Actor actor, AlertChannels channels, string name) =>
        {
            channels.Delete(actor, name);
            return TypedResults.NoContent();
        }).RequireRole(Roles.Admin).WithSummary("Delete a channel");
        api.MapPost("/alert-channels/{name}/test", async (AlertDelivery delivery, string name, CancellationToken cancel) => TypedResults.Ok(await delivery.TestAsync(name, cancel))).RequireRole(Roles.Operator).WithSummary("Send a test to a channel");
    }

    private static string? Known(string? word) => word is null || AlertEvent.Of(word) is not null ? word : throw Refused.Invalid("there is no such event", $"write one of {string.Join(", ", AlertEvent.All.Select(known => known.Word))}");
}
