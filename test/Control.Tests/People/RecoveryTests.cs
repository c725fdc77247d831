using System.Net;
using System.Net.Http.Json;
using Exeat.Api.Control;
using Exeat.Control.People;
using Exeat.Control.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Exeat.Control.Tests.People;

/// <summary>The last admin, the way back at the machine, the file of the first password, and what the audit log says of failed logins.</summary>
public sealed class RecoveryTests
{
    [Fact]
    public async Task The_last_admin_stays_and_who_lost_all_comes_back_at_the_machine_while_control_runs()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        HttpClient admin = await control.AdminAsync();
        foreach (UserChange change in (UserChange[])[new UserChange { Disabled = true }, new UserChange { Roles = ["operator"] }])
            Assert.Equal("409 conflict", await ControlFixture.ProblemAsync(await admin.PatchAsJsonAsync("api/v1/users/admin", change, ControlJson.Default.UserChange)));
        // An admin that cannot log in counts for nothing.
        await admin.PostAsJsonAsync("api/v1/users", new NewUser("anna", ["operator", "admin"]), ControlJson.Default.NewUser);
        await admin.PatchAsJsonAsync("api/v1/users/anna", new UserChange { Disabled = true }, ControlJson.Default.UserChange);
        Assert.Equal("409 conflict", await ControlFixture.ProblemAsync(await admin.PatchAsJsonAsync("api/v1/users/admin", new UserChange { Disabled = true }, ControlJson.Default.UserChange)));

        OneTimePassword back = await Recovery.RunAsync(control.Document, "ANNA", control.Time, new PasswordHash(64, 1)), made = await Recovery.RunAsync(control.Document, "zoe", control.Time, new PasswordHash(64, 1));
        Assert.Equal(("anna", "zoe"), (back.User, made.User));
        foreach (OneTimePassword one in (OneTimePassword[])[back, made])
        {
            Session session = await control.LoginAsync(one.User, one.Password);
            Assert.True(session.MustChangePassword);
            Assert.Contains("admin", session.Roles);
        }
        Assert.Equal([("control", "user.recover", "anna"), ("control", "user.create", "zoe")], Audit(control, "user").TakeLast(2).Select(row => (row.Actor, row.Action, row.Target)));
        foreach (string file in Directory.EnumerateFiles(control.Folder, "control.db*")) Assert.DoesNotContain(back.Password, System.Text.Encoding.Latin1.GetString(await ReadAsync(file)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_approver_is_confirmed_at_the_machine_and_the_next_one_by_them()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        HttpClient admin = await control.AdminAsync();
        async Task<OneTimePassword> MakeAsync(string name) =>
            (await (await admin.PostAsJsonAsync("api/v1/users", new NewUser(name, ["approver"]), ControlJson.Default.NewUser)).Content.ReadFromJsonAsync(ControlJson.Default.OneTimePassword))!;
        OneTimePassword berta = await MakeAsync("berta");
        OneTimePassword made = await MakeAsync("carla");
        Assert.Equal(["user:admin"], (await admin.GetFromJsonAsync("api/v1/users/berta", ControlJson.Default.User))!.InHandsOf);
        Assert.Equal("403 second-person-needed", await ControlFixture.ProblemAsync(await admin.PostAsync("api/v1/users/berta/confirmation", null)));
        await Assert.ThrowsAsync<ControlFailure>(() => Recovery.ConfirmAsync(control.Document, "nobody", control.Time));
        // Not before the password is its owner's.
        await Assert.ThrowsAsync<ControlFailure>(() => Recovery.ConfirmAsync(control.Document, "BERTA", control.Time));
        await OwnAsync("berta", berta);
        await OwnAsync("carla", made);
        Assert.Empty((await Recovery.ConfirmAsync(control.Document, "BERTA", control.Time)).InHandsOf);

        HttpClient second = control.With((await control.LoginAsync("berta", "five cats and a coat")).Token);
        User carla = (await (await second.PostAsync("api/v1/users/CARLA/confirmation", null)).Content.ReadFromJsonAsync(ControlJson.Default.User))!;
        Assert.Equal(("carla", 0), (carla.Name, carla.InHandsOf.Count));
        Assert.Equal([("control", "berta"), ("user:berta", "carla")], Audit(control, "user.confirm").Select(row => (row.Actor, row.Target)));

        async Task OwnAsync(string name, OneTimePassword given)
        {
            HttpClient own = control.With((await control.LoginAsync(name, given.Password)).Token);
            Assert.True((await own.PostAsJsonAsync("api/v1/whoami/password", new PasswordChange(given.Password, "five cats and a coat"), ControlJson.Default.PasswordChange)).IsSuccessStatusCode);
        }
    }

    [Fact]
    public async Task A_wrong_place_makes_no_second_control_and_a_name_that_is_none_is_refused()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        string elsewhere = ControlFixture.NewFolder();
        Assert.Equal(2, (await Assert.ThrowsAsync<ControlFailure>(() => Recovery.RunAsync(control.Document with { DataFolder = elsewhere }, "admin", control.Time))).Status);
        Assert.Empty(Directory.EnumerateFileSystemEntries(elsewhere));
        Directory.Delete(elsewhere);
        Assert.Equal(2, (await Assert.ThrowsAsync<ControlFailure>(() => Recovery.RunAsync(control.Document, "no such name", control.Time, new PasswordHash(64, 1)))).Status);
    }

