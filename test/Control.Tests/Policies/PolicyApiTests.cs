using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Serialization.Metadata;
using Exeat.Api.Control;
using Exeat.Control.Policies;
using Exeat.Control.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Exeat.Control.Tests.Policies;

/// <summary>The same by HTTP, from publishing to a second person's yes.</summary>
public sealed class PolicyApiTests
{
    [Fact]
    public async Task Publish_assign_approve_and_break_the_glass()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        Database database = PolicyPeople.Database(control);
        PolicyPeople.AddGateway(control);
        HttpClient anna = PolicyPeople.Person(control, "anna", "viewer,operator,admin"), berta = PolicyPeople.Person(control, "berta", "viewer,approver"), viewer = PolicyPeople.Person(control, "vera", "viewer");

        var publication = new PolicyPublication { Upload = PolicyRoom.Upload(PolicyRoom.Web), Message = "first", Assign = PolicyRoom.Of("gw-1") };
        PublishResult published = await Post(anna, "policies/prod/versions", publication, PoliciesJson.Default.PolicyPublication, PoliciesJson.Default.PublishResult, HttpStatusCode.Created);
        Assert.Equal("done", published.Assignment!.State);
        await Post(anna, "policies/prod/versions", publication, PoliciesJson.Default.PolicyPublication, PoliciesJson.Default.PublishResult, HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.PostAsJsonAsync("api/v1/policies/prod/versions", publication, PoliciesJson.Default.PolicyPublication)).StatusCode);

        HttpResponseMessage wrong = await anna.PostAsJsonAsync("api/v1/policies/prod/versions", publication with { Upload = PolicyRoom.Upload("apiVersion: exeat/v1\nkind: Policy\nmode: x\n") }, PoliciesJson.Default.PolicyPublication);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.StatusCode);
        ApiProblem problem = (await wrong.Content.ReadFromJsonAsync(ControlJson.Default.ApiProblem))!;
        Assert.Equal(("urn:exeat:problem:policy-refused", "policy.yaml", 3), (problem.Type, problem.Problems![0].File, problem.Problems[0].Line));

        Page<PolicyVersionEntry> versions = (await viewer.GetFromJsonAsync("api/v1/policies/prod/versions", PoliciesJson.Default.PagePolicyVersionEntry))!;
        Assert.Equal(published.Version, Assert.Single(versions.Items).Version);
        PolicyFilesEntry files = (await viewer.GetFromJsonAsync("api/v1/policies/prod/versions/newest/files", PoliciesJson.Default.PolicyFilesEntry))!;
        Assert.Equal(PolicyRoom.Web, files.Files["policy.yaml"]);

        Assert.Equal(HttpStatusCode.OK, (await anna.PutAsJsonAsync("api/v1/classes/coding", new PolicyClassRequest(true, "customers"), PoliciesJson.Default.PolicyClassRequest)).StatusCode);
        var glass = new PolicyWindowRequest { Classes = ["coding"], Names = ["help.example.org"], Ports = [443], Minutes = 15, Reason = "the build is down" };
        ChangeResult waiting = await Post(anna, "break-glass", glass, PoliciesJson.Default.PolicyWindowRequest, PoliciesJson.Default.ChangeResult, HttpStatusCode.Accepted);
        ApprovalEntry entry = (await berta.GetFromJsonAsync($"api/v1/approvals/{waiting.Approval}", PoliciesJson.Default.ApprovalEntry))!;
        var yes = new ApprovalDecision(entry.Hash, "seen");
        Assert.Equal(HttpStatusCode.Forbidden, (await anna.PostAsJsonAsync($"api/v1/approvals/{entry.Id}/approve", yes, PoliciesJson.Default.ApprovalDecision)).StatusCode);
        ChangeResult done = await Post(berta, $"approvals/{entry.Id}/approve", yes, PoliciesJson.Default.ApprovalDecision, PoliciesJson.Default.ChangeResult, HttpStatusCode.OK);

        GatewayPolicyEntry gateway = Assert.Single((await viewer.GetFromJsonAsync("api/v1/assignments/gateways", PoliciesJson.Default.PageGatewayPolicyEntry))!.Items);
        Assert.Equal(("assigned", published.Version, true, done.Window), (gateway.State, gateway.BaseVersion, gateway.BreakGlass, Assert.Single(gateway.Windows)));
        PolicyCompositionEntry composed = (await viewer.GetFromJsonAsync($"api/v1/compositions/{gateway.Version}", PoliciesJson.Default.PolicyCompositionEntry))!;
        Assert.Equal((published.Version, "prod", done.Window), (composed.BaseVersion, Assert.Single(composed.Policies), Assert.Single(composed.Windows).Id));
        Assert.Contains($"break-glass-{done.Window}", composed.Document, StringComparison.Ordinal);
        Assert.Equal(gateway.Version, (await viewer.GetFromJsonAsync($"api/v1/compositions/{gateway.Version![..12]}", PoliciesJson.Default.PolicyCompositionEntry))!.Version);
        Assert.Equal(HttpStatusCode.BadRequest, (await viewer.GetAsync("api/v1/compositions/%25")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await viewer.GetAsync($"api/v1/compositions/{published.Version}")).StatusCode);
        database.Change(change => change.Run("UPDATE gateways SET policy_version_reported = $version", ("$version", gateway.Version)));
        AssignmentEntry assignment = Assert.Single((await viewer.GetFromJsonAsync("api/v1/assignments", PoliciesJson.Default.PageAssignmentEntry))!.Items);
        Assert.True(assignment.Applied);

        Assert.Equal(HttpStatusCode.NoContent, (await anna.PostAsJsonAsync($"api/v1/break-glass/{done.Window}/end", new ReasonRequest("mended"), PoliciesJson.Default.ReasonRequest)).StatusCode);
        Assert.False(Assert.Single((await viewer.GetFromJsonAsync("api/v1/assignments/gateways", PoliciesJson.Default.PageGatewayPolicyEntry))!.Items).BreakGlass);
        Assert.False(Assert.Single((await viewer.GetFromJsonAsync("api/v1/break-glass", PoliciesJson.Default.PagePolicyWindowEntry))!.Items).Active);
    }

    [Fact]
    public async Task Lists_have_pages_and_words_that_are_none_are_refused()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        PolicyPeople.AddGateway(control);
        PolicyPublishing publishing = control.Host.Parts.GetRequiredService<PolicyPublishing>();
        for (int i = 0; i < 3; i++)
            publishing.Publish("prod", new PolicyPublication { Upload = PolicyRoom.Upload(PolicyRoom.Web + $"# {i}\n", "- {id: coding-1, class: coding}\n"), Message = $"change {i}" }, PolicyRoom.Anna);
        HttpClient viewer = PolicyPeople.Person(control, "vera", "viewer");
        Page<PolicyVersionEntry> first = (await viewer.GetFromJsonAsync("api/v1/policies/prod/versions?limit=2", PoliciesJson.Default.PagePolicyVersionEntry))!;
        Page<PolicyVersionEntry> second = (await viewer.GetFromJsonAsync($"api/v1/policies/prod/versions?limit=2&cursor={first.Next}", PoliciesJson.Default.PagePolicyVersionEntry))!;
        Assert.Equal([3, 2, 1], first.Items.Concat(second.Items).Select(entry => entry.Number));
        Assert.Null(second.Next);
        foreach (string path in (string[])["policies/%2e%2e/versions", "policies/no/versions", "policies/prod/versions/zz", "policies/prod/versions?cursor=!", "approvals?state=x", "approvals/x"])
            Assert.InRange((int)(await viewer.GetAsync("api/v1/" + path)).StatusCode, 400, 404);
    }

    private static async Task<TAnswer> Post<TBody, TAnswer>(HttpClient client, string path, TBody body, JsonTypeInfo<TBody> form, JsonTypeInfo<TAnswer> answerForm, HttpStatusCode expected)
    {
        HttpResponseMessage answer = await client.PostAsJsonAsync("api/v1/" + path, body, form);
        Assert.True(answer.StatusCode == expected, $"{path}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        return (await answer.Content.ReadFromJsonAsync(answerForm))!;
    }
}
