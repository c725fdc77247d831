using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Exeat.Api.Control;
using Exeat.Control.Http;
using Exeat.Control.People;
using Exeat.Control.Storage;
using Exeat.Control.Tests.Policies;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Exeat.Control.Tests.Http;

/// <summary>A body may take minutes. A login that stood when the request was let in, and does not when its last byte comes, does nothing by it.</summary>
public sealed class HeldRequestTests
{
    private const string Token = """{"name":"forever","roles":["admin"],"days":366}""";

    private static readonly PolicyPublication Publication = new() { Upload = PolicyRoom.Upload(PolicyRoom.Web, "- {id: coding-1, class: coding}\n"), Message = "m" };

    [Theory]
    [InlineData("POST", "tokens", Token)]
    [InlineData("POST", "tokens", Token, "key")]
    [InlineData("PATCH", "users/mallory", """{"disabled":false,"roles":["admin","operator"]}""")]
    [InlineData("POST", "users", """{"name":"other","roles":["admin"]}""")]
    [InlineData("POST", "gateways/gw-1/enrolment", "  ", "key")]
    [InlineData("POST", "gateways/gw-1/revocation", """{"reason":"r"}""")]
    [InlineData("POST", "agents/coding-1/quarantine", """{"reason":"r"}""")]
    [InlineData("PUT", "gateways/gw-1/agents", """{"document":"apiVersion: exeat/v1\nkind: Agents\nagents: []\n","message":"m"}""")]
    [InlineData("PUT", "alert-channels/mine", """{"name":"mine","kind":"webhook","url":"https://hook.example/","secret":"0123456789abcdef0123456789abcdef","minSeverity":"warning","perMinute":10}""")]
    [InlineData("PUT", "forwarding/mine", """{"name":"mine","kind":"otlp","url":"https://records.example/"}""")]
    [InlineData("POST", "policies/prod/versions", null)]
    [InlineData("PUT", "classes/coding", """{"secondPerson":true,"reason":"r"}""")]
    public async Task Nobody_who_was_shut_out_meanwhile_does_anything_with_it(string method, string path, string? body, string? key = null)
    {
        body ??= JsonSerializer.Serialize(Publication, PoliciesJson.Default.PolicyPublication);
        await using ControlFixture control = await ControlFixture.StartAsync();
        PolicyPeople.AddGateway(control);
        foreach (string way in (string[])["disabled", "revoked", "without the role"])
        {
            string word = way == "without the role" ? "403 role-needed" : "401 login-needed";
            TokenSecret token = control.Host.Parts.GetRequiredService<Tokens>().Create(Actor.Control, new NewToken("stolen-" + way[0], ["admin", "operator"], 30));
            string name = "mallory" + way[0];
            HttpClient person = PolicyPeople.Person(control, name, "admin,operator"), caller = way == "revoked" ? control.With(token.Secret) : person;
            HeldRequest held = await HeldRequest.BeginAsync(caller, new HttpMethod(method), "api/v1/" + path.Replace("mallory", name, StringComparison.Ordinal), body, key);
            HttpClient admin = control.WithRoles("admin");
            using HttpResponseMessage shut = way switch
            {
                "revoked" => await admin.DeleteAsync($"api/v1/tokens/{token.Token.Id}"),
                "disabled" => await admin.PatchAsJsonAsync($"api/v1/users/{name}", new UserChange { Disabled = true }, ControlJson.Default.UserChange),
                _ => await admin.PatchAsJsonAsync($"api/v1/users/{name}", new UserChange { Roles = ["auditor"] }, ControlJson.Default.UserChange),
            };
            Assert.Equal(HttpStatusCode.OK, shut.StatusCode);
            long entries = Entries(control);
            Assert.Equal((way, word), (way, await ControlFixture.ProblemAsync(await held.EndAsync())));
            Assert.Equal(entries, Entries(control));
        }

        // The control: whoever stands does it.
        HeldRequest stands = await HeldRequest.BeginAsync(PolicyPeople.Person(control, "mallory", "admin,operator"), new HttpMethod(method), "api/v1/" + path, body, key);
        HttpResponseMessage answer = await stands.EndAsync();
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task An_answer_that_was_kept_is_not_told_to_a_login_that_ended_meanwhile()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        HttpClient auditor = PolicyPeople.Person(control, "mallory", "auditor");
        Assert.Equal(HttpStatusCode.OK, (await (await HeldRequest.BeginAsync(auditor, HttpMethod.Post, "api/v1/audit/check", "  ", "k")).EndAsync()).StatusCode);
        HeldRequest held = await HeldRequest.BeginAsync(auditor, HttpMethod.Post, "api/v1/audit/check", "  ", "k");
        PolicyPeople.Database(control).Change(change => change.Run("DELETE FROM sessions"));
        Assert.Equal("401 login-needed", await ControlFixture.ProblemAsync(await held.EndAsync()));
    }

    [Fact]
    public async Task Roles_count_as_they_are_when_the_body_has_come()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        PolicyPeople.AddGateway(control);
        HttpClient anna = PolicyPeople.Person(control, "anna", "operator,admin"), mallory = PolicyPeople.Person(control, "mallory", "viewer,approver");
        Assert.Equal(HttpStatusCode.OK, (await anna.PutAsJsonAsync("api/v1/classes/coding", new PolicyClassRequest(true, "customers"), PoliciesJson.Default.PolicyClassRequest)).StatusCode);
        HttpResponseMessage asked = await anna.PutAsJsonAsync("api/v1/classes/coding", new PolicyClassRequest(false, "not any more"), PoliciesJson.Default.PolicyClassRequest);
        string id = (await asked.Content.ReadFromJsonAsync(PoliciesJson.Default.ChangeResult))!.Approval!;
        // Rejecting is open to viewers, as whoever asked may take it back; the role is looked for within.
        HeldRequest held = await HeldRequest.BeginAsync(mallory, HttpMethod.Post, $"api/v1/approvals/{id}/reject", """{"reason":"r"}""");
        control.Host.Parts.GetRequiredService<Accounts>().Change(Actor.Control, "mallory", new UserChange { Roles = ["viewer"] });
        Assert.Equal("403 role-needed", await ControlFixture.ProblemAsync(await held.EndAsync()));
    }

    private static long Entries(ControlFixture control)
    {
        using SqliteConnection connection = PolicyPeople.Database(control).Open();
        return connection.Scalar<long>("SELECT max(seq) FROM audit");
    }
}
