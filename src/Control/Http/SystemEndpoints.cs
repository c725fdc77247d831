using Exeat.Api;
using Exeat.Api.Control;
using Exeat.Control.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Http;

/// <summary>Control itself: whether it answers, how it is, and what was changed.</summary>
internal static class SystemEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/health", Health).OpenToAll().WithSummary("Whether control answers").WithTags("Control");
        api.MapGet("/status", Status).RequireRole(Roles.Viewer).WithSummary("How control is").WithTags("Control");
        api.MapGet("/audit", Audit).RequireRole(Roles.Auditor).WithSummary("What was changed, newest first").WithTags("Control");
        api.MapPost("/audit/check", Check).RequireRole(Roles.Auditor).WithSummary("Check that no entry of the audit log is missing or changed").WithTags("Control");
    }

    private static NoContent Health() => TypedResults.NoContent();

    private static Ok<ControlStatus> Status(Database database, PeopleCertificate certificate, StartTime started, TimeProvider time)
    {
        using SqliteConnection connection = database.Open();
        return TypedResults.Ok(new ControlStatus
        {
            Version = Product.Version,
            Started = started.Time,
            Now = time.GetUtcNow(),
            KeyFingerprint = certificate.Fingerprint,
            CertificateEnds = certificate.Ends,
            DatabaseBytes = connection.Scalar<long>("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"),
            AuditEntries = connection.Scalar<long>("SELECT coalesce(max(seq), 0) FROM audit"),
        });
    }

    private static Ok<Page<AuditEntry>> Audit(int? limit, string? cursor, DateTimeOffset? since, DateTimeOffset? until, string? actor, string? action, string? target, Database database)
    {
        using SqliteConnection connection = database.Open();
        return TypedResults.Ok(AuditLog.List(connection, PageRequest.Of(limit, cursor), new AuditFilter(since, until, actor, action, target)));
    }

    private static Ok<AuditCheck> Check(Database database)
    {
        using SqliteConnection connection = database.Open();
        return TypedResults.Ok(new AuditCheck(connection.Scalar<long>("SELECT count(*) FROM audit"), AuditLog.FirstBroken(connection)));
    }
}
