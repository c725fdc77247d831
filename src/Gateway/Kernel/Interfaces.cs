using System.Collections.Frozen;
using Exeat.Linux;
using Exeat.Names;

namespace Exeat.Gateway.Kernel;

/// <summary>Which interface index is which, and which addresses are the gateway's own: packets carry numbers, documents carry names. Read by any thread, replaced whole.</summary>
internal sealed class Interfaces
{
    private volatile FrozenDictionary<int, string> _inside = FrozenDictionary<int, string>.Empty;
    private volatile FrozenSet<Address> _own = FrozenSet<Address>.Empty;

    /// <summary>Looks the inside interfaces and own addresses up again, at start and when links change.</summary>
    public void Refresh(IReadOnlyCollection<string> inside, LinkTable links)
    {
        Set(links.Links().Where(l => inside.Contains(l.Name)).Select(l => KeyValuePair.Create(l.Index, l.Name)));
        _own = links.Addresses().Select(a => a.IsV6 ? Address.V6(a.Bits) : Address.V4((uint)a.Bits)).ToFrozenSet();
    }

    /// <summary>Sets the inside interfaces by number.</summary>
    public void Set(IEnumerable<KeyValuePair<int, string>> inside) => _inside = inside.ToFrozenDictionary();

    public bool IsInside(int index) => _inside.ContainsKey(index);

    /// <summary>Whether an address is one of this machine's (or namespace's).</summary>
    public bool IsOwnAddress(Address address) => _own.Contains(address);

    /// <summary>The agent attached to an interface when it is the only one there; −1 otherwise.</summary>
    public int AgentOn(int index, Snapshot snapshot)
    {
        if (!_inside.TryGetValue(index, out string? name)) return -1;
        int found = -1;
        var agents = snapshot.Policy.Agents;
        for (int i = 0; i < agents.Length; i++)
        {
            if (agents[i].Interface != name) continue;
            if (found >= 0) return -1;
            found = i;
        }
        return found;
    }
}
