using System.Collections.Immutable;
using Exeat.Names;

namespace Exeat.Policy;

/// <summary>One way to belong to a SmartGroup. The fields that are not empty are conjoined; the entries within a field are alternatives.</summary>
public sealed record GroupSelector
{
    /// <summary>Addresses. As a destination: the address lies in one of them. As a source: so does an address of the agent.</summary>
    public ImmutableArray<Prefix> Cidrs { get; init; } = [];

    /// <summary>Agent classes.</summary>
    public ImmutableArray<string> Classes { get; init; } = [];

    /// <summary>Agent ids.</summary>
    public ImmutableArray<string> Agents { get; init; } = [];

    /// <summary>Labels: each key must be there with one of its values.</summary>
    public ImmutableArray<LabelSelector> Labels { get; init; } = [];

    /// <summary>Whether it asks who an agent is, not only where.</summary>
    public bool HasIdentity => !(Classes.IsEmpty && Agents.IsEmpty && Labels.IsEmpty);
}
