using Exeat.Control.Http;
using Exeat.Control.Storage;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.People;

/// <summary>Accounts with passwords in control's own database.</summary>
internal sealed class LocalAccounts(Database database, PasswordHash passwords) : IIdentitySource
{
    public async Task<Identity?> ProveAsync(string user, string password, CancellationToken cancel)
    {
        (Identity Identity, string Password)? found = Find(user);
        if (!await passwords.MatchesAsync(password, found?.Password, cancel) || found is not { } account) return null;
        if (passwords.IsOutdated(account.Password))
        {
            string renewed = await passwords.OfAsync(password, cancel);
            // Not audited: the password is the same.
            int changed = database.Change(change => change.Run("UPDATE users SET password = $renewed WHERE name = $name AND password = $old",
                ("$renewed", renewed), ("$name", account.Identity.User), ("$old", account.Password)));
            // Another login was faster, or the password was changed: only what stands there now can be proven.
            return changed == 1 ? account.Identity with { Password = renewed } : await ProveAsync(user, password, cancel);
        }
        return account.Identity with { Password = account.Password };
    }

    private (Identity Identity, string Password)? Find(string user)
    {
        using SqliteConnection connection = database.Open();
        return connection.List("SELECT name, roles, must_change, password FROM users WHERE name = $user AND disabled = 0",
            row => (new Identity(row.GetString(0), RoleWords.Read(row.GetString(1)), row.GetBoolean(2)), row.GetString(3)), ("$user", user)) is [var found] ? found : null;
    }
}
