using System.Security.Cryptography;
using Exeat.Api.Control;
using Exeat.Control.Http;
using Exeat.Control.Storage;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.People;

/// <summary>The accounts of people: made, changed, never deleted, so that a name in the audit log stays one person's.</summary>
internal sealed class Accounts(Database database, AuditLog audit, PasswordHash passwords, FirstLogin firstLogin, TimeProvider time)
{
    /// <summary>The first account's name.</summary>
    public const string FirstName = "admin";

    /// <summary>Accounts at most: a company's platform team has some dozens.</summary>
    private const int MaxAccounts = 10_000;

    private const int OneTimeBytes = 15;

    /// <summary>Makes the first account when there is none, with every role; its one-time password, or null when there are accounts.</summary>
    public async Task<OneTimePassword?> MakeFirstAsync(CancellationToken cancel)
    {
        using (SqliteConnection connection = database.Open())
        {
            if (connection.Scalar<long>("SELECT count(*) FROM users") > 0) return null;
        }
        return await CreateAsync(Actor.Control, new NewUser(FirstName, RoleWords.Of(RoleWords.Every)), cancel);
    }

    /// <summary>Makes an account with a one-time password.</summary>
    public async Task<OneTimePassword> CreateAsync(Actor actor, NewUser wanted, CancellationToken cancel)
    {
        PeopleText.CheckName(wanted.Name);
        string roles = PeopleText.Roles(wanted.Roles), password = MakeOneTime(), hash = await passwords.OfAsync(password, cancel);
        database.Change(change =>
        {
            Sessions.Require(change, actor, Roles.Admin, time.GetUtcNow());
            if (change.Scalar<long>("SELECT count(*) FROM users WHERE name = $name", ("$name", wanted.Name)) > 0)
                throw Refused.Conflict($"there is an account {wanted.Name}", "take another name; accounts are disabled, not deleted, and can be enabled again");
            if (change.Scalar<long>("SELECT count(*) FROM users") >= MaxAccounts) throw Refused.Conflict($"there are {MaxAccounts} accounts", "this is the most that control keeps");
            change.Run("INSERT INTO users (name, password, must_change, roles, created, changed) VALUES ($name, $password, 1, $roles, $now, $now)",
                ("$name", wanted.Name), ("$password", hash), ("$roles", roles), ("$now", time.GetUtcNow()));
            LoginHands.Put(change, actor, Actor.PersonPrefix + wanted.Name, time.GetUtcNow());
            audit.Write(change, actor, "user.create", wanted.Name, ("roles", roles));
        });
        return new OneTimePassword(wanted.Name, password);
    }

    /// <summary>Roles, or the right to log in. The last one who can give roles keeps theirs.</summary>
    public User Change(Actor actor, string name, UserChange wanted)
    {
        string? roles = wanted.Roles is null ? null : PeopleText.Roles(wanted.Roles);
        return database.Change(change =>
        {
            Sessions.Require(change, actor, Roles.Admin, time.GetUtcNow());
            User before = Find(change, name);
            change.Run("UPDATE users SET roles = coalesce($roles, roles), disabled = coalesce($disabled, disabled), changed = $now WHERE name = $name",
                ("$roles", roles), ("$disabled", wanted.Disabled), ("$now", time.GetUtcNow()), ("$name", name));
            if (change.Scalar<long>("SELECT count(*) FROM users WHERE disabled = 0 AND ',' || roles || ',' LIKE '%,admin,%'") == 0)
                throw Refused.Conflict($"{before.Name} is the last account with the role admin that can log in", "give the role to another account first");
            // Roles are read at each request, so sessions go on with the new ones.
            if (wanted.Disabled == true) Sessions.EndAll(change, name);
            Roles gained = RoleWords.Read(roles ?? "") & ~RoleWords.Read(string.Join(',', before.Roles));
            if ((gained & RoleWords.Acting) != Roles.None || (before.Disabled && wanted.Disabled == false)) LoginHands.Put(change, actor, Actor.PersonPrefix + before.Name, time.GetUtcNow());
            User after = Find(change, name);
            audit.Write(change, actor, "user.change", after.Name, ("roles before", string.Join(',', before.Roles)), ("roles", string.Join(',', after.Roles)),
                ("disabled before", before.Disabled ? "yes" : "no"), ("disabled", after.Disabled ? "yes" : "no"));
            return after;
        });
    }

    /// <summary>A new one-time password for somebody who lost theirs; their sessions end.</summary>
    public async Task<OneTimePassword> ResetPasswordAsync(Actor actor, string name, CancellationToken cancel)
    {
        string password = MakeOneTime(), hash = await passwords.OfAsync(password, cancel);
        OneTimePassword made = database.Change(change =>
        {
            Sessions.Require(change, actor, Roles.Admin, time.GetUtcNow());
            User user = Find(change, name);
            Set(change, name, hash, isOneTime: true);
            Sessions.EndAll(change, name);
            LoginHands.Put(change, actor, Actor.PersonPrefix + user.Name, time.GetUtcNow());
            audit.Write(change, actor, "user.reset-password", user.Name);
            return new OneTimePassword(user.Name, password);
        });
        firstLogin.Forget(name);
        return made;
    }

