using Exeat.Linux;

namespace Exeat.Gateway.Kernel;

/// <summary>Both locks and the data table in the kernel: put there in the safe order, watched, repaired, and taken away.</summary>
internal sealed class Locks(Nftables nftables, SecondLock second)
{
    private readonly Lock _lock = new();
    private RulesetOptions? _options;
    private string _expected = "";

    /// <summary>The means by which packets reach the queue on this kernel.</summary>
    public QueueKind QueueKind { get; private set; }

    /// <summary>Loads what drops: the base table and the routing policy. Nothing of an agent's passes from here on.</summary>
    public void Close(RulesetOptions options)
    {
        lock (_lock)
        {
            nftables.Apply(BaseRuleset.Text(options));
            second.Ensure();
        }
    }

    /// <summary>Loads the data table; what it queues is dropped until the queue rule is in.</summary>
    public void Open(RulesetOptions options)
    {
        lock (_lock) Load(options);
    }

    /// <summary>Brings the data table to new options in one transaction.</summary>
    public void Change(RulesetOptions options)
    {
        lock (_lock)
        {
            nftables.Apply(DataRuleset.Update(options));
            (_options, _expected) = (options, Fingerprint());
        }
    }

    /// <summary>Compares the kernel with what was loaded, and loads everything again where it differs. Returns what was wrong; null if nothing.</summary>
    public string? Repair()
    {
        lock (_lock)
        {
            if (_options is null) return null;
            int rules = second.Ensure();
            bool tables = Fingerprint() != _expected;
            if (tables)
            {
                nftables.Apply(BaseRuleset.Text(_options));
                Load(_options);
            }
            return (tables, rules) switch
            {
                (false, 0) => null,
                (true, 0) => "tables",
                (false, _) => "routing rules",
                _ => "tables and routing rules",
            };
        }
    }

    /// <summary>Takes the data table away; both locks stay.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            _options = null;
            nftables.Apply($"table inet {DataRuleset.Table}\ndelete table inet {DataRuleset.Table}");
        }
    }

    /// <summary>Removes everything, both locks included: agents' traffic is then whatever the host makes of it.</summary>
    public static void RemoveAll(Nftables nftables, PolicyRouting routing)
    {
        nftables.Apply($"table inet {DataRuleset.Table}\ndelete table inet {DataRuleset.Table}\ntable inet {BaseRuleset.Table}\ndelete table inet {BaseRuleset.Table}");
        SecondLock.Remove(routing);
    }

    private void Load(RulesetOptions options)
    {
        nftables.Apply(DataRuleset.Text(options));
        QueueKind = QueueRule.Install(nftables, DataRuleset.Table, DataRuleset.QueueChain, options.Queue);
        (_options, _expected) = (options, Fingerprint());
    }

    // Stateless listing: without counters and limits' tokens, equal rules give equal text. A missing table is an empty text, and so differs.
    private string Fingerprint()
    {
        try
        {
            return nftables.RunStateless($"list table inet {BaseRuleset.Table}\nlist table inet {DataRuleset.Table}");
        }
        catch (KernelException)
        {
            return "";
        }
    }
}
