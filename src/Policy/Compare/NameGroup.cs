using Exeat.Names;

namespace Exeat.Policy;

/// <summary>All names that neither of two policies tells apart, by two witnesses and those that patterns spell.</summary>
internal sealed class NameGroup
{
    /// <summary>Names kept for showing.</summary>
    private const int MaxNames = 1000;

    /// <summary>Rules of each policy whose names match, by the policy's number.</summary>
    public required ulong[][] Named { get; init; }

    /// <summary>A name of the group.</summary>
    public DomainName First => Names[0];

    /// <summary>Another one; null when the group is one name.</summary>
    public DomainName? Second { get; private set; }

    /// <summary>Names of the group, one of each region.</summary>
    public List<DomainName> Names { get; } = [];

    public void Add(NameRegions.Witness witness)
    {
        if (Names.Count > 0) Second ??= witness.First;
        Second ??= witness.Second;
        if (Names.Count < MaxNames) Names.Add(witness.First);
    }
}
