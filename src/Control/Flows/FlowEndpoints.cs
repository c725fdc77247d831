using System.Text.Json;
using Exeat.Api.Control;
using Exeat.Control.Http;
using Exeat.Flows;
using Exeat.Store;

namespace Exeat.Control.Flows;

/// <summary>What agents tried and what became of it, for people.</summary>
internal static class FlowEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/flows", ListAsync).RequireRole(Roles.Viewer).WithSummary("Flows that meet every condition, newest first");
        api.MapGet("/flows/tail", FlowTail.RunAsync).RequireRole(Roles.Viewer).WithSummary("Events as they come (server-sent events)");
        api.MapGet("/flows/export", FlowExport.RunAsync).RequireRole(Roles.Auditor).WithSummary("Records as a file: csv, ndjson, parquet, ocsf");
        api.MapPost("/flows/groups", GroupAsync).RequireRole(Roles.Viewer).WithSummary("Counts of flows by what they have in common");
        api.MapPost("/flows/queries", (Actor actor, GroupQuestion asked, FlowDesk desk) => Accepted(desk.Begin(actor, asked))).RequireRole(Roles.Viewer).WithSummary("A long question, as a job");
        api.MapGet("/flows/queries", (Actor actor, FlowDesk desk) => TypedResults.Ok(new Page<FlowJob>(desk.Jobs(actor), null))).RequireRole(Roles.Viewer).WithSummary("The caller's long questions");
        api.MapGet("/flows/queries/{id}", (Actor actor, string id, FlowDesk desk) => TypedResults.Ok(desk.Job(actor, id))).RequireRole(Roles.Viewer).WithSummary("How far a long question is, and its answer");
        api.MapDelete("/flows/queries/{id}", (Actor actor, string id, FlowDesk desk) => TypedResults.Ok(desk.Cancel(actor, id))).RequireRole(Roles.Viewer).WithSummary("Cancel a long question, or remove its answer");
        // Last, and with slashes: ids of events have them.
        api.MapGet("/flows/{**id}", FindAsync).RequireRole(Roles.Viewer).WithSummary("One flow by flow, denial or event id, explained");
    }

    private static async Task<IResult> ListAsync(HttpRequest request, int? limit, string? cursor, FlowDesk desk, IFlowRecords store, CancellationToken cancel)
    {
        // The cursor is the store's; the limits are those of every list.
        PageRequest page = PageRequest.Of(limit, null);
        FlowFilter filter = desk.Filter(request.Query);
        FlowPage found = await desk.AskAsync(either => store.ListAsync(filter, string.IsNullOrEmpty(cursor) ? null : cursor, page.Limit, either), cancel);
        return TypedResults.Ok(new Page<FlowForm>([.. found.Flows.Select(flow => FlowForm.Of(flow.Gateway, flow.Summary, flow.Last))], found.Next));
    }

    private static async Task<IResult> FindAsync(string id, FlowDesk desk, IFlowRecords store, CancellationToken cancel)
    {
        StoredFlow found = await desk.AskAsync(either => store.FindAsync(id, either), cancel) ?? throw Refused.NotFound("record of this id", "give a flow id, a denial id or an event id; GET /api/v1/flows lists them");
        var words = FlowExplanation.Of(found.Summary, "exeat", "--control");
        List<JsonElement> events = [];
        foreach (FlowEvent read in found.Summary.Events.Where(read => !read.Raw.IsEmpty))
        {
            using JsonDocument line = JsonDocument.Parse(read.Raw);
            events.Add(line.RootElement.Clone());
        }
        return TypedResults.Ok(new FlowDetail(FlowForm.Of(found.Gateway, found.Summary, found.Last), new FlowInWords(words.Sentence, words.Rule, words.Proven, words.Next, words.Propose), events));
    }

    private static async Task<IResult> GroupAsync(GroupQuestion asked, FlowDesk desk, CancellationToken cancel) => TypedResults.Ok(await desk.GroupAsync(asked, cancel));

    private static IResult Accepted(FlowJob job) => TypedResults.Accepted($"/api/v1/flows/queries/{job.Id}", job);
}
