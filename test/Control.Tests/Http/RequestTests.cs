using System.Net;
using System.Net.Http.Json;
using System.Text;
using Exeat.Api.Control;

namespace Exeat.Control.Tests.Http;

public sealed class RequestTests
{
    [Fact]
    public async Task A_repeated_request_is_done_once_and_another_with_its_key_is_refused()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        HttpClient admin = control.WithRoles("admin");
        async Task<HttpResponseMessage> CheckAsync(HttpClient client, string key, string body)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/tokens") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
            request.Headers.Add("Idempotency-Key", key);
            return await client.SendAsync(request);
        }
        const string Ci = """{"name":"ci","roles":["viewer"],"days":1}""", Other = """{"name":"other","roles":["viewer"],"days":1}""";
        Assert.Equal(HttpStatusCode.Created, (await CheckAsync(admin, "k1", Ci)).StatusCode);
        // The answer has a secret, which is told once and kept nowhere.
        Assert.Equal("409 key-done", await ControlFixture.ProblemAsync(await CheckAsync(admin, "k1", Ci)));
        Assert.Equal("409 key-reused", await ControlFixture.ProblemAsync(await CheckAsync(admin, "k1", Other)));
        // Another caller's key is another key; what was refused is done when it is right.
        HttpClient second = control.WithRoles("admin");
        Assert.Equal("409 conflict", await ControlFixture.ProblemAsync(await CheckAsync(second, "k1", Ci)));
        Assert.Equal(HttpStatusCode.Created, (await CheckAsync(second, "k1", Other)).StatusCode);
        await control.JumpAsync(TimeSpan.FromHours(24));
        Assert.Equal("409 conflict", await ControlFixture.ProblemAsync(await CheckAsync(control.WithRoles("admin"), "k1", Ci)));
        Assert.Equal("400 invalid", await ControlFixture.ProblemAsync(await CheckAsync(control.WithRoles("admin"), new string('k', 129), Ci)));
    }

    [Fact]
    public async Task A_repeated_request_without_a_secret_has_the_same_answer()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        HttpClient auditor = control.WithRoles("auditor");
        async Task<string> CheckAsync(string key)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/audit/check");
            request.Headers.Add("Idempotency-Key", key);
            return await (await auditor.SendAsync(request)).Content.ReadAsStringAsync();
        }
        string first = await CheckAsync("a");
        control.Token("viewer");
        Assert.Equal(first, await CheckAsync("a"));
        Assert.NotEqual(first, await CheckAsync("b"));
    }

    [Theory]
    [InlineData("{", "400 invalid")]
    [InlineData("[]", "400 invalid")]
    [InlineData("""{"name":"x","roles":["viewer"],"days":1,"colour":"blue"}""", "400 invalid")]
    [InlineData("""{"name":null,"roles":["viewer"],"days":1}""", "400 invalid")]
    [InlineData("""{"name":"x","roles":["viewer"],"days":0}""", "400 invalid")]
    public async Task A_wrong_body_is_a_problem_with_a_remedy(string body, string problem)
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        Assert.Equal(problem, await ControlFixture.ProblemAsync(await control.WithRoles("admin").PostAsync("api/v1/tokens", new StringContent(body, Encoding.UTF8, "application/json"))));
    }

    [Fact]
    public async Task Other_mistakes_of_a_request_are_problems_too_and_no_answer_names_the_server()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        HttpClient admin = control.WithRoles("admin");
        Assert.Equal("413 too-large", await ControlFixture.ProblemAsync(await admin.PostAsync("api/v1/tokens", new StringContent(new string(' ', (1 << 20) + 1), Encoding.UTF8, "application/json"))));
        Assert.Equal("415 media-type", await ControlFixture.ProblemAsync(await admin.PostAsync("api/v1/tokens", new StringContent("{}", Encoding.UTF8, "text/plain"))));
        Assert.Equal("405 method", await ControlFixture.ProblemAsync(await admin.PutAsync("api/v1/tokens", new StringContent("{}", Encoding.UTF8, "application/json"))));
        Assert.Equal("404 not-found", await ControlFixture.ProblemAsync(await admin.GetAsync("api/v1/nothing")));
        HttpResponseMessage answer = await admin.GetAsync("api/v1/status");
        Assert.Equal(["max-age=31536000"], answer.Headers.GetValues("Strict-Transport-Security"));
        Assert.Equal(["nosniff"], answer.Headers.GetValues("X-Content-Type-Options"));
        Assert.False(answer.Headers.Contains("Server"));
        Assert.NotEmpty((await answer.Content.ReadFromJsonAsync(ControlJson.Default.ControlStatus))!.KeyFingerprint);
    }
}
