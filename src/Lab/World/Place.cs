using System.Collections.Immutable;

namespace Exeat.Lab.World;

/// <summary>One machine of the world: an address in each family and the names it answers to.</summary>
/// <param name="Label">A short word for tables.</param>
/// <param name="Address4">Its IPv4 address.</param>
/// <param name="Address6">Its IPv6 address.</param>
/// <param name="Names">Its names; <c>*.</c> in front stands for any depth of labels.</param>
public sealed record Place(string Label, string Address4, string Address6, ImmutableArray<string> Names)
{
    /// <summary>Its address in a family (4 or 6).</summary>
    public string Address(int family) => family == 4 ? Address4 : Address6;

    internal bool Answers(string name) => Names.Any(
        n => n.StartsWith("*.", StringComparison.Ordinal) ? name.EndsWith(n[1..], StringComparison.Ordinal) : n == name);
}