    /// <summary>For whoever has the machine when nobody with the role admin can log in: the account has every role, can log in, and has a new one-time password. Made when it is not there.</summary>
    public async Task<OneTimePassword> RecoverAsync(string name, CancellationToken cancel)
    {
        bool isThere;
        using (SqliteConnection connection = database.Open()) isThere = connection.Scalar<long>("SELECT count(*) FROM users WHERE name = $name", ("$name", name)) > 0;
        if (!isThere) return await CreateAsync(Actor.Control, new NewUser(name, RoleWords.Of(RoleWords.Every)), cancel);
        string password = MakeOneTime(), hash = await passwords.OfAsync(password, cancel);
        OneTimePassword made = database.Change(change =>
        {
            User before = Find(change, name);
            change.Run("UPDATE users SET roles = $roles, disabled = 0 WHERE name = $name", ("$roles", string.Join(',', RoleWords.Of(RoleWords.Every))), ("$name", name));
            Set(change, name, hash, isOneTime: true);
            Sessions.EndAll(change, name);
            LoginHands.Clear(change, Actor.PersonPrefix + before.Name);
            audit.Write(change, Actor.Control, "user.recover", before.Name, ("roles before", string.Join(',', before.Roles)), ("disabled before", before.Disabled ? "yes" : "no"), ("where", "at the machine"));
            return new OneTimePassword(before.Name, password);
        });
        firstLogin.Forget(name);
        return made;
    }

    /// <summary>Somebody who never had the login in hand says that it is its owner's. Sessions of it end: whoever had it in hand may have begun one.</summary>
    public User Confirm(Actor actor, string name) => database.Change(change =>
    {
        Sessions.Require(change, actor, Roles.Approver, time.GetUtcNow());
        User user = Find(change, name);
        string login = Actor.PersonPrefix + user.Name;
        bool isMachine = actor.Name == Actor.Control.Name;
        if (!isMachine && actor.User is null) throw new Refused(StatusCodes.Status403Forbidden, "person-needed", $"{actor.Name} is no person", "confirm it with a login of your own: exeat login");
        if (!isMachine && LoginHands.Of(change, login).FirstOrDefault(LoginHands.Of(change, actor.Name).Contains) is { } both)
            throw new Refused(StatusCodes.Status403Forbidden, "second-person-needed", $"{both} has had {login} in hand, and {actor.Name} is no other person", LoginHands.Remedy(user.Name));
        if (user.MustChangePassword) throw Refused.Conflict($"{user.Name} has a one-time password, which whoever made it knows", "confirm the account when its owner has logged in and set a password of their own");
        if (LoginHands.Clear(change, login) is not { Count: > 0 } had) return user;
        Sessions.EndAll(change, user.Name);
        audit.Write(change, actor, "user.confirm", user.Name, ("in the hands of", string.Join(' ', had)), ("roles", string.Join(',', user.Roles)), ("where", isMachine ? "at the machine" : null));
        return Find(change, name);
    });

    /// <summary>The person's own new password; their other sessions end.</summary>
    public async Task ChangePasswordAsync(Actor actor, PasswordChange wanted, IIdentitySource source, CancellationToken cancel)
    {
        string name = actor.User ?? throw Refused.Invalid($"{actor.Name} has no password", "a token is replaced by a new one");
        PeopleText.CheckPassword(name, wanted.New, wanted.Current);
        if (await source.ProveAsync(name, wanted.Current, cancel) is not { } proven) throw Wrong();
        string hash = await passwords.OfAsync(wanted.New, cancel);
        database.Change(change =>
        {
            Sessions.Require(change, actor, Roles.None, time.GetUtcNow());
            if (!Sessions.IsProven(change, proven)) throw Wrong();
            Set(change, name, hash, isOneTime: false);
            Sessions.EndAll(change, name, but: actor.Session);
            audit.Write(change, actor, "user.password", name);
        });
        firstLogin.Forget(name);

        static Refused Wrong() => new(StatusCodes.Status403Forbidden, "password-wrong", "the current password is wrong", "try again, or ask somebody with the role admin for a new one");
    }

    /// <summary>The accounts by name.</summary>
    public Page<User> List(PageRequest page)
    {
        using SqliteConnection connection = database.Open();
        return page.Page(connection.List(Select + "WHERE u.name > $after ORDER BY u.name LIMIT $limit", Read,
            ("$now", time.GetUtcNow()), ("$after", page.After ?? ""), ("$limit", page.Limit + 1)), user => user.Name);
    }

    /// <summary>One account.</summary>
    public User Find(string name) => database.Change(change => Find(change, name));

    private const string Select = """
        SELECT u.name, u.roles, u.disabled, u.must_change, (SELECT count(*) FROM sessions s WHERE s.user_name = u.name AND s.ends > $now), u.created, u.last_login,
          (SELECT group_concat(held_by, ' ' ORDER BY held_by) FROM login_hands h WHERE h.login = 'user:' || u.name) FROM users u 
        """;

    private User Find(SqliteTransaction change, string name) => change.List(Select + "WHERE u.name = $name", Read, ("$now", time.GetUtcNow()), ("$name", name)) is [var found] ? found
        : throw Refused.NotFound($"account {name}", "exeat control users lists them");

    private static User Read(SqliteDataReader row) => new()
    {
        Name = row.GetString(0),
        Roles = RoleWords.Of(RoleWords.Read(row.GetString(1))),
        Disabled = row.GetBoolean(2),
        MustChangePassword = row.GetBoolean(3),
        Sessions = row.GetInt32(4),
        Created = row.GetTime(5),
        LastLogin = row.GetTimeOrNull(6),
        InHandsOf = row.GetTextOrNull(7)?.Split(' ') ?? [],
    };

    private void Set(SqliteTransaction change, string name, string hash, bool isOneTime) => change.Run("UPDATE users SET password = $hash, must_change = $oneTime, changed = $now WHERE name = $name",
        ("$hash", hash), ("$oneTime", isOneTime), ("$now", time.GetUtcNow()), ("$name", name));

    private static string MakeOneTime() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(OneTimeBytes));
}
