using System.Net.Http.Json;
using Exeat.Api.Control;
using Exeat.Control.Agents;
using Exeat.Control.Gateways;
using Exeat.Control.Http;
using Exeat.Policy;
using Microsoft.Extensions.DependencyInjection;

namespace Exeat.Control.Tests.Gateways;

/// <summary>Agents documents and quarantines, as a link gets them.</summary>
public sealed class QuarantineTests
{
    internal const string Agents = """
        apiVersion: exeat/v1
        kind: Agents
        agents:
        - {id: coding-1, class: coding, interface: ag-1, addresses: [192.0.2.10, "2001:db8:a:2::2"], mac: "02:00:5e:00:53:01", labels: {team: blue, tier: "1", "yes": "no"}}
        - {id: research-1, interface: ag-2, addresses: [192.0.2.14]}

        """;

    [Fact]
    public async Task A_quarantine_wakes_the_link_and_outlives_a_new_document_and_a_restart()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        LinkSide link = await LinkSide.EnrolAsync(control, agents: Agents);
        DesiredState before = await DesiredAsync(link, "", 0);
        Assert.DoesNotContain("quarantined", before.Agents!.Document, StringComparison.Ordinal);

        Task<DesiredState> waiting = DesiredAsync(link, before.Revision, 60);
        Book(control).Quarantine(LinkSide.Operator, "gw-1", "coding-1", "it asks for strange names");
        DesiredState after = await waiting.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System);
        Assert.NotEqual(before.Revision, after.Revision);
        Assert.Equal(["coding-1"], Quarantined(after));

        Desk(control).Set(LinkSide.Operator, "gw-1", Agents.Replace("[192.0.2.14]", "[192.0.2.18]", StringComparison.Ordinal), "research moves");
        Assert.Equal(["coding-1"], Quarantined(await DesiredAsync(link, "", 0)));
        await control.RestartAsync();
        using var again = new LinkSide(control, link.Own);
        Assert.Equal(["coding-1"], Quarantined(await DesiredAsync(again, "", 0)));

        Assert.True(Book(control).Release(LinkSide.Operator, "gw-1", "coding-1", "it was a test"));
        Assert.Empty(Quarantined(await DesiredAsync(again, "", 0)));
        link.Dispose();
    }

    [Fact]
    public void What_goes_to_a_gateway_says_the_same_as_what_people_wrote_and_has_the_hash_that_it_will_report()
    {
        AgentsDocument written = AgentsText.Read(Agents).Agents!;
        string text = AgentsText.Write(written, id => id == "research-1");
        AgentsDocument sent = AgentsText.Read(text).Agents!;
        Assert.Equal(written.Agents.Select(Line), sent.Agents.Select(agent => Line(agent with { Quarantined = false })));
        Assert.Equal([false, true], sent.Agents.Select(agent => agent.Quarantined));
        Assert.Equal(sent.Hash, AgentsText.Hash(text));
    }

    [Fact]
    public async Task A_document_with_mistakes_is_refused_with_their_places()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        using LinkSide link = await LinkSide.EnrolAsync(control, agents: Agents);
        Refused refused = Assert.Throws<Refused>(() => Desk(control).Set(LinkSide.Operator, "gw-1", Agents.Replace("192.0.2.14", "192.0.2.10", StringComparison.Ordinal), "a mistake"));
        Assert.Contains(refused.Problems!, problem => problem is { File: "agents.yaml", Line: 5 });
        Assert.Equal(1, Book(control).Newest("gw-1")!.Number);
    }

    [Fact]
    public async Task What_happens_to_gateways_is_told_once()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        List<GatewayEvent> heard = [];
        control.Host.Parts.GetRequiredService<GatewayEvents>().Happened += one =>
        {
            lock (heard) heard.Add(one);
        };
        using LinkSide link = await LinkSide.EnrolAsync(control, agents: Agents);
        Book(control).Quarantine(LinkSide.Operator, "gw-1", "coding-1", "a test");
        Book(control).Quarantine(LinkSide.Operator, "gw-1", "coding-1", "again");
        lock (heard) Assert.Equal([GatewayEventKind.Enrolled, GatewayEventKind.Quarantined], heard.Select(one => one.Kind));
    }

    private static AgentsDesk Desk(ControlFixture control) => control.Host.Parts.GetRequiredService<AgentsDesk>();

    private static AgentsBook Book(ControlFixture control) => control.Host.Parts.GetRequiredService<AgentsBook>();

    private static string Line(AgentDocument agent) => $"{agent.Id} {agent.Class} {agent.Interface} {string.Join(',', agent.Addresses)} {agent.Mac} {string.Join(',', agent.Labels)} {agent.Quarantined}";

    private static IEnumerable<string> Quarantined(DesiredState state)
    {
        AgentsDocument document = AgentsText.Read(state.Agents!.Document).Agents!;
        Assert.Equal(state.Agents.Hash, document.Hash);
        return document.Agents.Where(agent => agent.Quarantined).Select(agent => agent.Id);
    }

    private static async Task<DesiredState> DesiredAsync(LinkSide link, string have, int wait) =>
        (await link.Http.GetFromJsonAsync($"gateway/v1/desired?have={have}&wait={wait}", LinkJson.Default.DesiredState))!;
}
