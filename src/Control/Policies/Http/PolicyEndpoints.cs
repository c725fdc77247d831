using System.Collections.Immutable;
using System.Globalization;
using Exeat.Api.Control;
using Exeat.Control.Http;

namespace Exeat.Control.Policies;

/// <summary>Versions of policies: list, read, publish, compare.</summary>
internal static class PolicyEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/policies", Policies).RequireRole(Roles.Viewer).WithSummary("The policies, each with its newest version");
        api.MapGet("/policies/{name}/versions", Versions).RequireRole(Roles.Viewer).WithSummary("The versions of a policy, newest first");
        api.MapGet("/policies/{name}/versions/{version}", Version).RequireRole(Roles.Viewer).WithSummary("One version");
        api.MapGet("/policies/{name}/versions/{version}/files", Files).RequireRole(Roles.Viewer).WithSummary("The files of a version, as they were published");
        api.MapPost("/policies/{name}/versions", Publish).RequireRole(Roles.Operator).WithMetadata(new PolicyBodySize()).WithSummary("Check, test and publish a version");
        api.MapGet("/policies/{name}/diff", DiffAsync).RequireRole(Roles.Viewer).WithSummary("How two versions differ, by text and by what they decide");
        // An operator's, as it costs a core for up to half a minute.
        api.MapPost("/policies/{name}/diff", DiffUploadAsync).RequireRole(Roles.Operator).WithMetadata(new PolicyBodySize()).WithSummary("How a policy that is not published differs from a version");
        AssignmentEndpoints.Map(api);
        ApprovalEndpoints.Map(api);
        WindowEndpoints.Map(api);
        CompositionEndpoints.Map(api);
    }

    private static IResult Policies(int? limit, string? cursor, PolicyVersions versions)
    {
        var page = PageRequest.Of(limit, cursor);
        return TypedResults.Ok(page.Page(versions.Policies(page.After ?? "", page.Limit + 1), policy => policy.Name));
    }

    private static IResult Versions(string name, int? limit, string? cursor, PolicyVersions versions)
    {
        var page = PageRequest.Of(limit, cursor);
        _ = versions.Find(PolicyWords.Name(name, "the policy's name"), null);
        return TypedResults.Ok(page.Page(versions.Of(name, Before(page), page.Limit + 1), entry => entry.Number.ToString(CultureInfo.InvariantCulture)));
    }

    private static IResult Version(string name, string version, PolicyVersions versions) => TypedResults.Ok(versions.Find(PolicyWords.Name(name, "the policy's name"), Word(version)));

    private static IResult Files(string name, string version, PolicyVersions versions)
    {
        PolicyVersionEntry entry = versions.Find(PolicyWords.Name(name, "the policy's name"), Word(version));
        PolicyContent content = versions.Content(entry.Version)!;
        return TypedResults.Ok(new PolicyFilesEntry(name, entry.Version, content.Own.ToImmutableDictionary(), content.Packs.ToImmutableDictionary()));
    }

    private static IResult Publish(string name, PolicyPublication publication, Actor actor, PolicyPublishing publishing)
    {
        PublishResult result = publishing.Publish(name, publication, actor);
        return result.Entry is null || result.Existed ? TypedResults.Ok(result) : TypedResults.Created($"/api/v1/policies/{name}/versions/{result.Version}", result);
    }

    private static async Task<IResult> DiffAsync(string name, string? from, string? to, PolicyDiffs diffs, CancellationToken cancel) =>
        TypedResults.Ok(await diffs.OfVersionsAsync(PolicyWords.Name(name, "the policy's name"), Word(from), Word(to), cancel));

    private static async Task<IResult> DiffUploadAsync(string name, PolicyDiffUpload upload, PolicyDiffs diffs, CancellationToken cancel) =>
        TypedResults.Ok(await diffs.OfUploadAsync(PolicyWords.Name(name, "the policy's name"), upload, cancel));

    /// <summary>The place before which a page begins, where entries are numbered.</summary>
    public static long Before(PageRequest page) => page.After is null ? long.MaxValue
        : long.TryParse(page.After, NumberStyles.None, CultureInfo.InvariantCulture, out long before) ? before : throw Refused.Invalid("the cursor is none of ours", "send the next of the page before, as it was");

    // "newest" in an address, where nothing cannot stand.
    private static string? Word(string? version) => version is null or "" or "newest" ? null : version;
}
