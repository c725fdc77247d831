using System.Text.Json;
using Exeat.Api.Control;
using Exeat.Control.Storage;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Gateways;

/// <summary>One gateway as the database has it.</summary>
internal sealed record GatewayRow
{
    /// <summary>The columns, in the order in which <see cref="Read"/> takes them.</summary>
    public const string Columns = "id, enrolled, serial, issued, ends, previous_serial, previous_until, revoked, revoked_reason, last_seen, policy_version_reported, agents_hash_reported, revision_reported, foreign_records, report";

    public required string Id { get; init; }

    public DateTimeOffset? Enrolled { get; init; }

    public string? Serial { get; init; }

    public DateTimeOffset? Issued { get; init; }

    public DateTimeOffset? Ends { get; init; }

    public string? PreviousSerial { get; init; }

    public DateTimeOffset? PreviousUntil { get; init; }

    public DateTimeOffset? Revoked { get; init; }

    public string? RevokedReason { get; init; }

    public DateTimeOffset? LastSeen { get; init; }

    public string? PolicyVersion { get; init; }

    public string? AgentsHash { get; init; }

    public string? Revision { get; init; }

    public long ForeignRecords { get; init; }

    /// <summary>What it reported last; null: it did not yet, or what is kept cannot be read (its next report takes the place of that).</summary>
    public LinkReport? Report { get; init; }

    public static GatewayRow Read(SqliteDataReader row) => new()
    {
        Id = row.GetString(0),
        Enrolled = row.GetTimeOrNull(1),
        Serial = row.GetTextOrNull(2),
        Issued = row.GetTimeOrNull(3),
        Ends = row.GetTimeOrNull(4),
        PreviousSerial = row.GetTextOrNull(5),
        PreviousUntil = row.GetTimeOrNull(6),
        Revoked = row.GetTimeOrNull(7),
        RevokedReason = row.GetTextOrNull(8),
        LastSeen = row.GetTimeOrNull(9),
        PolicyVersion = row.GetTextOrNull(10),
        AgentsHash = row.GetTextOrNull(11),
        Revision = row.GetTextOrNull(12),
        ForeignRecords = row.GetInt64(13),
        Report = row.GetTextOrNull(14) is { } report ? ReportOf(report) : null,
    };

    // The row is needed without it too: a gateway must not be beyond revoking by what it said.
    private static LinkReport? ReportOf(string kept)
    {
        try
        {
            return JsonSerializer.Deserialize(kept, LinkJson.Default.LinkReport);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
