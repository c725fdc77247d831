using System.Security.Cryptography;
using Exeat.Lab.Topology;
using Exeat.Lab.World;

namespace Exeat.Lab.Scenario;

/// <summary>One attempt to be made: an entry of the scenario, by one agent, in one family, with a mark of its own.</summary>
public sealed class PlannedAttempt
{
    /// <summary>The place that stands for another agent.</summary>
    public const string Peer = "peer";

    /// <summary>Plans one.</summary>
    public PlannedAttempt(ScenarioEntry entry, LabStep step, LabAgent agent, int family)
    {
        (Entry, Step, Agent, Family) = (entry, step, agent, family);
        Canary = $"canary-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))}";
        int at = entry.To.IndexOf('@', StringComparison.Ordinal);
        Name = at < 0 ? entry.To : entry.To[..at];
        string label = at < 0 ? "" : entry.To[(at + 1)..];
        Address = label == Peer
            ? PeerOf(agent).Address(family)
            : (label.Length == 0 ? WorldMap.Find(Name) : WorldMap.Places.FirstOrDefault(p => p.Label == label))?.Address(family)
                ?? throw new LabException($"scenario entry {entry.Id}: the world has no {entry.To}");
    }

    /// <summary>The line of the scenario.</summary>
    public ScenarioEntry Entry { get; }

    /// <summary>The stretch it is made in.</summary>
    public LabStep Step { get; }

    /// <summary>Who makes it.</summary>
    public LabAgent Agent { get; }

    /// <summary>4 or 6.</summary>
    public int Family { get; }

    /// <summary>The mark that it tries to carry out.</summary>
    public string Canary { get; }

    /// <summary>The name it asks for or claims; empty when it goes to an address.</summary>
    public string Name { get; }

    /// <summary>The address that it would arrive at.</summary>
    public string Address { get; }

    /// <summary>Its source address.</summary>
    public string Source => Agent.Address(Family);

    /// <summary>Whether something has to arrive: everything in monitor, what is permitted in enforce.</summary>
    public bool ShouldArrive => !Step.Enforces || Entry.IsPermitted;

    /// <summary>The destination for people.</summary>
    public string Destination => Family == 4 || Name.Length > 0 ? $"{Shown}:{Entry.Port} v{Family}" : $"[{Shown}]:{Entry.Port} v6";

    private string Shown => Name.Length == 0 ? Address : Entry.To.Contains('@', StringComparison.Ordinal) ? $"{Name} at {(Family == 6 ? $"[{Address}]" : Address)}" : Name;

    /// <summary>Another agent, to go sideways to: one that listens and counts.</summary>
    public static LabAgent PeerOf(LabAgent agent) => agent.Id == LabPlan.Agents[0].Id ? LabPlan.Agents[^1] : LabPlan.Agents[0];
}
