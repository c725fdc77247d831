using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Json;
using Exeat.Api.Control;
using Exeat.Control.Storage;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Tests.Policies;

/// <summary>No order of two changes, and no moment between finding out what one does and doing it, brings a guarded class under something that nobody approved.</summary>
public sealed class GuardedOrderTests : IAsyncLifetime
{
    private const string Research = "- {id: research-1, class: research, interface: ag-2, addresses: [192.0.2.14]}\n", Coding = "- {id: coding-9, class: coding, interface: ag-3, addresses: [192.0.2.18]}\n";
    private const string Moved = "- {id: research-1, class: coding, interface: ag-2, addresses: [192.0.2.14]}\n";

    private static readonly PolicyWindowRequest Glass = new() { Agents = ["research-1"], Names = ["anything.example.org"], Ports = [443], Minutes = 30, Reason = "because" };

    private ControlFixture _control = null!;
    private HttpClient _anna = null!, _berta = null!;
    private string _strict = "", _loose = "";

    /// <summary>gw-2 has agents of class research only; class coding needs a second person. Anna does what she likes with the one, Berta approves for the other.</summary>
    public async ValueTask InitializeAsync()
    {
        _control = await ControlFixture.StartAsync();
        PolicyPeople.AddGateway(_control);
        PolicyPeople.Database(_control).Change(change => change.Run("INSERT INTO gateways (id, created, created_by) VALUES ('gw-2', '', '')"));
        (_anna, _berta) = (PolicyPeople.Person(_control, "anna", "operator,admin"), PolicyPeople.Person(_control, "berta", "approver"));
        _strict = await PublishAsync("strict", PolicyRoom.Web);
        _loose = await PublishAsync("loose", PolicyRoom.Web.Replace("[www.example.org]", "[www.example.org, \"*.example.com\"]", StringComparison.Ordinal));
        Assert.Equal("done", await AssignAsync("strict", AssignmentTarget.Default));
        Assert.Equal(HttpStatusCode.OK, (await SetAsync(Research)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await _anna.PutAsJsonAsync("api/v1/classes/coding", new PolicyClassRequest(true, "customers"), PoliciesJson.Default.PolicyClassRequest)).StatusCode);
    }

    public ValueTask DisposeAsync() => _control.DisposeAsync();

