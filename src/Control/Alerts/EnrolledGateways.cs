using System.Text.Json;
using Exeat.Control.Storage;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Alerts;

/// <summary>The gateways that are enrolled and not revoked, by what they last reported: read as their area keeps it, with every field that is not there "never said".</summary>
internal sealed class EnrolledGateways(Database database) : IGatewayList
{
    public IReadOnlyList<WatchedGateway> All()
    {
        using SqliteConnection connection = database.Open();
        return connection.Scalar<long>("SELECT count(*) FROM sqlite_master WHERE name = 'gateways'") == 0 ? []
            : connection.List("SELECT id, enrolled, last_seen, ends, report FROM gateways WHERE enrolled IS NOT NULL AND revoked IS NULL ORDER BY id", Read);
    }

    private static WatchedGateway Read(SqliteDataReader row)
    {
        DateTimeOffset? seen = row.GetTimeOrNull(2);
        using JsonDocument report = JsonDocument.Parse(row.GetTextOrNull(4) ?? "{}");
        JsonElement root = report.RootElement, gateway = Part(root, "gateway"), journal = Part(gateway, "journal");
        return new WatchedGateway
        {
            Id = row.GetString(0),
            // One that never reported has been silent since it was enrolled.
            LastSeen = seen ?? row.GetTimeOrNull(1),
            Lag = Part(root, "lagSeconds") is { ValueKind: JsonValueKind.Number } lag && lag.TryGetDouble(out double seconds) ? TimeSpan.FromSeconds(Math.Clamp(seconds, 0, 1e9)) : null,
            DeclaredMode = Text(gateway, "declaredMode"),
            EffectiveMode = Text(gateway, "effectiveMode"),
            Alarms = Part(gateway, "alarms") is { ValueKind: JsonValueKind.Array } alarms ? [.. alarms.EnumerateArray().Where(alarm => alarm.ValueKind == JsonValueKind.String).Select(alarm => alarm.GetString()!)] : [],
            Lost = Number(root, "lost") + Number(Part(gateway, "queue"), "overruns"),
            JournalBytes = Number(journal, "bytes"),
            JournalMaxBytes = Number(journal, "maxBytes"),
            CertificateEnds = row.GetTimeOrNull(3),
            // The report says when it was made, control noted when it came: between them are the way, and the clocks.
            Skew = seen is { } came && Part(root, "time") is { ValueKind: JsonValueKind.String } made && made.TryGetDateTimeOffset(out DateTimeOffset time) ? time - came : null,
        };
    }

    private static JsonElement Part(JsonElement of, string name) => of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out JsonElement part) ? part : default;

    private static string? Text(JsonElement of, string name) => Part(of, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static long Number(JsonElement of, string name) => Part(of, name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out long value) ? value : 0;
}