    [Fact]
    public async Task The_file_of_the_first_password_is_gone_when_there_is_another()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        await control.LoginAsync("admin", control.FirstPassword);
        // Not yet: it still opens the way to a password of one's own.
        Assert.True(File.Exists(control.FirstLogin));
        HttpClient admin = await control.AdminAsync();
        Assert.False(File.Exists(control.FirstLogin));
        await control.RestartAsync();
        Assert.False(File.Exists(control.FirstLogin));
        admin.Dispose();

        await using ControlFixture other = await ControlFixture.StartAsync();
        HttpClient second = other.WithRoles("admin");
        await second.PostAsJsonAsync("api/v1/users", new NewUser("anna", ["operator"]), ControlJson.Default.NewUser);
        await second.PostAsync("api/v1/users/anna/password", null);
        Assert.True(File.Exists(other.FirstLogin));
        await second.PostAsync("api/v1/users/admin/password", null);
        Assert.False(File.Exists(other.FirstLogin));
    }

    [Fact]
    public async Task Failed_logins_are_on_the_audit_log_counted_and_no_flood_fills_it()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        Task<HttpResponseMessage> TryAsync(string user) => control.Nobody().PostAsJsonAsync("api/v1/sessions", new Login(user, "wrong"), ControlJson.Default.Login);
        for (int i = 0; i < control.Document.Limits.LoginsPerMinute; i++) Assert.Equal(HttpStatusCode.Unauthorized, (await TryAsync("Admin")).StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await TryAsync("admin")).StatusCode);
        await TryAsync("my secret password");
        FailedLogins failed = control.Host.Parts.GetRequiredService<FailedLogins>();
        for (int i = 0; i < 5_000; i++) failed.Count($"nobody-{i}", $"198.51.100.{i % 250}", refused: true);
        failed.Write();
        failed.Write();

        AuditEntry[] rows = [.. Audit(control, "login")];
        Assert.Equal([FailedLogins.Unknown, "admin"], rows.Select(row => row.Target).Order(StringComparer.Ordinal));
        AuditEntry known = rows.Single(row => row.Target == "admin");
        Assert.Equal(("10", "1", "127.0.0.1"), (known.Details["failed"], known.Details["refused"], known.Details["sources"]));
        AuditEntry unknown = rows.Single(row => row.Target == FailedLogins.Unknown);
        Assert.Equal(("1", "5000"), (unknown.Details["failed"], unknown.Details["refused"]));
        Assert.EndsWith("and more", unknown.Details["sources"], StringComparison.Ordinal);
        Assert.True(unknown.Details["sources"]!.Length < 200);
        Assert.DoesNotContain("secret", string.Join(' ', unknown.Details.Values), StringComparison.Ordinal);
    }

    private static IEnumerable<AuditEntry> Audit(ControlFixture control, string action)
    {
        using SqliteConnection connection = control.Host.Parts.GetRequiredService<Database>().Open();
        return AuditLog.List(connection, Control.Http.PageRequest.Of(1000, null), new AuditFilter(null, null, null, action, null)).Items.Reverse().ToArray();
    }

    private static async Task<byte[]> ReadAsync(string file)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy);
        return copy.ToArray();
    }
}
