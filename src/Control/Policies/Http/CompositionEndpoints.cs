using System.Collections.Immutable;
using Exeat.Api.Control;
using Exeat.Control.Http;
using Exeat.Control.Storage;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Policies;

/// <summary>Versions that nobody published: a published one with windows, as gateways and records name it.</summary>
internal static class CompositionEndpoints
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/compositions/{version}", Show).RequireRole(Roles.Viewer).WithSummary("What a version with windows is made of");

    private static IResult Show(string version, Database database, PolicyComposer composer, TimeProvider time)
    {
        if (version.Length is < 4 or > 64 || !version.All(char.IsAsciiHexDigitLower)) throw Refused.Invalid($"{PolicyWords.Shown(version)} is no version", "write its hash, or at least the first four digits of it");
        using SqliteConnection connection = database.Open();
        List<(string Version, string Base, string Windows, DateTimeOffset Time)> those = connection.List("SELECT version, base, windows, time FROM policy_compositions WHERE version >= $from AND version < $to LIMIT 2",
            row => (row.GetString(0), row.GetString(1), row.GetString(2), row.GetTime(3)), ("$from", version), ("$to", version + "g"));
        if (those.Count > 1) throw Refused.Invalid($"{version} is the beginning of several versions", "write more of it");
        if (those is not [var found]) throw Refused.NotFound($"version with windows {version}", "published versions are at GET /api/v1/policies/NAME/versions: exeat policy versions NAME");
        ImmutableArray<PolicyWindow> windows = [.. found.Windows.Split(' ').Select(id => PolicyWindows.Find(connection, id)).OfType<PolicyWindow>()];
        Composition made = composer.Make(found.Base, windows);
        return TypedResults.Ok(new PolicyCompositionEntry
        {
            Version = found.Version,
            BaseVersion = found.Base,
            Policies = [.. connection.List("SELECT policy FROM policy_versions WHERE version = $base ORDER BY policy", row => row.GetString(0), ("$base", found.Base))],
            Windows = [.. windows.Select(window => window.Entry(time.GetUtcNow()))],
            First = found.Time,
            // Made again; another release may write it otherwise, and then it is not what that version was.
            Document = made.Version == found.Version ? made.Content.Files.GetValueOrDefault(ContentPaths.Overlay) : null,
        });
    }
}
