using Exeat.Control.Http;
using Exeat.Control.Storage;
using Exeat.Policy;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.People;

/// <summary>Who sends this <c>Authorization</c> header: a session of a person, or a token of a program.</summary>
internal sealed class Credentials(Database database, TimeProvider time, ControlLimits limits)
{
    // Written at most this often: a page of a browser asks ten times a second.
    private static readonly TimeSpan UseIsNoted = TimeSpan.FromMinutes(1);

    /// <summary>The caller; null when the header is none of ours, ended or revoked.</summary>
    public Actor? Check(string? authorization)
    {
        const string Scheme = "Bearer ";
        if (authorization is null || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return null;
        string secret = authorization[Scheme.Length..];
        if (!BearerSecret.IsWellFormed(secret)) return null;
        using SqliteConnection connection = database.Open();
        return secret.StartsWith(BearerSecret.SessionPrefix, StringComparison.Ordinal) ? Person(connection, BearerSecret.Hash(secret)) : Program(connection, BearerSecret.Hash(secret));
    }

    private Actor? Person(SqliteConnection connection, byte[] hash)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (connection.List("SELECT s.id, s.user_name, s.last_used, s.ends, u.roles, u.must_change FROM sessions s JOIN users u ON u.name = s.user_name WHERE s.hash = $hash AND u.disabled = 0",
            row => (Id: row.GetString(0), User: row.GetString(1), Used: row.GetTime(2), Ends: row.GetTime(3), Roles: RoleWords.Read(row.GetString(4)), MustChange: row.GetBoolean(5)), ("$hash", hash)) is not [var found]) return null;
        if (found.Ends <= now || found.Used + TimeSpan.FromMinutes(limits.SessionIdleMinutes) <= now) return null;
        if (found.Used + UseIsNoted <= now) database.Change(change => change.Run("UPDATE sessions SET last_used = $now WHERE id = $id", ("$now", now), ("$id", found.Id)));
        return new Actor("user:" + found.User, found.Roles) { Session = found.Id, MustChangePassword = found.MustChange };
    }

    private Actor? Program(SqliteConnection connection, byte[] hash)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (connection.List("SELECT id, name, roles, ends, last_used FROM tokens WHERE hash = $hash AND revoked IS NULL",
            row => (Id: row.GetString(0), Name: row.GetString(1), Roles: RoleWords.Read(row.GetString(2)), Ends: row.GetTime(3), Used: row.GetTimeOrNull(4)), ("$hash", hash)) is not [var found]) return null;
        if (found.Ends <= now) return null;
        if (found.Used is not { } used || used + UseIsNoted <= now) database.Change(change => change.Run("UPDATE tokens SET last_used = $now WHERE id = $id", ("$now", now), ("$id", found.Id)));
        return new Actor("token:" + found.Name, found.Roles);
    }
}
