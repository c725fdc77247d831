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
/// Says what another agents document does: whom it concerns, and what the gateway's agents come under by it. Who moves an agent out of a class changes what the agent may do as much as who changes the class's policy;
/// and who may change the policy of a gateway without that class must not do it just before an agent of the class comes there.
/// </summary>
internal sealed class AgentsPlanner(AgentsBook book, TimeProvider time)
{
    /// <summary>The kind of such a change.</summary>
    public const string Kind = "agents";

    public ChangePlan Plan(SqliteConnection connection, PolicyChange change, string document)
    {
        if (change.Agents != Sha256(document)) throw new InvalidOperationException($"the agents document of {change.On} is not the one that the change names");
        AgentsDocument after = AgentsBook.Check(document);
        ChangeReach reach = Look(connection, change, after, out List<string> notes);
        return ChangePlanner.Whole(connection, change, reach, later => Look(later, change, after, out _), [], notes) with { Document = document };
    }

    /// <summary>What a change names a document by.</summary>
    public static string Sha256(string document) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(document)));

    private ChangeReach Look(SqliteConnection connection, PolicyChange change, AgentsDocument after, out List<string> notes)
    {
        string id = change.On!.Target;
        AgentsVersion? newest = AgentsBook.Newest(connection, id);
        if ((newest?.Number ?? 0) != change.Replaces) throw Refused.Conflict($"the agents of {id} have changed meanwhile", $"look at exeat agents show {id}, and ask again");
        AgentsDocument? before = newest is null ? null : book.Document(newest);
        var difference = AgentsDifference.Of(before?.Agents ?? [], after.Agents);
        notes = [.. difference.Sentences];
        if (before is null) notes.Insert(0, $"control has no agents document of gateway {id} yet: whom it concerns cannot be told");
        IReadOnlyDictionary<AssignmentTarget, Assignment> current = Assignments.Current(connection);
        FleetGateway gateway = new(id, after, null, []);
        Resolution old = Precedence.Of(gateway with { Agents = before }, current), now = Precedence.Of(gateway, current);
        ImmutableSortedSet<string> classes = difference.Classes;
        if (now.Conflict is { } conflict) notes.Add(conflict);
        else if ((old.Assignment?.Policy, old.Assignment?.Version) != (now.Assignment?.Policy, now.Assignment?.Version))
        {
            notes.Add(now.Assignment is { } other ? $"gateway {id} comes under {other.Policy} {other.Version![..12]}, which {other.On} has" : $"nothing is assigned to gateway {id} any more: it keeps what it has");
            // All its agents come under another policy, those that stay as they are too.
            classes = classes.Union((before?.Agents ?? []).Concat(after.Agents).Select(agent => agent.Class).Where(name => name.Length > 0));
        }
        IEnumerable<string> windows = PolicyWindows.Active(connection, time.GetUtcNow()).Where(window => window.Touches(gateway)).Select(window => window.ToString());
        return new ChangeReach([id], [.. classes], [Version(connection, id, old, now), .. windows], TouchesUnknown: before is null);
    }

    // What DesiredPolicies gives the gateway then.
    private static string Version(SqliteConnection connection, string id, Resolution old, Resolution now)
    {
        if (now.Assignment is { } other) return $"gateway {id} runs {other.Policy} {other.Version}, which {other.On} has";
        // Where the newest has not reached it yet, the one before.
        string[] kept = [.. ((Assignment?[])[old.Assignment, Assignments.Kept(connection, id)]).OfType<Assignment>().Select(one => $"{one.Policy} {one.Version}").Distinct()];
        string why = now.Conflict is null ? "nothing is assigned to it" : "its classes have different versions";
        return kept.Length == 0 ? $"gateway {id} has no policy of control's: {why}" : $"gateway {id} keeps {string.Join(" or ", kept)}: {why}";
    }
}
