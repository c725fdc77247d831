using System.Net;
using System.Text;
using Exeat.Control.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Exeat.Control.Tests.Http;

/// <summary>All endpoints of the people's door, asked by nobody and by each role alone. What is seen is docs/control/api-access.md.</summary>
public sealed class AccessTests
{
    private static readonly string[] Callers = ["nobody", .. RoleWords.All.Select(role => role.Word)];

    [Fact]
    public async Task Every_endpoint_is_open_to_whom_it_states_and_to_nobody_else()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        var table = new StringBuilder("""
            # Who may use which endpoint

            Seen by asking each endpoint of a running control as nobody and with a token of each role (`test/Control.Tests`, which compares this file). Every role is also viewer.
            `yes`: let in. `login`: refused with 401. `no`: refused with 403.


            """);
        table.Append("| endpoint | ").AppendJoin(" | ", Callers).Append(" |\n|---|").Insert(table.Length, "---|", Callers.Length).Append('\n');
        foreach ((string method, string pattern, Permission permission) in Endpoints(control))
        {
            table.Append("| `").Append(method).Append(' ').Append(pattern).Append("` |");
            foreach (string caller in Callers)
            {
                // A fresh secret each time: some endpoints end the caller's own.
                string seen = await AskAsync(caller == "nobody" ? control.Nobody() : control.WithRoles(caller), method, pattern);
                table.Append(' ').Append(seen).Append(" |");
                Roles has = caller == "nobody" ? Roles.None : RoleWords.Read(caller);
                string expected = permission.Needed == Roles.None || has.HasFlag(permission.Needed) ? "yes" : caller == "nobody" ? "login" : "no";
                Assert.True(expected == seen, $"{method} {pattern} as {caller}: {seen}, stated is {expected}");
            }
            table.Append('\n');
        }
        Golden.Compare("docs/control/api-access.md", table.ToString());
    }

    [Fact]
    public async Task A_secret_that_is_wrong_by_one_character_is_nobody()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        string secret = control.Token("admin");
        Assert.Equal("yes", await AskAsync(control.With(secret), "GET", "/api/v1/users"));
        Assert.Equal("login", await AskAsync(control.With(secret[..^1] + (secret[^1] == 'a' ? 'b' : 'a')), "GET", "/api/v1/users"));
        Assert.Equal("login", await AskAsync(control.With(Exeat.Control.People.BearerSecret.Make("exeat_t_")), "GET", "/api/v1/users"));
    }

    [Fact]
    public async Task Every_endpoint_states_who_may_use_it()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        Assert.Empty(Permissions.Unstated(control.Host.Endpoints));
        Assert.True(control.Host.Endpoints.Count > 10, "the endpoints are no longer found");
    }

    private static IEnumerable<(string Method, string Pattern, Permission Permission)> Endpoints(ControlFixture control) =>
        from endpoint in control.Host.Endpoints.OfType<RouteEndpoint>()
        let permission = endpoint.Metadata.GetMetadata<Permission>()!
        where permission.Door == Door.People
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []
        let pattern = "/" + endpoint.RoutePattern.RawText!.TrimStart('/')
        orderby pattern, method
        select (method, pattern, permission);

    private static async Task<string> AskAsync(HttpClient client, string method, string pattern)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), RoutePlace().Replace(pattern, match => match.Groups[1].Value == "documentName" ? "v1" : "x"));
        if (method is "POST" or "PUT" or "PATCH") request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        // Headers only: a live tail has no end.
        using HttpResponseMessage answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        string problem = answer.IsSuccessStatusCode ? "" : await ControlFixture.ProblemAsync(answer);
        Assert.False(answer.StatusCode == HttpStatusCode.InternalServerError, $"{method} {pattern} answers 500 to an empty request");
        return problem switch { "401 login-needed" => "login", "403 role-needed" => "no", _ => "yes" };
    }

    private static System.Text.RegularExpressions.Regex RoutePlace() => new(@"\{\*{0,2}(\w+)[^}]*\}");
}
