using System.Net;
using System.Net.Http.Json;
using Exeat.Api.Control;
using Microsoft.AspNetCore.Routing;

namespace Exeat.Control.Tests;

public sealed class ControlHostTests
{
    [Fact]
    public async Task It_starts_says_who_is_asking_and_stops()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        Assert.Equal(HttpStatusCode.NoContent, (await control.Nobody().GetAsync("api/v1/health")).StatusCode);
        HttpResponseMessage nobody = await control.Nobody().GetAsync("api/v1/whoami");
        Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);
        Assert.Equal(ApiProblem.MediaType, nobody.Content.Headers.ContentType!.MediaType);
        Assert.Equal("urn:exeat:problem:login-needed", (await nobody.Content.ReadFromJsonAsync(ControlJson.Default.ApiProblem))!.Type);

        Session session = await control.LoginAsync("admin", control.FirstPassword);
        Assert.True(session.MustChangePassword);
        Caller caller = (await control.With(session.Token).GetFromJsonAsync("api/v1/whoami", ControlJson.Default.Caller))!;
        Assert.Equal("user:admin", caller.Name);
        Assert.Equal(["viewer", "auditor", "operator", "approver", "admin"], caller.Roles);

        await control.RestartAsync();
        Assert.Equal(HttpStatusCode.OK, (await control.With(session.Token).GetAsync("api/v1/whoami")).StatusCode);
    }

    [Fact]
    public async Task A_folder_has_one_control()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        ControlFailure refused = await Assert.ThrowsAsync<ControlFailure>(() => ControlHost.StartAsync(control.Document, control.Time, _ => { }));
        Assert.Equal(3, refused.Status);
        Assert.Contains("is another exeat-control running on it?", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_of_the_peoples_door_is_answered_at_the_gateways_door()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await control.Nobody(address: 1).GetAsync("api/v1/health")).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await control.Nobody(address: 0).GetAsync("api/v1/health")).StatusCode);
    }

    [Fact]
    public void An_endpoint_that_does_not_state_who_may_use_it_is_found() =>
        Assert.Equal(["here"], Exeat.Control.Http.Permissions.Unstated([new Microsoft.AspNetCore.Http.Endpoint(null, null, "here")]));
}
