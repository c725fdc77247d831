using System.Collections.Immutable;
using Exeat.Policy;

namespace Exeat.Control.Agents;

/// <summary>What another agents document changes of who is who, and the classes that it concerns. A quarantine is not part of it: to set and lift one is an operator's own work.</summary>
/// <param name="Sentences">Each agent that changes, in words.</param>
/// <param name="Classes">The classes before and after of each of them, and of all who share an interface with one: a new agent there would be another name for the same box.</param>
internal sealed record AgentsDifference(ImmutableArray<string> Sentences, ImmutableSortedSet<string> Classes)
{
    public static AgentsDifference Of(ImmutableArray<AgentDocument> before, ImmutableArray<AgentDocument> after)
    {
        HashSet<string> linesBefore = [.. before.Select(Line)], linesAfter = [.. after.Select(Line)];
        Dictionary<string, AgentDocument> gone = before.Where(agent => !linesAfter.Contains(Line(agent))).ToDictionary(agent => agent.Id, StringComparer.Ordinal),
            come = after.Where(agent => !linesBefore.Contains(Line(agent))).ToDictionary(agent => agent.Id, StringComparer.Ordinal);
        HashSet<string> interfaces = [.. gone.Values.Concat(come.Values).Select(agent => agent.Interface).Where(name => name.Length > 0)];
        IEnumerable<AgentDocument> concerned = gone.Values.Concat(come.Values).Concat(before.Concat(after).Where(agent => interfaces.Contains(agent.Interface)));
        return new AgentsDifference([.. gone.Keys.Union(come.Keys).Order(StringComparer.Ordinal).Select(id => Sentence(gone.GetValueOrDefault(id), come.GetValueOrDefault(id)))],
            concerned.Select(agent => agent.Class).Where(name => name.Length > 0).ToImmutableSortedSet(StringComparer.Ordinal));
    }

    private static string Sentence(AgentDocument? gone, AgentDocument? come) => (gone, come) switch
    {
        (null, { } added) => $"agent {added.Id} of {ClassOf(added)} is new",
        ({ } removed, null) => $"agent {removed.Id} of {ClassOf(removed)} is removed",
        ({ } was, { } becomes) when was.Class != becomes.Class => $"agent {was.Id} goes from {ClassOf(was)} to {ClassOf(becomes)}",
        (_, { } same) => $"agent {same.Id} of {ClassOf(same)} has another interface, other addresses, MAC or labels",
        _ => "",
    };

    private static string ClassOf(AgentDocument agent) => agent.Class.Length > 0 ? $"class {agent.Class}" : "no class";

    // Everything by which a gateway knows an agent and a policy names one. None of these can hold a line break.
    private static string Line(AgentDocument agent) => string.Join('\n', agent.Id, agent.Class, agent.Interface, string.Join(' ', agent.Addresses.Select(address => address.ToString()).Order(StringComparer.Ordinal)), agent.Mac ?? "",
        string.Join('\n', agent.Labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}\n{label.Value}")));
}
