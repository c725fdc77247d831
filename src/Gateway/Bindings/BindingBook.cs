using System.Collections.Concurrent;
using System.Collections.Immutable;
using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Gateway.Bindings;

/// <summary>Which names each agent's own DNS answers have bound to which addresses. Written by the resolver, read by the packet thread without locks.</summary>
public sealed class BindingBook(BindingLimits limits, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, int> _keys = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<int, string> _ids = new();
    private readonly ConcurrentDictionary<(int Agent, Address Address), BoundNames> _names = new();
    private readonly ConcurrentDictionary<int, AgentPage> _pages = new();
    private BindingLimits _limits = limits;
    private int _lastKey;
    private int _total;
    private int _agents;

    /// <summary>Called when an address became newly bound, before the answer with it is released: the kernel's memory of denials must forget it.</summary>
    public Action<int, Address>? Bound { get; set; }

    /// <summary>Called with every binding that came into force, before the answer with it is released; and with one that was taken back, whose end is 0 then.</summary>
    internal Action<string, Address, Binding>? Changed { get; set; }

    /// <summary>The sizes in force. What is there beyond a new size stays until its end.</summary>
    public BindingLimits Limits { get => Volatile.Read(ref _limits); set => Volatile.Write(ref _limits, value); }

    /// <summary>The addresses among them that are known to be shared by several owners.</summary>
    public SharedAddresses Shared { get; } = new();

    /// <summary>Bindings kept, dead ones that were not swept yet included.</summary>
    public int Count => Volatile.Read(ref _total);

    /// <summary>The number that stands for an agent's id here; stable over policy changes.</summary>
    public int KeyOf(string agentId) => _keys.TryGetValue(agentId, out int key) ? key : NewKey(agentId);

    /// <summary>The names bound to an address for an agent now. The array is shared: read only.</summary>
    public DomainName[] Names(string agentId, Address address) =>
        _keys.TryGetValue(agentId, out int key) ? Names(key, address, time.GetTimestamp()) : [];

    /// <summary>The names bound to an address for an agent at a timestamp. The array is shared: read only.</summary>
    public DomainName[] Names(int agent, Address address, long now) => _names.TryGetValue((agent, address), out BoundNames? names) ? names.Live(now) : [];

    /// <summary>The live binding of a name to an address, with the alias it came by; null when there is none.</summary>
    public Binding? Find(string agentId, Address address, DomainName name) =>
        _keys.TryGetValue(agentId, out int key) && _names.TryGetValue((key, address), out BoundNames? names)
        && names.Find(name) is { } found && time.GetTimestamp() < found.End ? found : null;

    /// <summary>Binds, or prolongs; never shortens. False: a limit is reached, and nothing changed.</summary>
    public bool TryBind(int agent, DomainName name, Address address, TimeSpan life, ImmutableArray<DomainName> via, out BindingReceipt receipt)
    {
        TimeSpan whole = TimeSpan.FromTicks(Math.Clamp(life.Ticks, Limits.Least.Ticks, Limits.Most.Ticks)) + Limits.Grace;
        return Put(agent, name, address, Timestamps(whole), via, Share, out receipt);
    }

    /// <summary>Puts back what an earlier run had bound, for the time that is left of it. What had room then has room now.</summary>
    internal bool Restore(string agentId, DomainName name, Address address, TimeSpan left, ImmutableArray<DomainName> via)
    {
        TimeSpan most = Limits.Most + Limits.Grace;
        return Put(KeyOf(agentId), name, address, Timestamps(left < most ? left : most), via, int.MaxValue, out _);
    }

    /// <summary>Everything that is bound now.</summary>
    internal IEnumerable<(string Agent, Address Address, Binding Binding)> All()
    {
        long now = time.GetTimestamp();
        foreach (((int agent, Address address), BoundNames names) in _names)
        {
            if (!_ids.TryGetValue(agent, out string? id)) continue;
            foreach (Binding binding in names.Bindings.ToArray())
            {
                if (now < binding.End) yield return (id, address, binding);
            }
        }
    }

    private bool Put(int agent, DomainName name, Address address, long life, ImmutableArray<DomainName> via, int share, out BindingReceipt receipt)
    {
        receipt = default;
        via = Telling(name, via);
        long now = time.GetTimestamp(), end = now + life;
        AgentPage page = _pages.GetOrAdd(agent, key => new AgentPage(key));
        bool isNew;
        lock (page.Gate)
        {
            BoundNames? names = _names.GetValueOrDefault((agent, address));
            Binding? before = names?.Find(name);
            if (before is null && !TryTakeRoom(page, names, name, share))
            {
                Sweep(page, now);
                names = _names.GetValueOrDefault((agent, address));
                if (!TryTakeRoom(page, names, name, share)) return false;
            }
            if (before is null)
            {
                page.Added(name);
                page.Addresses.Add(address);
            }
            var made = new Binding(before?.Name ?? name, via, Math.Max(end, before?.End ?? end));
            isNew = before is null || before.End <= now;
            _names[(agent, address)] = names is null ? BoundNames.Of(made) : names.With(made, before);
            Shared.Add(address, made.Name, via, isFirst: names is null);
            receipt = new BindingReceipt(agent, address, made, before);
            if (_ids.TryGetValue(agent, out string? id)) Changed?.Invoke(id, address, made);
        }
        if (isNew) Bound?.Invoke(agent, address);
        return true;
    }

    /// <summary>Undoes a binding whose record could not be written, unless another answer has prolonged it since.</summary>
    public void Withdraw(in BindingReceipt receipt)
    {
        if (!_pages.TryGetValue(receipt.Agent, out AgentPage? page)) return;
        Binding made = receipt.Made;
        lock (page.Gate)
        {
            if (!_names.TryGetValue((receipt.Agent, receipt.Address), out BoundNames? names) || !ReferenceEquals(names.Find(made.Name), made)) return;
            if (receipt.Before is { } before) _names[(receipt.Agent, receipt.Address)] = names.With(before, made);
            else Replace(page, receipt.Address, names, b => ReferenceEquals(b, made));
            if (_ids.TryGetValue(receipt.Agent, out string? id)) Changed?.Invoke(id, receipt.Address, receipt.Before ?? made with { End = 0 });
        }
    }

    /// <summary>
    /// Drops what a policy that came into force does not let stand: bindings of agents that are gone, so that nobody inherits them with the id, and to private addresses
    /// that no rule states together with the name any more.
    /// </summary>
    public void Revise(CompiledPolicy policy)
    {
        Volatile.Write(ref _agents, policy.Agents.Length);
        foreach ((string id, int key) in _keys)
        {
            if (!_pages.TryGetValue(key, out AgentPage? page)) continue;
            int agent = policy.FindAgent(id);
            lock (page.Gate)
            {
                foreach (Address address in page.Addresses.ToArray())
                    if (_names.TryGetValue((key, address), out BoundNames? names)) Replace(page, address, names, b => agent < 0 || !policy.MayAnswer(agent, b.Name.Bytes, address));
            }
        }
    }

    /// <summary>Removes dead bindings; to be called now and then.</summary>
    public void Sweep()
    {
        long now = time.GetTimestamp();
        foreach (AgentPage page in _pages.Values)
        {
            lock (page.Gate) Sweep(page, now);
        }
    }

    // What each agent is sure to find room for: the other half of the book is as large as all these together.
    private int Share => Math.Min(Limits.Share, Limits.Total / 2 / Math.Max(1, Volatile.Read(ref _agents)));

    // Counted before it is visible, so that two agents cannot share the last place.
    private bool TryTakeRoom(AgentPage page, BoundNames? names, DomainName name, int share)
    {
        BindingLimits most = Limits;
        if (page.Count >= most.PerAgent || page.AddressesOf(name) >= most.AddressesPerName || names?.Bindings.Length >= most.NamesPerAddress) return false;
        int taken = Interlocked.Increment(ref _total);
        if (taken <= most.Total && (taken <= most.Total / 2 || page.Count < share)) return true;
        Interlocked.Decrement(ref _total);
        return false;
    }

    // Of the aliases, the one that says something of the address (SharedAddresses): chains are as long as others like, and are kept as long as the binding.
    private static ImmutableArray<DomainName> Telling(DomainName name, ImmutableArray<DomainName> via)
    {
        if (via.IsEmpty) return via;
        string domain = name.RegisteredDomain;
        return via.FirstOrDefault(alias => alias.RegisteredDomain != domain) is { } told ? [told] : [];
    }

    // At most once a second per agent: a full page must not make every further question walk it.
    private void Sweep(AgentPage page, long now)
    {
        if (now < page.NextSweep) return;
        page.NextSweep = now + time.TimestampFrequency;
        foreach (Address address in page.Addresses.ToArray())
            if (_names.TryGetValue((page.Agent, address), out BoundNames? names)) Replace(page, address, names, b => b.End <= now);
    }

    private void Replace(AgentPage page, Address address, BoundNames names, Func<Binding, bool> goes)
    {
        BoundNames? rest = names.Without(goes);
        if (ReferenceEquals(rest, names)) return;
        foreach (Binding binding in names.Bindings)
        {
            if (!goes(binding)) continue;
            page.Removed(binding.Name);
            Interlocked.Decrement(ref _total);
        }
        if (rest is not null)
        {
            _names[(page.Agent, address)] = rest;
            return;
        }
        _names.TryRemove((page.Agent, address), out _);
        page.Addresses.Remove(address);
        Shared.Remove(address);
    }

    private int NewKey(string agentId) => _keys.GetOrAdd(agentId, id =>
    {
        int key = Interlocked.Increment(ref _lastKey);
        _ids[key] = id;
        return key;
    });

    private long Timestamps(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);
}
