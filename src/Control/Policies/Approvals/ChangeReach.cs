using System.Collections.Immutable;

namespace Exeat.Control.Policies;

/// <summary>Whom a change touches, by what is there at a moment.</summary>
/// <param name="Gateways">The gateways.</param>
/// <param name="Classes">The classes of agents.</param>
/// <param name="Under">Of a change of agents: what they come under, in words.</param>
/// <param name="TouchesUnknown">Whether it cannot be told whom it touches: then it counts as touching every class.</param>
internal sealed record ChangeReach(ImmutableArray<string> Gateways, ImmutableArray<string> Classes, ImmutableArray<string> Under, bool TouchesUnknown)
{
    public bool Touches(string name) => TouchesUnknown || Classes.Contains(name);

    public bool IsSame(ChangeReach other) => TouchesUnknown == other.TouchesUnknown && Gateways.SequenceEqual(other.Gateways) && Classes.SequenceEqual(other.Classes) && Under.SequenceEqual(other.Under);
}
