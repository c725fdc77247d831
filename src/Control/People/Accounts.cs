using System.Security.Cryptography;
using Exeat.Api.Control;
using Exeat.Control.Http;
using Exeat.Control.Storage;
using Exeat.Policy;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.People;

/// <summary>Local accounts: who may log in, with which password and roles.</summary>
internal sealed class Accounts(Database database, AuditLog audit, PasswordHash passwords, TimeProvider time, ControlLimits limits)
{
    /// <summary>The first account's name.</summary>
    public const string FirstName = "admin";

    private const int SecretBytes = 15;

    /// <summary>Makes the first account when there is none, with every role; its one-time password, or null when there are accounts.</summary>
    public string? MakeFirst()
    {
        using (SqliteConnection connection = database.Open())
        {
            if (connection.Scalar<long>("SELECT count(*) FROM users") > 0) return null;
        }
        string password = OneTimePassword(), hash = passwords.Of(password);
        database.Change(change =>
        {
            Insert(change, FirstName, hash, RoleWords.Every);
            audit.Write(change, Actor.Control, "user.create", FirstName, ("roles", string.Join(',', RoleWords.Of(RoleWords.Every))), ("why", "first start"));
        });
        return password;
    }

    /// <summary>A password that opens nothing but the way to one of the person's own.</summary>
    public static string OneTimePassword() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>A session for the right password; null otherwise, after the same time.</summary>
    public Session? Login(string user, string password, string source)
    {
        (string Name, string Password, bool MustChange, Roles Roles)? found = Find(user);
        if (!passwords.Matches(password, found?.Password) || found is not { } account) return null;
        DateTimeOffset now = time.GetUtcNow(), ends = now + TimeSpan.FromMinutes(limits.SessionMinutes);
        string secret = BearerSecret.Make(BearerSecret.SessionPrefix), id = Guid.CreateVersion7(now).ToString();
        string? renewed = passwords.IsOutdated(account.Password) ? passwords.Of(password) : null;
        database.Change(change =>
        {
            change.Run("DELETE FROM sessions WHERE ends <= $now", ("$now", now));
            change.Run("INSERT INTO sessions VALUES ($id, $hash, $user, $now, $now, $ends, $source)",
                ("$id", id), ("$hash", BearerSecret.Hash(secret)), ("$user", account.Name), ("$now", now), ("$ends", ends), ("$source", source));
            change.Run("UPDATE users SET last_login = $now, password = coalesce($renewed, password) WHERE name = $user", ("$now", now), ("$renewed", renewed), ("$user", account.Name));
            audit.Write(change, new Actor("user:" + account.Name, account.Roles), "session.begin", id, ("source", source));
        });
        return new Session(secret, account.Name, RoleWords.Of(account.Roles), ends, account.MustChange);
    }

    /// <summary>Ends the caller's session.</summary>
    public void Logout(Actor actor)
    {
        if (actor.Session is not { } session) return;
        database.Change(change =>
        {
            change.Run("DELETE FROM sessions WHERE id = $id", ("$id", session));
            audit.Write(change, actor, "session.end", session);
        });
    }

    private (string Name, string Password, bool MustChange, Roles Roles)? Find(string user)
    {
        using SqliteConnection connection = database.Open();
        return connection.List("SELECT name, password, must_change, roles FROM users WHERE name = $user AND disabled = 0",
            row => (row.GetString(0), row.GetString(1), row.GetBoolean(2), RoleWords.Read(row.GetString(3))), ("$user", user)) is [var found] ? found : null;
    }

    private void Insert(SqliteTransaction change, string name, string hash, Roles roles) =>
        change.Run("INSERT INTO users (name, password, must_change, roles, created, changed) VALUES ($name, $password, 1, $roles, $now, $now)",
            ("$name", name), ("$password", hash), ("$roles", string.Join(',', RoleWords.Of(roles))), ("$now", time.GetUtcNow()));
}
