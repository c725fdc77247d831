using Exeat.Control.People;
using Exeat.Control.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Exeat.Control.Tests.Policies;

/// <summary>A gateway and people with sessions, written straight into the database of a running control.</summary>
internal static class PolicyPeople
{
    public static Database Database(ControlFixture control) => control.Host.Parts.GetRequiredService<Database>();

    public static void AddGateway(ControlFixture control) => Database(control).Change(change =>
    {
        // Of the area of gateways; here in the one form that this area reads.
        change.Run("CREATE TABLE IF NOT EXISTS gateways (id TEXT PRIMARY KEY, created TEXT, created_by TEXT, revoked TEXT, policy_version_reported TEXT, report TEXT)");
        change.Run("CREATE TABLE IF NOT EXISTS agents_versions (gateway TEXT, number INTEGER, document TEXT, author TEXT, message TEXT, created TEXT)");
        string now = Sql.Text(control.Time.GetUtcNow());
        change.Run("INSERT INTO gateways (id, created, created_by) VALUES ('gw-1', $now, '')", ("$now", now));
        change.Run("INSERT INTO agents_versions VALUES ('gw-1', 1, $document, '', '', $now)",
            ("$now", now), ("$document", "apiVersion: exeat/v1\nkind: Agents\nagents:\n- {id: coding-1, class: coding, interface: veth0, addresses: [192.0.2.2]}\n"));
    });

    /// <summary>The secret of a new person's session.</summary>
    public static string Session(ControlFixture control, string name, string roles)
    {
        string secret = BearerSecret.Make(BearerSecret.SessionPrefix), now = Sql.Text(control.Time.GetUtcNow()), ends = Sql.Text(control.Time.GetUtcNow().AddHours(1));
        Database(control).Change(change =>
        {
            change.Run("INSERT INTO users (name, password, roles, created, changed) VALUES ($name, '', $roles, $now, $now)", ("$name", name), ("$roles", roles), ("$now", now));
            change.Run("INSERT INTO sessions (id, hash, user_name, created, last_used, ends, source) VALUES ($name, $hash, $name, $now, $now, $ends, '')", ("$name", name), ("$hash", BearerSecret.Hash(secret)), ("$now", now), ("$ends", ends));
        });
        return secret;
    }

    public static HttpClient Person(ControlFixture control, string name, string roles) => control.With(Session(control, name, roles));
}
