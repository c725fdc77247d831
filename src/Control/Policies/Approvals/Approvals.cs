using System.Collections.Immutable;
using System.Text.Json;
using Exeat.Api.Control;
using Exeat.Control.Storage;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Policies;

/// <summary>Changes that wait for a second person, as they are kept.</summary>
internal static class Approvals
{
    public const string Waiting = "waiting", Approved = "approved", Rejected = "rejected", Expired = "expired";

    private const string Columns = "id, state, change, effect, hash, classes, requested_by, requested, expires, decided_by, decided, decision_reason, requested_person";

    public static ApprovalEntry? Find(SqliteConnection connection, string id) => connection.List($"SELECT {Columns} FROM policy_approvals WHERE id = $id", Row, ("$id", id)) is [var found] ? found : null;

    /// <inheritdoc cref="Find(SqliteConnection, string)"/>
    public static ApprovalEntry? Find(SqliteTransaction transaction, string id) => transaction.List($"SELECT {Columns} FROM policy_approvals WHERE id = $id", Row, ("$id", id)) is [var found] ? found : null;

    /// <summary>The agents document that waits with it; null: none does.</summary>
    public static string? Document(SqliteConnection connection, string id) => connection.Scalar<string>("SELECT document FROM agents_proposals WHERE approval = $id", ("$id", id));

    public static void AddDocument(SqliteTransaction transaction, string id, string document) =>
        transaction.Run("INSERT INTO agents_proposals VALUES ($id, $document)", ("$id", id), ("$document", document));

    /// <summary>The person behind the one who asked.</summary>
    public static string PersonOf(SqliteTransaction transaction, string id) => transaction.Scalar<string>("SELECT requested_person FROM policy_approvals WHERE id = $id", ("$id", id))!;

    /// <summary>In whose hands the login was that asked, then.</summary>
    public static List<string> HandsOf(SqliteTransaction transaction, string id) => transaction.List("SELECT held_by FROM approval_hands WHERE approval = $id", row => row.GetString(0), ("$id", id));

    /// <summary>Newest first, those before an id.</summary>
    public static IReadOnlyList<ApprovalEntry> All(SqliteConnection connection, string? state, string before, int limit) =>
        connection.List($"SELECT {Columns} FROM policy_approvals WHERE ($state IS NULL OR state = $state) AND ($before = '' OR id < $before) ORDER BY id DESC LIMIT $limit", Row, ("$state", state), ("$before", before), ("$limit", limit));

    public static long CountWaiting(SqliteTransaction transaction) => transaction.Scalar<long>("SELECT count(*) FROM policy_approvals WHERE state = 'waiting'");

    public static void Add(SqliteTransaction transaction, ApprovalEntry entry, string person)
    {
        transaction.Run($"INSERT INTO policy_approvals ({Columns}) VALUES ($id, $state, $change, $effect, $hash, $classes, $by, $requested, $expires, NULL, NULL, NULL, $person)",
            ("$id", entry.Id), ("$state", entry.State), ("$change", JsonSerializer.Serialize(entry.Change, PoliciesJson.Default.PolicyChange)), ("$effect", JsonSerializer.Serialize(entry.Effect, PoliciesJson.Default.ChangeEffect)),
            ("$hash", entry.Hash), ("$classes", string.Join(' ', entry.Classes)), ("$by", entry.RequestedBy), ("$requested", entry.Requested), ("$expires", entry.Expires), ("$person", person));
        transaction.Run("INSERT INTO approval_hands SELECT $id, held_by FROM login_hands WHERE login IN ($by, $person) ON CONFLICT DO NOTHING", ("$id", entry.Id), ("$by", entry.RequestedBy), ("$person", person));
    }

    /// <summary>Decides one that waits; false: it does not wait any more.</summary>
    public static bool Decide(SqliteTransaction transaction, string id, string state, string actor, string reason, DateTimeOffset now)
    {
        transaction.Run("DELETE FROM agents_proposals WHERE approval = $id", ("$id", id));
        return transaction.Run("UPDATE policy_approvals SET state = $state, decided_by = $actor, decided = $now, decision_reason = $reason WHERE id = $id AND state = 'waiting'",
            ("$id", id), ("$state", state), ("$actor", actor), ("$now", now), ("$reason", reason)) == 1;
    }

    /// <summary>Those whose time is over and that still wait.</summary>
    public static IReadOnlyList<ApprovalEntry> Over(SqliteTransaction transaction, DateTimeOffset now) =>
        transaction.List($"SELECT {Columns} FROM policy_approvals WHERE state = 'waiting' AND expires <= $now", Row, ("$now", now));

    /// <summary>When the next one expires; null: none waits.</summary>
    public static DateTimeOffset? NextEnd(SqliteConnection connection) =>
        connection.List("SELECT expires FROM policy_approvals WHERE state = 'waiting' ORDER BY expires LIMIT 1", row => row.GetTime(0)) is [var next] ? next : null;

    private static ApprovalEntry Row(SqliteDataReader row) => new()
    {
        Id = row.GetString(0),
        State = row.GetString(1),
        Change = JsonSerializer.Deserialize(row.GetString(2), PoliciesJson.Default.PolicyChange)!,
        Effect = JsonSerializer.Deserialize(row.GetString(3), PoliciesJson.Default.ChangeEffect)!,
        Hash = row.GetString(4),
        Classes = [.. row.GetString(5).Split(' ', StringSplitOptions.RemoveEmptyEntries)],
        RequestedBy = row.GetString(6),
        Requested = row.GetTime(7),
        Expires = row.GetTime(8),
        DecidedBy = row.GetTextOrNull(9),
        Decided = row.GetTimeOrNull(10),
        DecisionReason = row.GetTextOrNull(11),
    };
}
