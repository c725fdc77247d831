using System.Collections.Concurrent;
using System.Collections.Immutable;
using Exeat.Names;

namespace Exeat.Gateway.Bindings;

/// <summary>
/// Which bound addresses are known to serve several owners: behind one of them the name in a hello is proven, and whom the server asks inside TLS is not (domain fronting, T12).
/// Written by the resolver, read by the packet thread without locks. As large as the book.
/// </summary>
/// <remarks>Known is what was answered to any agent: names of several registered domains, or an alias in another domain than the name (content networks). That nothing is known proves nothing.</remarks>
public sealed class SharedAddresses
{
    private readonly ConcurrentDictionary<Address, Use> _uses = new();
    private readonly Lock _gate = new();

    /// <summary>Whether the address is known to be shared.</summary>
    public bool Contains(Address address) => _uses.TryGetValue(address, out Use use) && use.IsShared;

    /// <summary>An agent was answered the address for a name, by an alias in another domain perhaps; <paramref name="isFirst"/>: its first name there.</summary>
    internal void Add(Address address, DomainName name, ImmutableArray<DomainName> via, bool isFirst)
    {
        string domain = name.RegisteredDomain;
        bool isAlias = !via.IsEmpty;
        lock (_gate)
        {
            Use before = _uses.TryGetValue(address, out Use use) ? use : new Use(domain, 0, false);
            _uses[address] = new Use(before.Domain, before.Agents + (isFirst ? 1 : 0), before.IsShared || isAlias || domain != before.Domain);
        }
    }

    /// <summary>An agent has no name there any more.</summary>
    internal void Remove(Address address)
    {
        lock (_gate)
        {
            if (!_uses.TryGetValue(address, out Use use)) return;
            if (use.Agents > 1) _uses[address] = use with { Agents = use.Agents - 1 };
            else _uses.TryRemove(address, out _);
        }
    }

    private readonly record struct Use(string Domain, int Agents, bool IsShared);
}