    [Fact]
    public async Task A_policy_assigned_while_agents_of_the_class_wait_makes_them_stale_and_is_shown_when_asked_again()
    {
        ApprovalEntry waits = await AskAsync(Research + Coding);
        Assert.Contains(waits.Effect.Under, line => line.Contains($"strict {_strict}", StringComparison.Ordinal) && line.Contains("default", StringComparison.Ordinal));
        Assert.Equal("done", await AssignAsync("loose", PolicyRoom.Of("gw-2")));
        Assert.Equal("409 approval-stale", await ControlFixture.ProblemAsync(await ApproveAsync(waits)));
        Assert.Equal(1, Agents());

        ApprovalEntry again = await AskAsync(Research + Coding);
        Assert.Contains(again.Effect.Under, line => line.Contains($"loose {_loose}", StringComparison.Ordinal) && line.Contains("gateway gw-2", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, (await ApproveAsync(again)).StatusCode);
        Assert.Equal(2, Agents());
    }

    [Theory, InlineData("break-glass"), InlineData("monitor-windows")]
    public async Task A_window_opened_for_an_agent_that_is_to_be_of_the_class_makes_it_stale_and_is_shown_when_asked_again(string kind)
    {
        ApprovalEntry waits = await AskAsync(Moved);
        Assert.Single(waits.Effect.Under);
        string window = (await OpenAsync(kind)).Window!;
        Assert.Equal("409 approval-stale", await ControlFixture.ProblemAsync(await ApproveAsync(waits)));

        ApprovalEntry again = await AskAsync(Moved);
        Assert.Contains(again.Effect.Under, line => line.Contains(window, StringComparison.Ordinal));
        // It ends, and what is there now is less than what was shown: that too is not what was approved.
        Assert.Equal(HttpStatusCode.NoContent, (await _anna.PostAsJsonAsync($"api/v1/{kind}/{window}/end", new ReasonRequest("r"), PoliciesJson.Default.ReasonRequest)).StatusCode);
        Assert.Equal("409 approval-stale", await ControlFixture.ProblemAsync(await ApproveAsync(again)));
        Assert.Equal(HttpStatusCode.OK, (await ApproveAsync(await AskAsync(Moved))).StatusCode);
    }

    [Fact]
    public async Task Where_classes_meet_what_the_gateway_keeps_is_part_of_what_is_approved()
    {
        ChangeResult asked = await AnswerAsync(await PostAsync("assignments", PolicyRoom.Want(PolicyRoom.Class("coding"), "strict", _strict)));
        Assert.Equal(HttpStatusCode.OK, (await ApproveAsync(await FindAsync(asked.Approval!))).StatusCode);
        Assert.Equal("done", await AssignAsync("loose", PolicyRoom.Class("research")));
        // Two classes with two versions: the gateway keeps what it had for research.
        ApprovalEntry waits = await AskAsync(Research + Coding);
        Assert.Contains(waits.Effect.Under, line => line.Contains($"loose {_loose}", StringComparison.Ordinal) && line.Contains("keeps", StringComparison.Ordinal));
        string looser = await PublishAsync("loose", PolicyRoom.Web.Replace("[www.example.org]", "[www.example.org, \"*.example.com\", \"*.example.org\"]", StringComparison.Ordinal));
        Assert.Equal("done", await AssignAsync("loose", PolicyRoom.Class("research"), looser));
        Assert.Equal("409 approval-stale", await ControlFixture.ProblemAsync(await ApproveAsync(waits)));
    }

    [Fact]
    public async Task What_waited_before_control_knew_of_this_can_be_looked_at_and_has_to_be_asked_for_anew()
    {
        ApprovalEntry waits = await AskAsync(Research + Coding);
        PolicyPeople.Database(_control).Change(change => change.Run("UPDATE policy_approvals SET effect = json_remove(effect, '$.under'), hash = $hash", ("$hash", new string('0', 64))));
        waits = await FindAsync(waits.Id);
        Assert.Empty(waits.Effect.Under);
        Assert.Equal("409 approval-stale", await ControlFixture.ProblemAsync(await ApproveAsync(waits)));
    }

    [Theory, InlineData("assignments"), InlineData("rollback"), InlineData("break-glass"), InlineData("monitor-windows")]
    public async Task What_is_found_out_before_agents_of_the_class_come_is_not_done_after_it(string what)
    {
        if (what == "rollback")
        {
            Assert.Equal("done", await AssignAsync("loose", PolicyRoom.Of("gw-2")));
            Assert.Equal("done", await AssignAsync("strict", PolicyRoom.Of("gw-2")));
        }
        HttpResponseMessage answer = await MeanwhileAsync(() => what switch
        {
            "assignments" => PostAsync(what, PolicyRoom.Want(PolicyRoom.Of("gw-2"), "loose", _loose)),
            "rollback" => PostAsync("assignments/rollback", PolicyRoom.Want(PolicyRoom.Of("gw-2"))),
            _ => PostWindowAsync(what),
        }, change => change.Run("INSERT INTO agents_versions SELECT gateway, 2, $document, author, message, created FROM agents_versions WHERE gateway = 'gw-2'", ("$document", Document(Moved))));
        // Found out late, it waits.
        Assert.True(answer.StatusCode is HttpStatusCode.Conflict or HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync());
        Assert.Equal(0, Count("SELECT count(*) FROM policy_windows"));
        Assert.Equal(what == "rollback" ? 2 : 0, Count("SELECT count(*) FROM policy_assignments WHERE scope = 'gateway'"));
    }

    [Fact]
    public async Task What_is_approved_is_not_done_when_another_policy_came_between()
    {
        ApprovalEntry waits = await AskAsync(Research + Coding);
        HttpResponseMessage answer = await MeanwhileAsync(() => ApproveAsync(waits), change => change.Run(
            "INSERT INTO policy_assignments (scope, target, kind, policy, version, actor, reason, time) VALUES ('gateway', 'gw-2', 'assign', 'loose', $version, 'user:anna', '', '2027-01-04T09:00:00.000Z')", ("$version", _loose)));
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Equal(1, Agents());
        // It waits still, and is stale.
        Assert.Equal("409 approval-stale", await ControlFixture.ProblemAsync(await ApproveAsync(waits)));
    }

    [Fact]
    public async Task What_came_between_and_concerns_other_gateways_is_no_hindrance()
    {
        HttpResponseMessage answer = await MeanwhileAsync(() => PostAsync("assignments", PolicyRoom.Want(PolicyRoom.Of("gw-2"), "loose", _loose)),
            change => change.Run("INSERT INTO agents_versions SELECT gateway, 2, $document, author, message, created FROM agents_versions WHERE gateway = 'gw-1'", ("$document", Document(Coding))));
        Assert.Equal("done", (await AnswerAsync(answer)).State);
    }

    // Nobody writes while this has its turn: what is asked is found out, and waits to be done.
    private async Task<HttpResponseMessage> MeanwhileAsync(Func<Task<HttpResponseMessage>> ask, Action<SqliteTransaction> other)
    {
        Task<HttpResponseMessage>? answer = null;
        await Task.Run(() => PolicyPeople.Database(_control).Change(change =>
        {
            answer = ask();
            Assert.False(answer.Wait(TimeSpan.FromSeconds(2)), "it was done without its turn");
            other(change);
        }), TestContext.Current.CancellationToken);
        return await answer!;
    }

    private async Task<string> PublishAsync(string name, string text)
    {
        var publication = new PolicyPublication { Upload = PolicyRoom.Upload(text, "- {id: coding-1, class: coding}\n"), Message = "a change" };
        HttpResponseMessage answer = await _anna.PostAsJsonAsync($"api/v1/policies/{name}/versions", publication, PoliciesJson.Default.PolicyPublication);
        return (await answer.Content.ReadFromJsonAsync(PoliciesJson.Default.PublishResult))!.Version;
    }

    private async Task<string> AssignAsync(string policy, AssignmentTarget on, string? version = null) =>
        (await AnswerAsync(await PostAsync("assignments", PolicyRoom.Want(on, policy, version ?? (policy == "strict" ? _strict : _loose))))).State;

    private Task<HttpResponseMessage> PostAsync(string path, AssignmentRequest request) => _anna.PostAsJsonAsync("api/v1/" + path, request, PoliciesJson.Default.AssignmentRequest);

    private Task<HttpResponseMessage> PostWindowAsync(string kind) =>
        _anna.PostAsJsonAsync("api/v1/" + kind, kind == "break-glass" ? Glass : Glass with { Names = [], Ports = [] }, PoliciesJson.Default.PolicyWindowRequest);

    private async Task<ChangeResult> OpenAsync(string kind) => await AnswerAsync(await PostWindowAsync(kind));

    private Task<HttpResponseMessage> SetAsync(string agents) => _anna.PutAsJsonAsync("api/v1/gateways/gw-2/agents", new AgentsUpload(Document(agents), "because"), FleetJson.Default.AgentsUpload);

    private async Task<ApprovalEntry> AskAsync(string agents)
    {
        HttpResponseMessage answer = await SetAsync(agents);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return await FindAsync((await answer.Content.ReadFromJsonAsync(FleetJson.Default.AgentsDocumentVersion))!.Approval!);
    }

    private async Task<ApprovalEntry> FindAsync(string id) => (await _berta.GetFromJsonAsync($"api/v1/approvals/{id}", PoliciesJson.Default.ApprovalEntry))!;

    private Task<HttpResponseMessage> ApproveAsync(ApprovalEntry entry) => _berta.PostAsJsonAsync($"api/v1/approvals/{entry.Id}/approve", new ApprovalDecision(entry.Hash, "seen"), PoliciesJson.Default.ApprovalDecision);

    private static async Task<ChangeResult> AnswerAsync(HttpResponseMessage answer)
    {
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync(PoliciesJson.Default.ChangeResult))!;
    }

    private long Agents() => Count("SELECT max(number) FROM agents_versions WHERE gateway = 'gw-2'");

    private long Count(string sql)
    {
        using SqliteConnection connection = PolicyPeople.Database(_control).Open();
        return connection.Scalar<long>(sql);
    }

    private static string Document(string agents) => "apiVersion: exeat/v1\nkind: Agents\nagents:\n" + agents;
}
