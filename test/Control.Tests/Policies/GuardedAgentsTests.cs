using Exeat.Api.Control;
using Exeat.Control.Http;
using Exeat.Control.Policies;
using Exeat.Control.Storage;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Tests.Policies;

/// <summary>A class that needs a second person is not left, entered or emptied without one: by no change of agents, and by no assignment.</summary>
public sealed class GuardedAgentsTests : IDisposable
{
    private const string Coding = "- {id: coding-1, class: coding, interface: ag-1, addresses: [192.0.2.10], mac: \"02:00:5e:00:53:01\", labels: {team: blue}}\n";
    private const string Research = "- {id: research-1, class: research, interface: ag-2, addresses: [192.0.2.14, \"2001:db8:a:2::2\"]}\n";
    private const string Both = Coding + Research;

    private readonly PolicyRoom _room = new();

    public GuardedAgentsTests()
    {
        _room.Database.Change(change =>
        {
            foreach (string id in (string[])["gw-1", "gw-2"]) change.Run("INSERT INTO gateways (id, created, created_by) VALUES ($id, '', '')", ("$id", id));
        });
        Assert.Equal(1, Set(Both).Version);
        Assert.Equal("done", _room.Changes.Guard("coding", true, "customer code", PolicyRoom.Anna).State);
    }

    [Theory]
    [InlineData("out", "- {id: coding-1, class: research, interface: ag-1, addresses: [192.0.2.10], mac: \"02:00:5e:00:53:01\", labels: {team: blue}}\n" + Research, "goes from class coding to class research")]
    [InlineData("out, to none", "- {id: coding-1, interface: ag-1, addresses: [192.0.2.10], mac: \"02:00:5e:00:53:01\", labels: {team: blue}}\n" + Research, "goes from class coding to no class")]
    [InlineData("into", Coding + "- {id: research-1, class: coding, interface: ag-2, addresses: [192.0.2.14, \"2001:db8:a:2::2\"]}\n", "goes from class research to class coding")]
    [InlineData("removed", Research, "agent coding-1 of class coding is removed")]
    [InlineData("new", Both + "- {id: coding-2, class: coding, interface: ag-3, addresses: [192.0.2.18]}\n", "agent coding-2 of class coding is new")]
    [InlineData("renamed", "- {id: coding-9, class: coding, interface: ag-1, addresses: [192.0.2.10], mac: \"02:00:5e:00:53:01\", labels: {team: blue}}\n" + Research, "agent coding-9 of class coding is new")]
    // The box that was coding-1 would be research-1.
    [InlineData("seats swapped", "- {id: coding-1, class: coding, interface: ag-2, addresses: [192.0.2.14]}\n- {id: research-1, class: research, interface: ag-1, addresses: [192.0.2.10]}\n", "has another interface")]
    [InlineData("another address", "- {id: coding-1, class: coding, interface: ag-1, addresses: [192.0.2.11], mac: \"02:00:5e:00:53:01\", labels: {team: blue}}\n" + Research, "has another interface")]
    [InlineData("other labels", "- {id: coding-1, class: coding, interface: ag-1, addresses: [192.0.2.10], mac: \"02:00:5e:00:53:01\", labels: {team: red}}\n" + Research, "has another interface")]
    // Its box could take that address and be somebody else.
    [InlineData("a second name on its interface", Both + "- {id: research-2, class: research, interface: ag-1, addresses: [192.0.2.12], mac: \"02:00:5e:00:53:02\"}\n", "agent research-2 of class research is new")]
    public void Every_change_of_agents_that_concerns_the_class_waits(string kind, string agents, string said)
    {
        AgentsDocumentVersion asked = Set(agents);
        Assert.True(asked is { Version: 0, Approval: not null }, kind);
        Assert.Equal(1, _room.Agents.Newest("gw-1")!.Number);
        ApprovalEntry entry = Find(asked.Approval!);
        Assert.Equal(["coding"], entry.Classes);
        Assert.Contains(entry.Effect.Notes, note => note.Contains(said, StringComparison.Ordinal));
        Assert.Equal("second-person-needed", Assert.Throws<Refused>(() => Approve(entry, PolicyRoom.Anna)).Word);
        Assert.Equal(1, _room.Agents.Newest("gw-1")!.Number);

        List<string> told = [];
        _room.Agents.Changed += told.Add;
        Assert.Equal("done", Approve(entry, PolicyRoom.Berta).State);
        Assert.Equal((2, Head + agents, "user:anna"), (_room.Agents.Newest("gw-1")!.Number, _room.Agents.Newest("gw-1")!.Document, _room.Agents.Newest("gw-1")!.Author));
        Assert.Equal(["gw-1"], told);
        Assert.Equal(["user:anna approval.ask " + entry.Id, "user:anna approval.refuse " + entry.Id, "user:berta approval.approve " + entry.Id, "user:berta agents.set gw-1"], _room.Audit()[^4..]);
        // The document is not kept twice.
        using SqliteConnection connection = _room.Database.Open();
        Assert.Null(Approvals.Document(connection, entry.Id));
    }

    [Fact]
    public void What_concerns_other_classes_only_does_not_wait()
    {
        Assert.Equal(2, Set(Coding + "- {id: research-1, class: support, interface: ag-2, addresses: [192.0.2.15]}\n").Version);
        Assert.Equal(3, Set(Coding + "- {id: research-2, class: research, interface: ag-4, addresses: [192.0.2.30]}\n").Version);
        // A quarantine is an operator's own work, in the document too; and so is the order of lines.
        Assert.Equal(4, Set("- {id: research-2, class: research, interface: ag-4, addresses: [192.0.2.30]}\n" + Coding.Replace("class: coding,", "class: coding, quarantined: true,", StringComparison.Ordinal)).Version);
    }

