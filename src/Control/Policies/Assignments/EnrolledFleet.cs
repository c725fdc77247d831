using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using Exeat.Control.Storage;
using Exeat.Policy;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Policies;

/// <summary>The gateways as their area keeps them: those whose certificate was not taken back, with the newest version of their agents.</summary>
internal sealed class EnrolledFleet : IFleet
{
    private const int MaxRemembered = 1000;

    // Agents documents change seldom, and are asked for at every question of every gateway.
    private readonly ConcurrentDictionary<string, AgentsDocument?> _read = new(StringComparer.Ordinal);

    private const string Query = """
        SELECT g.id, g.policy_version_reported, g.report, a.document FROM gateways g
        LEFT JOIN agents_versions a ON a.gateway = g.id AND a.number = (SELECT max(number) FROM agents_versions WHERE gateway = g.id)
        WHERE g.revoked IS NULL
        """;

    public IReadOnlyList<FleetGateway> Read(SqliteConnection connection) => IsThere(connection) ? connection.List(Query + " ORDER BY g.id", Gateway) : [];

    public FleetGateway? Find(SqliteConnection connection, string id) => IsThere(connection) && connection.List(Query + " AND g.id = $id", Gateway, ("$id", id)) is [var found] ? found : null;

    private static bool IsThere(SqliteConnection connection) => connection.Scalar<long>("SELECT count(*) FROM sqlite_master WHERE name IN ('gateways', 'agents_versions')") == 2;

    private FleetGateway Gateway(SqliteDataReader row) =>
        new(row.GetString(0), row.GetTextOrNull(3) is { } document ? Agents(document) : null, row.GetTextOrNull(1), Problems(row.GetTextOrNull(2)));

    private AgentsDocument? Agents(string document)
    {
        if (_read.TryGetValue(document, out AgentsDocument? known)) return known;
        if (_read.Count >= MaxRemembered) _read.Clear();
        return _read[document] = ContentReader.ReadAgents(new Dictionary<string, string> { ["agents.yaml"] = document }).Agents;
    }

    private static ImmutableArray<string> Problems(string? report)
    {
        if (report is null) return [];
        using JsonDocument read = JsonDocument.Parse(report);
        return read.RootElement.TryGetProperty("problems", out JsonElement problems) && problems.ValueKind == JsonValueKind.Array
            ? [.. problems.EnumerateArray().Where(problem => problem.ValueKind == JsonValueKind.String).Select(problem => problem.GetString()!)] : [];
    }
}
