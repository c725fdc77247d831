using System.Net;
using System.Net.Http.Json;
using Exeat.Api.Control;
using Exeat.Control.Tests.Export;

namespace Exeat.Control.Tests.Alerts;

/// <summary>Channels by the API of a real control.</summary>
public sealed class AlertsApiTests
{
    [Fact]
    public async Task A_channel_is_made_tested_and_deleted_and_its_secret_is_never_said()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        await using HttpReceiver receiver = await HttpReceiver.StartAsync();
        HttpClient http = await AdminAsync(control);
        var api = new FlowsApi(http);
        AlertChannel made = await api.PutChannelAsync(new AlertChannel { Name = "hook", Kind = "webhook", Url = receiver.Url, Secret = "a secret of the channel", Private = true }, default);
        Assert.True(made.HasSecret);
        Assert.DoesNotContain("a secret of the channel", await http.GetStringAsync("api/v1/alert-channels"));
        TestOutcome outcome = await api.TestChannelAsync("hook", default);
        Assert.True(outcome.Delivered, outcome.Said);
        Assert.Equal("test", receiver.Got.Single().Headers["Exeat-Event"]);
        Assert.Equal(1, Assert.Single((await api.ChannelsAsync(default)).Items).Sent);
        Assert.Empty((await api.AlertsAsync(10, null, true, default)).Items);
        await api.DeleteChannelAsync("hook", default);
        ControlRefusedException refused = await Assert.ThrowsAsync<ControlRefusedException>(() => api.TestChannelAsync("hook", default));
        Assert.Equal(404, refused.Problem.Status);
        await Assert.ThrowsAsync<ControlRefusedException>(() => api.AlertsAsync(10, "no-such-event", false, default));
        await Assert.ThrowsAsync<ControlRefusedException>(() => api.PutChannelAsync(new AlertChannel { Name = "hook", Kind = "webhook", Url = "http://hooks.example/", Secret = "x" }, default));
    }

    [Fact]
    public async Task A_field_that_there_is_not_is_refused()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        HttpClient http = await AdminAsync(control);
        HttpResponseMessage answer = await http.PutAsync("api/v1/alert-channels/hook", new StringContent("{\"name\":\"hook\",\"kind\":\"webhook\",\"urll\":\"x\"}", System.Text.Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("urll", (await answer.Content.ReadFromJsonAsync(ControlJson.Default.ApiProblem))!.Detail);
    }

    private static async Task<HttpClient> AdminAsync(ControlFixture control) => await Administrator.ClientAsync(control);
}
