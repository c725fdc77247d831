using Exeat.Api.Control;
using Exeat.Control.Storage;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Policies;

/// <summary>For whom which version is: every assignment is a row that stays; the newest of a target holds.</summary>
internal static class Assignments
{
    private const string Columns = "id, scope, target, kind, policy, version, returns_to, actor, reason, time, approval";

    private const string Holding = $"SELECT {Columns} FROM policy_assignments a WHERE id = (SELECT max(id) FROM policy_assignments WHERE scope = a.scope AND target = a.target)";

    /// <summary>Those that hold, cleared ones left out.</summary>
    public static IReadOnlyDictionary<AssignmentTarget, Assignment> Current(SqliteConnection connection) =>
        connection.List($"{Holding} AND version IS NOT NULL ORDER BY scope, target", Row).ToDictionary(assignment => assignment.On);

    /// <summary>The newest of one target, also when it was cleared; null: it never had one.</summary>
    public static Assignment? Newest(SqliteConnection connection, AssignmentTarget on) =>
        connection.List($"{Holding} AND scope = $scope AND target = $target", Row, ("$scope", on.Scope), ("$target", on.Target)) is [var newest] ? newest : null;

    /// <inheritdoc cref="Newest(SqliteConnection, AssignmentTarget)"/>
    public static long NewestId(SqliteTransaction transaction, AssignmentTarget on) =>
        transaction.Scalar<long>("SELECT max(id) FROM policy_assignments WHERE scope = $scope AND target = $target", ("$scope", on.Scope), ("$target", on.Target));

    public static Assignment? Find(SqliteConnection connection, long id) =>
        connection.List($"SELECT {Columns} FROM policy_assignments WHERE id = $id", Row, ("$id", id)) is [var found] ? found : null;

    /// <summary>The one that a gateway was last given a version by: it keeps that while none holds, or two do.</summary>
    public static Assignment? Kept(SqliteConnection connection, string gateway) =>
        connection.Scalar<long>("SELECT assignment FROM policy_desired WHERE gateway = $gateway", ("$gateway", gateway)) is > 0 and long kept ? Find(connection, kept) : null;

    /// <summary>All there ever were, newest first, those before an id.</summary>
    public static IReadOnlyList<Assignment> History(SqliteConnection connection, long before, int limit) =>
        connection.List($"SELECT {Columns} FROM policy_assignments WHERE id < $before ORDER BY id DESC LIMIT $limit", Row, ("$before", before), ("$limit", limit));

    public static void Add(SqliteTransaction transaction, Assignment row) =>
        transaction.Run("INSERT INTO policy_assignments (scope, target, kind, policy, version, returns_to, actor, reason, time, approval) VALUES ($scope, $target, $kind, $policy, $version, $returns, $actor, $reason, $time, $approval)",
            ("$scope", row.On.Scope), ("$target", row.On.Target), ("$kind", row.Kind), ("$policy", row.Policy), ("$version", row.Version), ("$returns", row.ReturnsTo == 0 ? null : row.ReturnsTo),
            ("$actor", row.Actor), ("$reason", row.Reason), ("$time", row.Time), ("$approval", row.Approval));

    private static Assignment Row(SqliteDataReader row) => new()
    {
        Id = row.GetInt64(0),
        On = new AssignmentTarget(row.GetString(1), row.GetString(2)),
        Kind = row.GetString(3),
        Policy = row.GetTextOrNull(4),
        Version = row.GetTextOrNull(5),
        ReturnsTo = row.IsDBNull(6) ? 0 : row.GetInt64(6),
        Actor = row.GetString(7),
        Reason = row.GetString(8),
        Time = row.GetTime(9),
        Approval = row.GetTextOrNull(10),
    };
}
