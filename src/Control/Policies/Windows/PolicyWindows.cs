using System.Text.Json;
using Exeat.Api.Control;
using Exeat.Control.Storage;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Policies;

/// <summary>The windows as they are kept; none is ever deleted.</summary>
internal static class PolicyWindows
{
    private const string Columns = "id, kind, request, actor, approval, starts, ends, ended, ended_by";

    /// <summary>Those that hold now.</summary>
    public static IReadOnlyList<PolicyWindow> Active(SqliteConnection connection, DateTimeOffset now) =>
        connection.List($"SELECT {Columns} FROM policy_windows WHERE ended IS NULL AND ends > $now ORDER BY starts, id", Row, ("$now", now));

    /// <summary>All of a kind, newest first, those before an id.</summary>
    public static IReadOnlyList<PolicyWindow> All(SqliteConnection connection, string kind, string before, int limit) =>
        connection.List($"SELECT {Columns} FROM policy_windows WHERE kind = $kind AND ($before = '' OR id < $before) ORDER BY id DESC LIMIT $limit", Row, ("$kind", kind), ("$before", before), ("$limit", limit));

    public static PolicyWindow? Find(SqliteConnection connection, string id) => connection.List($"SELECT {Columns} FROM policy_windows WHERE id = $id", Row, ("$id", id)) is [var found] ? found : null;

    public static bool Exists(SqliteTransaction transaction, string kind, string id) => transaction.Scalar<long>("SELECT count(*) FROM policy_windows WHERE kind = $kind AND id = $id", ("$kind", kind), ("$id", id)) == 1;

    public static void Add(SqliteTransaction transaction, PolicyWindow window) =>
        transaction.Run($"INSERT INTO policy_windows ({Columns}) VALUES ($id, $kind, $request, $actor, $approval, $starts, $ends, NULL, NULL)",
            ("$id", window.Id), ("$kind", window.Kind), ("$request", JsonSerializer.Serialize(window.Request, PoliciesJson.Default.PolicyWindowRequest)),
            ("$actor", window.Actor), ("$approval", window.Approval), ("$starts", window.Starts), ("$ends", window.Ends));

    /// <summary>Ends one before its time; false: it had ended.</summary>
    public static bool End(SqliteTransaction transaction, string id, string actor, DateTimeOffset now) =>
        transaction.Run("UPDATE policy_windows SET ended = $now, ended_by = $actor, closed = 1 WHERE id = $id AND ended IS NULL AND ends > $now", ("$id", id), ("$actor", actor), ("$now", now)) == 1;

    /// <summary>Those whose time has come and that were not told yet; marks them as told.</summary>
    public static IReadOnlyList<PolicyWindow> Close(SqliteTransaction transaction, DateTimeOffset now)
    {
        List<PolicyWindow> over = transaction.List($"SELECT {Columns} FROM policy_windows WHERE closed = 0 AND ends <= $now", Row, ("$now", now));
        foreach (PolicyWindow window in over) transaction.Run("UPDATE policy_windows SET closed = 1 WHERE id = $id", ("$id", window.Id));
        return over;
    }

    /// <summary>When the next one ends; null: none is open.</summary>
    public static DateTimeOffset? NextEnd(SqliteConnection connection) =>
        connection.List("SELECT ends FROM policy_windows WHERE closed = 0 ORDER BY ends LIMIT 1", row => row.GetTime(0)) is [var next] ? next : null;

    private static PolicyWindow Row(SqliteDataReader row) => new()
    {
        Id = row.GetString(0),
        Kind = row.GetString(1),
        Request = JsonSerializer.Deserialize(row.GetString(2), PoliciesJson.Default.PolicyWindowRequest)!,
        Actor = row.GetString(3),
        Approval = row.GetTextOrNull(4),
        Starts = row.GetTime(5),
        Ends = row.GetTime(6),
        Ended = row.GetTimeOrNull(7),
        EndedBy = row.GetTextOrNull(8),
    };
}
