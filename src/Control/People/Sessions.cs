using Exeat.Api.Control;
using Exeat.Control.Http;
using Exeat.Control.Storage;
using Exeat.Policy;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.People;

/// <summary>Logins that stand. They end by time, by logout, and with the account's password, roles or right to log in.</summary>
internal sealed class Sessions(Database database, AuditLog audit, TimeProvider time, ControlLimits limits)
{
    // A person has a laptop, a phone and some terminals; the oldest goes.
    private const int MaxOfOnePerson = 50;

    /// <summary>Sources from which an account once logged in, kept for <see cref="LoginThrottle"/>.</summary>
    private const int MaxSources = 32;

    /// <summary>Begins one for somebody who has proven who they are, unless the password that proved it was changed since then.</summary>
    public Session Begin(Identity person, string source)
    {
        DateTimeOffset now = time.GetUtcNow(), ends = now + TimeSpan.FromMinutes(limits.SessionMinutes);
        string secret = BearerSecret.Make(BearerSecret.SessionPrefix), id = Guid.CreateVersion7(now).ToString();
        database.Change(change =>
        {
            if (!IsProven(change, person)) throw new Refused(StatusCodes.Status401Unauthorized, "login-failed", $"the password of {person.User} was changed just now", "log in with the new one");
            change.Run("DELETE FROM sessions WHERE ends <= $now", ("$now", now));
            change.Run("INSERT INTO sessions VALUES ($id, $hash, $user, $now, $now, $ends, $source)",
                ("$id", id), ("$hash", BearerSecret.Hash(secret)), ("$user", person.User), ("$now", now), ("$ends", ends), ("$source", source));
            change.Run("DELETE FROM sessions WHERE user_name = $user AND id NOT IN (SELECT id FROM sessions WHERE user_name = $user ORDER BY created DESC, id DESC LIMIT $most)", ("$user", person.User), ("$most", MaxOfOnePerson));
            change.Run("INSERT INTO login_sources VALUES ($user, $source, $now) ON CONFLICT DO UPDATE SET last = excluded.last", ("$user", person.User), ("$source", source), ("$now", now));
            change.Run("DELETE FROM login_sources WHERE user_name = $user AND source NOT IN (SELECT source FROM login_sources WHERE user_name = $user ORDER BY last DESC LIMIT $most)", ("$user", person.User), ("$most", MaxSources));
            change.Run("UPDATE users SET last_login = $now WHERE name = $user", ("$now", now), ("$user", person.User));
            audit.Write(change, new Actor("user:" + person.User, person.Roles), "session.begin", id, ("source", source));
        });
        return new Session(secret, person.User, RoleWords.Of(person.Roles), ends, person.MustChangePassword);
    }

    /// <summary>Whether the account logged in from there before.</summary>
    public bool IsKnown(string user, string source)
    {
        using SqliteConnection connection = database.Open();
        return connection.Scalar<long>("SELECT count(*) FROM login_sources WHERE user_name = $user AND source = $source", ("$user", user), ("$source", source)) > 0;
    }

    /// <summary>Ends the caller's session.</summary>
    public void End(Actor actor)
    {
        if (actor.Session is not { } session) return;
        database.Change(change =>
        {
            change.Run("DELETE FROM sessions WHERE id = $id", ("$id", session));
            audit.Write(change, actor, "session.end", session);
        });
    }

    /// <summary>Within a change: whether what the person has proven counts still.</summary>
    public static bool IsProven(SqliteTransaction change, Identity person) =>
        person.Password is not { } password || change.Scalar<long>("SELECT count(*) FROM users WHERE name = $user AND password = $password AND disabled = 0", ("$user", person.User), ("$password", password)) > 0;

    /// <summary>Within a change: a request that was let in some time ago is refused when its session or token has ended, or has lost the role, since then.</summary>
    public static void Require(SqliteTransaction change, Actor actor, Roles role, DateTimeOffset now)
    {
        bool isToken = actor.Name.StartsWith(Actor.TokenPrefix, StringComparison.Ordinal);
        // Control itself, at the machine.
        if (actor.Session is null && !isToken) return;
        List<Roles> standing = isToken
            ? change.List("SELECT roles FROM tokens WHERE name = $name AND revoked IS NULL AND ends > $now", row => RoleWords.Read(row.GetString(0)), ("$name", actor.Name[Actor.TokenPrefix.Length..]), ("$now", now))
            : change.List("SELECT u.roles FROM sessions s JOIN users u ON u.name = s.user_name WHERE s.id = $id AND s.ends > $now AND u.disabled = 0", row => RoleWords.Read(row.GetString(0)), ("$id", actor.Session), ("$now", now));
        if (standing is not [var roles]) throw new Refused(StatusCodes.Status401Unauthorized, "login-needed", "the login ended while this was under way", "exeat login URL");
        if (!roles.HasFlag(role)) throw new Refused(StatusCodes.Status403Forbidden, "role-needed", $"{actor.Name} has not the role {RoleWords.Of(role)[0]} any more", "ask somebody with the role admin for it");
    }

    /// <summary>Ends all of an account's but one; within a change.</summary>
    public static int EndAll(SqliteTransaction change, string user, string? but = null) =>
        change.Run("DELETE FROM sessions WHERE user_name = $user AND id IS NOT $but", ("$user", user), ("$but", but));
}
