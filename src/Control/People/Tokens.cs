using Exeat.Api.Control;
using Exeat.Control.Http;
using Exeat.Control.Storage;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.People;

/// <summary>Tokens of programs: with roles and an end, revoked at once, their secrets told once and kept as hashes.</summary>
internal sealed class Tokens(Database database, AuditLog audit, TimeProvider time)
{
    private const int MaxDays = 366, MaxStanding = 1000;

    public TokenSecret Create(Actor actor, NewToken wanted)
    {
        PeopleText.CheckName(wanted.Name);
        if (wanted.Days is < 1 or > MaxDays) throw Refused.Invalid($"days is {wanted.Days}", $"write 1 to {MaxDays}: a token that nobody misses should end by itself");
        string roles = PeopleText.Roles(wanted.Roles), secret = BearerSecret.Make(BearerSecret.TokenPrefix);
        DateTimeOffset now = time.GetUtcNow(), ends = now.AddDays(wanted.Days);
        string id = Guid.CreateVersion7(now).ToString();
        return database.Change(change =>
        {
            Sessions.Require(change, actor, Roles.Admin, now);
            if (change.Scalar<long>("SELECT count(*) FROM tokens WHERE name = $name", ("$name", wanted.Name)) > 0)
                throw Refused.Conflict($"there is a token {wanted.Name}, or was one", "take another name: it stands in the audit log");
            if (change.Scalar<long>("SELECT count(*) FROM tokens WHERE revoked IS NULL AND ends > $now", ("$now", now)) >= MaxStanding)
                throw Refused.Conflict($"{MaxStanding} tokens stand", "revoke some first");
            change.Run("INSERT INTO tokens (id, name, hash, roles, created, created_by, ends) VALUES ($id, $name, $hash, $roles, $now, $by, $ends)",
                ("$id", id), ("$name", wanted.Name), ("$hash", BearerSecret.Hash(secret)), ("$roles", roles), ("$now", now), ("$by", actor.Name), ("$ends", ends));
            LoginHands.Put(change, actor, Actor.TokenPrefix + wanted.Name, now);
            audit.Write(change, actor, "token.create", id, ("name", wanted.Name), ("roles", roles), ("ends", Sql.Text(ends)));
            return new TokenSecret(Find(change, id), secret);
        });
    }

    /// <summary>From now on it opens nothing. Again is no mistake.</summary>
    public ApiToken Revoke(Actor actor, string id) => database.Change(change =>
    {
        ApiToken found = Find(change, id);
        if (found.Revoked is not null) return found;
        change.Run("UPDATE tokens SET revoked = $now WHERE id = $id", ("$now", time.GetUtcNow()), ("$id", id));
        audit.Write(change, actor, "token.revoke", id, ("name", found.Name));
        return Find(change, id);
    });

    /// <summary>Tokens in the order in which they were made, revoked ones too.</summary>
    public Page<ApiToken> List(PageRequest page)
    {
        using SqliteConnection connection = database.Open();
        return page.Page(connection.List(Select + "WHERE id > $after ORDER BY id LIMIT $limit", Read, ("$after", page.After ?? ""), ("$limit", page.Limit + 1)), token => token.Id);
    }

    private const string Select = "SELECT id, name, roles, created, created_by, ends, last_used, revoked FROM tokens ";

    private static ApiToken Find(SqliteTransaction change, string id) => change.List(Select + "WHERE id = $id", Read, ("$id", id)) is [var found] ? found
        : throw Refused.NotFound($"token {id}", "exeat control tokens lists them");

    private static ApiToken Read(SqliteDataReader row) => new()
    {
        Id = row.GetString(0),
        Name = row.GetString(1),
        Roles = RoleWords.Of(RoleWords.Read(row.GetString(2))),
        Created = row.GetTime(3),
        CreatedBy = row.GetString(4),
        Ends = row.GetTime(5),
        LastUsed = row.GetTimeOrNull(6),
        Revoked = row.GetTimeOrNull(7),
    };
}
