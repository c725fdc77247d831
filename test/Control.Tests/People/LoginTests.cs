using System.Net;
using System.Net.Http.Json;
using Exeat.Api.Control;
using Exeat.Control.People;
using Microsoft.Extensions.Time.Testing;

namespace Exeat.Control.Tests.People;

public sealed class LoginTests
{
    private static Task<HttpResponseMessage> TryAsync(ControlFixture control, string user, string password) =>
        control.Nobody().PostAsJsonAsync("api/v1/sessions", new Login(user, password), ControlJson.Default.Login);

    [Fact]
    public async Task A_one_time_password_opens_nothing_but_the_way_to_ones_own()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        Session first = await control.LoginAsync("admin", control.FirstPassword);
        HttpClient client = control.With(first.Token);
        Assert.Equal("403 password-change-needed", await ControlFixture.ProblemAsync(await client.GetAsync("api/v1/users")));
        foreach (string weak in (string[])["short", "aaaaaaaaaaaaaaaa", "admin12345678"[..12], control.FirstPassword])
            Assert.Equal("400 invalid", await ControlFixture.ProblemAsync(await client.PostAsJsonAsync("api/v1/whoami/password", new PasswordChange(control.FirstPassword, weak), ControlJson.Default.PasswordChange)));
        Assert.Equal("403 password-wrong", await ControlFixture.ProblemAsync(await client.PostAsJsonAsync("api/v1/whoami/password", new PasswordChange("wrong", "four dogs and a hat"), ControlJson.Default.PasswordChange)));
        HttpClient admin = await control.AdminAsync();
        Assert.Equal(HttpStatusCode.OK, (await admin.GetAsync("api/v1/users")).StatusCode);
        Assert.Equal("401 login-needed", await ControlFixture.ProblemAsync(await client.GetAsync("api/v1/users")));
        Assert.Equal("401 login-failed", await ControlFixture.ProblemAsync(await TryAsync(control, "admin", control.FirstPassword)));
    }

    [Fact]
    public async Task Who_fails_too_often_waits_a_minute_and_keeps_nobody_else_out()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        for (int i = 0; i < control.Document.Limits.LoginsPerMinute; i++)
            Assert.Equal("401 login-failed", await ControlFixture.ProblemAsync(await TryAsync(control, "admin", $"guess {i}")));
        Assert.Equal("429 too-many-logins", await ControlFixture.ProblemAsync(await TryAsync(control, "admin", control.FirstPassword)));
        Assert.Equal("401 login-failed", await ControlFixture.ProblemAsync(await TryAsync(control, "nobody", "another account is another count")));
        await control.JumpAsync(TimeSpan.FromMinutes(1));
        await control.LoginAsync("admin", control.FirstPassword);
    }

    [Fact]
    public void Many_sources_lock_an_account_out_of_new_sources_for_a_minute_and_never_out_of_those_it_knows()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(57));
        var throttle = new LoginThrottle(time, perMinute: 10);
        int passed = Enumerable.Range(0, 1000).Count(i => throttle.TryTake("anna", $"198.51.{i / 250}.{i % 250}", isKnownSource: false));
        Assert.InRange(passed, 50, 60);
        Assert.False(throttle.TryTake("ANNA", "203.0.113.9", isKnownSource: false));
        Assert.True(throttle.TryTake("anna", "203.0.113.10", isKnownSource: true));
        Assert.True(throttle.TryTake("bert", "203.0.113.11", isKnownSource: false));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(throttle.TryTake("anna", "203.0.113.9", isKnownSource: false));
    }

    [Fact]
    public void One_source_has_a_count_for_all_accounts_and_an_IPv6_host_is_one_source()
    {
        var throttle = new LoginThrottle(new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(57)), perMinute: 10);
        Assert.Equal(50, Enumerable.Range(0, 200).Count(i => throttle.TryTake($"user{i}", "203.0.113.9", isKnownSource: false)));
        Assert.Equal("2001:db8:1:2::/64", LoginThrottle.SourceOf(IPAddress.Parse("2001:db8:1:2:3:4:5:6")));
        Assert.Equal("203.0.113.9", LoginThrottle.SourceOf(IPAddress.Parse("::ffff:203.0.113.9")));
    }

    [Fact]
    public async Task A_session_ends_by_time_without_use_by_logout_and_with_the_account()
    {
        await using ControlFixture control = await ControlFixture.StartAsync(document => document with { Limits = document.Limits with { SessionMinutes = 60, SessionIdleMinutes = 20 } });
        HttpClient admin = await control.AdminAsync();
        OneTimePassword made = (await (await admin.PostAsJsonAsync("api/v1/users", new NewUser("anna", ["operator"]), ControlJson.Default.NewUser)).Content.ReadFromJsonAsync(ControlJson.Default.OneTimePassword))!;
        async Task<HttpClient> AnnaAsync() => control.With((await control.LoginAsync("anna", made.Password)).Token);
        static async Task<HttpStatusCode> LooksAsync(HttpClient client) => (await client.GetAsync("api/v1/whoami")).StatusCode;

        HttpClient idle = await AnnaAsync(), busy = await AnnaAsync(), leaving = await AnnaAsync();
        Assert.Equal(HttpStatusCode.NoContent, (await leaving.DeleteAsync("api/v1/sessions/current")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await LooksAsync(leaving));
        for (int minutes = 0; minutes < 45; minutes += 15)
        {
            control.Time.Advance(TimeSpan.FromMinutes(15));
            Assert.Equal(HttpStatusCode.OK, await LooksAsync(busy));
            Assert.Equal(HttpStatusCode.OK, await LooksAsync(admin));
        }
        Assert.Equal(HttpStatusCode.Unauthorized, await LooksAsync(idle));
        control.Time.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal(HttpStatusCode.Unauthorized, await LooksAsync(busy));

        HttpClient last = await AnnaAsync();
        admin = control.With((await control.LoginAsync("admin", "four dogs and a hat")).Token);
        Assert.Equal(HttpStatusCode.OK, (await admin.PatchAsJsonAsync("api/v1/users/ANNA", new UserChange { Disabled = true }, ControlJson.Default.UserChange)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await LooksAsync(last));
        Assert.Equal("401 login-failed", await ControlFixture.ProblemAsync(await TryAsync(control, "anna", made.Password)));
    }
}
