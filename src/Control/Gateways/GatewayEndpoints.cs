using Exeat.Api.Control;
using Exeat.Control.Gateways.Fleet;
using Exeat.Control.Http;

namespace Exeat.Control.Gateways;

/// <summary>What people ask and do about gateways.</summary>
internal static class GatewayEndpoints
{
    private const int MaxReason = 500;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/gateways", List).RequireRole(Roles.Viewer).WithSummary("List gateways");
        api.MapGet("/gateways/{id}", (string id, GatewayBook book, DesiredStates desired, TimeProvider time) => TypedResults.Ok(Summary(book.Demand(id), desired, time.GetUtcNow())))
            .RequireRole(Roles.Viewer).WithSummary("Show a gateway");
        api.MapPost("/gateways/{id}/enrolment", (string id, Actor actor, GatewayBook book) =>
        {
            (EnrolmentToken token, DateTimeOffset ends) = book.MakeToken(actor, id);
            return TypedResults.Ok(new EnrolmentAnswer(id, token.ToString(), ends));
        }).RequireRole(Roles.Operator).AnswersSecret().WithSummary("Make a one-time token for a gateway's enrolment");
        api.MapPost("/gateways/{id}/revocation", (string id, RevokeRequest asked, Actor actor, GatewayBook book) =>
        {
            book.Revoke(actor, id, Reason(asked.Reason));
            return TypedResults.NoContent();
        }).RequireRole(Roles.Operator).WithSummary("Take a gateway's certificates back");
    }

    /// <summary>One line for people.</summary>
    public static string Reason(string? text) =>
        text?.Trim() is { Length: > 0 and <= MaxReason } line && !line.Any(char.IsControl) ? line : throw Refused.Invalid("the reason is missing, too long, or has control characters", $"write one line of at most {MaxReason} characters");

    private static IResult List(int? limit, string? cursor, GatewayBook book, DesiredStates desired, TimeProvider time)
    {
        PageRequest page = PageRequest.Of(limit, cursor);
        DateTimeOffset now = time.GetUtcNow();
        GatewaySummary[] rows = [.. book.All().Where(row => page.After is null || string.CompareOrdinal(row.Id, page.After) > 0).Take(page.Limit + 1).Select(row => Summary(row, desired, now))];
        return TypedResults.Ok(page.Page(rows, row => row.Id));
    }

    private static GatewaySummary Summary(GatewayRow row, DesiredStates desired, DateTimeOffset now)
    {
        DesiredState? wanted = row.Revoked is null ? desired.Of(row.Id) : null;
        LinkReport? report = row.Report;
        return new GatewaySummary
        {
            Id = row.Id,
            State = GatewayStates.Word(GatewayStates.Of(row, now)),
            Enrolled = row.Enrolled,
            LastSeen = row.LastSeen,
            Product = report?.Gateway?.Product,
            LinkProduct = report?.Product,
            PolicyVersion = row.PolicyVersion,
            DesiredPolicyVersion = wanted?.Policy?.Version,
            AgentsHash = row.AgentsHash,
            DesiredAgentsHash = wanted?.Agents?.Hash,
            Applied = wanted is not null && (wanted.Policy is null || wanted.Policy.Version == row.PolicyVersion) && (wanted.Agents is null || wanted.Agents.Hash == row.AgentsHash),
            DeclaredMode = report?.Gateway?.DeclaredMode,
            EffectiveMode = report?.Gateway?.EffectiveMode,
            Enforcing = report?.Gateway?.Enforcing ?? false,
            Alarms = report?.Gateway?.Alarms ?? [],
            Problems = report?.Problems ?? [],
            LagSeconds = report?.LagSeconds ?? 0,
            LagBytes = report?.LagBytes ?? 0,
            Shipped = report?.Shipped ?? 0,
            Lost = report?.Lost ?? 0,
            Overruns = report?.Gateway?.Queue.Overruns ?? 0,
            ForeignRecords = row.ForeignRecords,
            JournalBytes = report?.Gateway?.Journal.Bytes ?? 0,
            JournalMaxBytes = report?.Gateway?.Journal.MaxBytes ?? 0,
            CertificateEnds = row.Ends,
            ClockSeconds = report is not null && row.LastSeen is { } seen ? Math.Round((report.Time - seen).TotalSeconds, 1) : 0,
            Revoked = row.Revoked,
            RevokedReason = row.RevokedReason,
        };
    }
}