    [Fact]
    public void A_gateway_whose_agents_control_does_not_know_waits_whatever_is_written()
    {
        AgentsDocumentVersion asked = Set(Research, "gw-2");
        Assert.Equal(0, asked.Version);
        Assert.Equal(["coding"], Find(asked.Approval!).Classes);
        Assert.Equal("done", Approve(Find(asked.Approval!), PolicyRoom.Berta).State);
        Assert.Equal(1, _room.Agents.Newest("gw-2")!.Number);
    }

    [Fact]
    public void An_agent_of_another_class_that_brings_the_gateway_under_another_policy_waits()
    {
        // Only coding agents, and a policy by their class; by default there is a looser one.
        Assert.Equal(2, Set(Coding).Version);
        _room.Gateway("gw-1", "coding-1:coding");
        string strict = _room.Publish(PolicyRoom.Web, "strict").Version, loose = _room.Publish(PolicyRoom.Web + "# loose\n", "loose").Version;
        Approve(Find(_room.Desk.Assign(PolicyRoom.Want(PolicyRoom.Class("coding"), "strict", strict), PolicyRoom.Anna).Approval!), PolicyRoom.Berta);
        Approve(Find(_room.Desk.Assign(PolicyRoom.Want(AssignmentTarget.Default, "loose", loose), PolicyRoom.Anna).Approval!), PolicyRoom.Berta);

        // research has none by class: with an agent of it the whole gateway falls to the default.
        AgentsDocumentVersion asked = Set(Both);
        Assert.Equal(0, asked.Version);
        Assert.Equal(["coding"], Find(asked.Approval!).Classes);
        Assert.Contains(Find(asked.Approval!).Effect.Notes, note => note.Contains("comes under loose", StringComparison.Ordinal));

        // The same from the side of assignments: what keeps the gateway from the default is not taken away by one person either.
        Assert.Equal("done", _room.Desk.Assign(PolicyRoom.Want(PolicyRoom.Class("research"), "strict", strict), PolicyRoom.Anna).State);
        Assert.Equal(3, Set(Both).Version);
        _room.Gateway("gw-1", "coding-1:coding", "research-1:research");
        Assert.Equal("waiting", _room.Desk.Clear(PolicyRoom.Want(PolicyRoom.Class("research")), PolicyRoom.Anna).State);
    }

    [Fact]
    public void Two_documents_that_wait_do_not_overwrite_each_other()
    {
        ApprovalEntry first = Find(Set(Research).Approval!), second = Find(Set(Coding.Replace("192.0.2.10", "192.0.2.11", StringComparison.Ordinal) + Research).Approval!);
        Approve(first, PolicyRoom.Berta);
        Assert.Equal(409, Assert.Throws<Refused>(() => Approve(second, PolicyRoom.Berta)).Status);
        Assert.Equal(2, _room.Agents.Newest("gw-1")!.Number);
        _room.Changes.Reject(second.Id, "late", PolicyRoom.Berta);
        using SqliteConnection connection = _room.Database.Open();
        Assert.Null(Approvals.Document(connection, second.Id));
    }

    [Fact]
    public void A_document_of_a_change_that_was_taken_back_is_never_sent()
    {
        const string Taken = "- {id: taken-back, class: research, interface: ag-7, addresses: [192.0.2.70]}\n", Next = "- {id: next, class: research, interface: ag-8, addresses: [192.0.2.80]}\n";
        Assert.Throws<InvalidOperationException>(() => _room.Database.Change(change =>
        {
            _room.Agents.Set(change, PolicyRoom.Anna, PolicyRoom.Anna.Name, "gw-1", Head + Both + Taken, "because", null);
            throw new InvalidOperationException("a full disk");
        }));
        Assert.DoesNotContain("taken-back", _room.Agents.Desired("gw-1"), StringComparison.Ordinal);
        // It gets the number that the other one had.
        Assert.Equal(2, Set(Both + Next).Version);
        Assert.Contains("\"next\"", _room.Agents.Desired("gw-1"), StringComparison.Ordinal);
        Assert.DoesNotContain("taken-back", _room.Agents.Desired("gw-1"), StringComparison.Ordinal);
        Assert.Equal(["coding-1", "research-1", "next"], _room.Agents.All().Where(one => one.Gateway == "gw-1").Select(one => one.Agent.Id));
    }

    [Fact]
    public void A_document_with_mistakes_is_refused_and_does_not_wait() =>
        Assert.Equal("document-refused", Assert.Throws<Refused>(() => Set("- {id: coding-1, class: coding}\n")).Word);

    public void Dispose() => _room.Dispose();

    private const string Head = "apiVersion: exeat/v1\nkind: Agents\nagents:\n";

    private AgentsDocumentVersion Set(string agents, string gateway = "gw-1") => _room.AgentsDesk.Set(PolicyRoom.Anna, gateway, Head + agents, "because");

    private ApprovalEntry Find(string id)
    {
        using SqliteConnection connection = _room.Database.Open();
        return Approvals.Find(connection, id)!;
    }

    private ChangeResult Approve(ApprovalEntry entry, Actor actor) => _room.Changes.Approve(entry.Id, new ApprovalDecision(entry.Hash, "fine"), actor);
}
