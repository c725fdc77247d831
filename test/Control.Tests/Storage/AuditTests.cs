using System.Net.Http.Json;
using Exeat.Api.Control;
using Exeat.Control.Http;
using Exeat.Control.Storage;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Tests.Storage;

public sealed class AuditTests
{
    [Fact]
    public async Task Every_change_is_in_the_audit_log_with_who_and_what_and_pages_lose_none()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        HttpClient admin = await control.AdminAsync();
        for (int i = 0; i < 7; i++) await admin.PostAsJsonAsync("api/v1/tokens", new NewToken($"ci-{i}", ["viewer"], 1), ControlJson.Default.NewToken);
        HttpClient auditor = control.WithRoles("auditor");
        Page<AuditEntry> made = (await auditor.GetFromJsonAsync("api/v1/audit?action=token&actor=user:admin", ControlJson.Default.PageAuditEntry))!;
        Assert.Equal(Enumerable.Range(0, 7).Reverse().Select(i => $"token.create ci-{i} viewer"), made.Items.Select(entry => $"{entry.Action} {entry.Details["name"]} {entry.Details["roles"]}"));

        List<long> seen = [];
        for (string? cursor = ""; cursor is not null;)
        {
            Page<AuditEntry> page = (await auditor.GetFromJsonAsync($"api/v1/audit?limit=3&cursor={cursor}", ControlJson.Default.PageAuditEntry))!;
            seen.AddRange(page.Items.Select(entry => entry.Seq));
            cursor = page.Next;
        }
        Assert.Equal(Enumerable.Range(1, seen.Count).Reverse().Select(seq => (long)seq), seen);
        Assert.True(seen.Count > 10);
        Assert.Equal("400 invalid", await ControlFixture.ProblemAsync(await auditor.GetAsync("api/v1/audit?cursor=%21")));
        Assert.Equal("400 invalid", await ControlFixture.ProblemAsync(await auditor.GetAsync("api/v1/audit?limit=1001")));
    }

    [Fact]
    public async Task A_change_that_fails_leaves_no_entry_and_an_entry_goes_with_its_change()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        (Database database, AuditLog audit) = (Part<Database>(control), Part<AuditLog>(control));
        long before = Count(database);
        Assert.Throws<Refused>(() => database.Change(change =>
        {
            audit.Write(change, Actor.Control, "test.change", "x");
            throw Refused.Conflict("no", "no");
        }));
        Assert.Equal(before, Count(database));
    }

    [Fact]
    public async Task The_log_takes_no_change_and_a_forged_one_shows()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        (Database database, AuditLog audit) = (Part<Database>(control), Part<AuditLog>(control));
        for (int i = 0; i < 5; i++) database.Change(change => audit.Write(change, Actor.Control, "test.change", $"x{i}", ("n", $"{i}")));
        using SqliteConnection connection = database.Open();
        Assert.Null(AuditLog.FirstBroken(connection));
        Assert.Contains("never changed", Assert.Throws<SqliteException>(() => connection.Run("UPDATE audit SET actor = 'user:other' WHERE seq = 3")).Message, StringComparison.Ordinal);
        Assert.Contains("never changed", Assert.Throws<SqliteException>(() => connection.Run("DELETE FROM audit WHERE seq = 3")).Message, StringComparison.Ordinal);

        connection.Run("DROP TRIGGER audit_no_update");
        connection.Run("DROP TRIGGER audit_no_delete");
        foreach ((string forgery, string undo) in ((string, string)[])[
            ("UPDATE audit SET target = 'y' WHERE seq = 3", "UPDATE audit SET target = 'x1' WHERE seq = 3"),
            ("UPDATE audit SET time = '2020-01-01T00:00:00.000Z' WHERE seq = 3", "UPDATE audit SET time = (SELECT time FROM audit WHERE seq = 4) WHERE seq = 3"),
        ])
        {
            connection.Run(forgery);
            Assert.Equal(3, AuditLog.FirstBroken(connection));
            connection.Run(undo);
            Assert.Null(AuditLog.FirstBroken(connection));
        }
        connection.Run("DELETE FROM audit WHERE seq = 4");
        Assert.Equal(4, AuditLog.FirstBroken(connection));
    }

    private static T Part<T>(ControlFixture control) where T : notnull => (T)control.Host.Parts.GetService(typeof(T))!;

    private static long Count(Database database)
    {
        using SqliteConnection connection = database.Open();
        return connection.Scalar<long>("SELECT count(*) FROM audit");
    }
}
