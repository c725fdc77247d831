using System.Net;
using System.Net.Http.Json;
using Exeat.Api.Control;
using Exeat.Control.People;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Tests.People;

public sealed class PeopleTests
{
    [Fact]
    public async Task Roles_hold_at_once_and_the_last_admin_stays()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        HttpClient admin = await control.AdminAsync();
        Assert.Equal("409 conflict", await ControlFixture.ProblemAsync(await admin.PatchAsJsonAsync("api/v1/users/admin", new UserChange { Roles = ["viewer"] }, ControlJson.Default.UserChange)));
        Assert.Equal("409 conflict", await ControlFixture.ProblemAsync(await admin.PatchAsJsonAsync("api/v1/users/admin", new UserChange { Disabled = true }, ControlJson.Default.UserChange)));
        Assert.Equal("400 invalid", await ControlFixture.ProblemAsync(await admin.PostAsJsonAsync("api/v1/users", new NewUser("anna", ["root"]), ControlJson.Default.NewUser)));
        Assert.Equal("400 invalid", await ControlFixture.ProblemAsync(await admin.PostAsJsonAsync("api/v1/users", new NewUser("an na", ["viewer"]), ControlJson.Default.NewUser)));
        Assert.Equal(HttpStatusCode.Created, (await admin.PostAsJsonAsync("api/v1/users", new NewUser("anna", ["admin"]), ControlJson.Default.NewUser)).StatusCode);
        Assert.Equal("409 conflict", await ControlFixture.ProblemAsync(await admin.PostAsJsonAsync("api/v1/users", new NewUser("Anna", ["viewer"]), ControlJson.Default.NewUser)));
        Assert.Equal(HttpStatusCode.OK, (await admin.PatchAsJsonAsync("api/v1/users/admin", new UserChange { Roles = ["viewer"] }, ControlJson.Default.UserChange)).StatusCode);
        Assert.Equal("403 role-needed", await ControlFixture.ProblemAsync(await admin.GetAsync("api/v1/users")));
    }

    [Fact]
    public async Task A_token_stands_until_its_end_or_until_it_is_revoked_and_its_secret_is_nowhere()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        HttpClient admin = await control.AdminAsync();
        async Task<TokenSecret> MakeAsync(string name) => (await (await admin.PostAsJsonAsync("api/v1/tokens", new NewToken(name, ["auditor"], 1), ControlJson.Default.NewToken)).Content.ReadFromJsonAsync(ControlJson.Default.TokenSecret))!;
        TokenSecret revoked = await MakeAsync("ci"), ending = await MakeAsync("nightly");
        Assert.StartsWith("exeat_t_", revoked.Secret, StringComparison.Ordinal);
        Assert.Equal(["viewer", "auditor"], revoked.Token.Roles);
        Assert.Equal(HttpStatusCode.OK, (await control.With(revoked.Secret).GetAsync("api/v1/audit")).StatusCode);
        Assert.Equal("403 role-needed", await ControlFixture.ProblemAsync(await control.With(revoked.Secret).GetAsync("api/v1/tokens")));
        Assert.Equal(HttpStatusCode.OK, (await admin.DeleteAsync($"api/v1/tokens/{revoked.Token.Id}")).StatusCode);
        Assert.Equal("401 login-needed", await ControlFixture.ProblemAsync(await control.With(revoked.Secret).GetAsync("api/v1/audit")));
        Assert.Equal("409 conflict", await ControlFixture.ProblemAsync(await admin.PostAsJsonAsync("api/v1/tokens", new NewToken("CI", ["viewer"], 1), ControlJson.Default.NewToken)));

        Page<ApiToken> listed = (await admin.GetFromJsonAsync("api/v1/tokens", ControlJson.Default.PageApiToken))!;
        Assert.NotNull(listed.Items.Single(token => token.Name == "ci").LastUsed);
        Assert.Null(listed.Items.Single(token => token.Name == "nightly").LastUsed);
        Assert.Equal(HttpStatusCode.OK, (await control.With(ending.Secret).GetAsync("api/v1/whoami")).StatusCode);
        await control.JumpAsync(TimeSpan.FromDays(1));
        Assert.Equal("401 login-needed", await ControlFixture.ProblemAsync(await control.With(ending.Secret).GetAsync("api/v1/whoami")));

        SqliteConnection.ClearAllPools();
        foreach (string file in Directory.EnumerateFiles(control.Folder, "control.db*"))
        {
            using var stream = File.Open(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
            string content = await reader.ReadToEndAsync();
            Assert.DoesNotContain(revoked.Secret, content, StringComparison.Ordinal);
            Assert.DoesNotContain("four dogs and a hat", content, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_secret_has_a_checksum_and_anything_else_is_none()
    {
        string secret = BearerSecret.Make(BearerSecret.TokenPrefix);
        Assert.Matches("^exeat_t_[0-9A-Za-z]{46}$", secret);
        Assert.True(BearerSecret.IsWellFormed(secret));
        for (int i = 0; i < secret.Length; i++)
        {
            Assert.False(BearerSecret.IsWellFormed(secret.AsSpan(0, i)));
            Assert.False(BearerSecret.IsWellFormed(secret[..i] + (secret[i] == 'x' ? 'y' : 'x') + secret[(i + 1)..]));
        }
    }

    [Fact]
    public async Task A_password_is_kept_as_a_PHC_string_that_says_how_it_was_made()
    {
        using var weak = new PasswordHash(64, 1);
        using var strong = new PasswordHash(128, 2);
        string phc = await weak.OfAsync("four dogs and a hat", default);
        Assert.Matches(@"^\$argon2id\$v=19\$m=64,t=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$", phc);
        Assert.NotEqual(phc, await weak.OfAsync("four dogs and a hat", default));
        Assert.True(await strong.MatchesAsync("four dogs and a hat", phc, default));
        Assert.False(await strong.MatchesAsync("four dogs and a cat", phc, default));
        Assert.False(await strong.MatchesAsync("four dogs and a hat", null, default));
        Assert.True(strong.IsOutdated(phc));
        Assert.False(weak.IsOutdated(phc));
    }
}
