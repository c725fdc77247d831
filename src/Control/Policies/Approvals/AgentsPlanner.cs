using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Exeat.Api.Control;
using Exeat.Control.Agents;
using Exeat.Control.Http;
using Exeat.Policy;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Policies;

/// <summary>
/// Says what another agents document does: whom it concerns, and whether the gateway comes under another policy by it. Who moves an agent out of a class changes what the agent may do as much as who changes the class's policy.
/// </summary>
internal sealed class AgentsPlanner(AgentsBook book)
{
    /// <summary>The kind of such a change.</summary>
    public const string Kind = "agents";

    public ChangePlan Plan(SqliteConnection connection, PolicyChange change, string document)
    {
        string id = change.On!.Target;
        if (change.Agents != Sha256(document)) throw new InvalidOperationException($"the agents document of {id} is not the one that the change names");
        AgentsVersion? newest = AgentsBook.Newest(connection, id);
        if ((newest?.Number ?? 0) != change.Replaces) throw Refused.Conflict($"the agents of {id} have changed meanwhile", $"look at exeat agents show {id}, and ask again");
        AgentsDocument? before = newest is null ? null : book.Document(newest);
        AgentsDocument after = AgentsBook.Check(document);
        var difference = AgentsDifference.Of(before?.Agents ?? [], after.Agents);
        List<string> notes = [.. difference.Sentences];
        if (before is null) notes.Insert(0, $"control has no agents document of gateway {id} yet: whom it concerns cannot be told");
        IReadOnlyDictionary<AssignmentTarget, Assignment> current = Assignments.Current(connection);
        Resolution old = Precedence.Of(new FleetGateway(id, before, null, []), current), now = Precedence.Of(new FleetGateway(id, after, null, []), current);
        ImmutableSortedSet<string> classes = difference.Classes;
        if (now.Conflict is { } conflict) notes.Add(conflict);
        else if ((old.Assignment?.Policy, old.Assignment?.Version) != (now.Assignment?.Policy, now.Assignment?.Version))
        {
            notes.Add(now.Assignment is { } other ? $"gateway {id} comes under {other.Policy} {other.Version![..12]}, which {other.On} has" : $"nothing is assigned to gateway {id} any more: it keeps what it has");
            // All its agents come under another policy, those that stay as they are too.
            classes = classes.Union((before?.Agents ?? []).Concat(after.Agents).Select(agent => agent.Class).Where(name => name.Length > 0));
        }
        var effect = new ChangeEffect { Gateways = [id], Classes = [.. classes], Notes = DifferenceSentences.Bounded(notes) };
        return ChangePlanner.Whole(connection, change, effect, classes, touchesUnknown: before is null) with { Document = document };
    }

    /// <summary>What a change names a document by.</summary>
    public static string Sha256(string document) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(document)));
}
