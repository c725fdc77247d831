using Exeat.Names;

namespace Exeat.Gateway.Bindings;

/// <summary>One agent's share of the book: what is counted against its limits. Its lock covers every change of the agent's bindings.</summary>
internal sealed class AgentPage(int agent)
{
    private readonly Dictionary<DomainName, int> _addressesOf = [];

    public int Agent { get; } = agent;

    public Lock Gate { get; } = new();

    public HashSet<Address> Addresses { get; } = [];

    public int Count { get; private set; }

    /// <summary>Timestamp before which sweeping again is not worth it.</summary>
    public long NextSweep { get; set; }

    public int AddressesOf(DomainName name) => _addressesOf.GetValueOrDefault(name);

    public void Added(DomainName name)
    {
        Count++;
        _addressesOf[name] = AddressesOf(name) + 1;
    }

    public void Removed(DomainName name)
    {
        Count--;
        int left = AddressesOf(name) - 1;
        if (left > 0) _addressesOf[name] = left;
        else _addressesOf.Remove(name);
    }
}
