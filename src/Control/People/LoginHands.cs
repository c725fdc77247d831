using Exeat.Control.Http;
using Exeat.Control.Storage;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.People;

/// <summary>
/// In whose hands a login is beside its owner's: who made it, gave it a password, a role that changes something, or let it in again, and whoever had those in hand then. Two logins in one hand are no two persons,
/// until somebody else has confirmed that the login is its owner's.
/// </summary>
internal static class LoginHands
{
    /// <summary>The actor has the login in hand from now on. Control itself is the machine's owner, who is trusted.</summary>
    public static void Put(SqliteTransaction change, Actor actor, string login, DateTimeOffset now)
    {
        if (actor.Name == Actor.Control.Name || string.Equals(actor.Name, login, StringComparison.OrdinalIgnoreCase)) return;
        change.Run("INSERT INTO login_hands SELECT $login, $actor, $now UNION SELECT $login, held_by, $now FROM login_hands WHERE login = $actor ON CONFLICT DO NOTHING", ("$login", login), ("$actor", actor.Name), ("$now", now));
    }

    /// <summary>The others that have it in hand.</summary>
    public static List<string> Others(SqliteTransaction change, string login) => change.List("SELECT held_by FROM login_hands WHERE login = $login ORDER BY held_by", row => row.GetString(0), ("$login", login));

    /// <summary>All that have it in hand, the login itself among them.</summary>
    public static HashSet<string> Of(SqliteTransaction change, string login) => new([login, .. Others(change, login)], StringComparer.OrdinalIgnoreCase);

    /// <summary>What a person does about it.</summary>
    public static string Remedy(string account) => $"have another person with the role approver confirm the account (exeat control users confirm {account}), or do it at control's machine (exeat-control confirm {account} --config FILE)";

    /// <summary>Nobody else has it in hand any more; who had.</summary>
    public static List<string> Clear(SqliteTransaction change, string login)
    {
        List<string> had = Others(change, login);
        change.Run("DELETE FROM login_hands WHERE login = $login", ("$login", login));
        return had;
    }
}
