using Exeat.Api.Control;
using Exeat.Control.Http;
using Exeat.Control.Policies;
using Exeat.Policy;

namespace Exeat.Control.Agents;

/// <summary>Takes agents documents from people. One that concerns a class which needs a second person waits for them, as a policy would.</summary>
internal sealed class AgentsDesk(AgentsBook book, PolicyChanges changes, TimeProvider time)
{
    /// <summary>Makes the document the gateway's next version, or has it wait: then the version is 0.</summary>
    /// <exception cref="Refused">It has mistakes.</exception>
    public AgentsDocumentVersion Set(Actor actor, string gateway, string document, string message)
    {
        AgentsBook.Check(document);
        var change = new PolicyChange
        {
            Kind = AgentsPlanner.Kind,
            On = new AssignmentTarget("gateway", gateway),
            Replaces = book.Newest(gateway)?.Number ?? 0,
            Agents = AgentsPlanner.Sha256(document),
            Reason = message,
        };
        ChangeResult result = changes.Ask(change, actor, document);
        if (result.State == Approvals.Waiting) return new AgentsDocumentVersion(gateway, 0, document, actor.Name, message, time.GetUtcNow()) { Approval = result.Approval };
        return Form(book.Newest(gateway)!);
    }

    public static AgentsDocumentVersion Form(AgentsVersion version) => new(version.Gateway, version.Number, version.Document, version.Author, version.Message, version.Created);
}
