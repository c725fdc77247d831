using System.Text;
using Exeat.Api;
using Exeat.Linux;

namespace Exeat.Gateway.Kernel;

/// <summary>Both locks and the data table in the kernel: put there in the safe order, watched, repaired, and taken away.</summary>
internal sealed class Locks(Nftables nftables, SecondLock second, PinnedNeighbours neighbours)
{
    private readonly Lock _lock = new();
    private RulesetOptions? _options;
    private int _loads;
    private string _expected = "";
    private string _expectedDrop = "";

    /// <summary>How often the data table was loaded: its counters begin at zero each time. From any thread.</summary>
    public int Loads => Volatile.Read(ref _loads);

    /// <summary>Runs a load that replaces tables which count: whoever reads their counts reads them before, and begins anew after. It must run it, whatever happens.</summary>
    public Action<Action> Renewing { get; set; } = load => load();

    /// <summary>The means by which packets reach the queue on this kernel.</summary>
    public QueueKind QueueKind { get; private set; }

    /// <summary>Loads what drops: the base table and the routing policy. Nothing of an agent's passes from here on.</summary>
    public void Close(RulesetOptions options)
    {
        lock (_lock)
        {
            nftables.Apply(DropRuleset.Text(options));
            second.Ensure(options.Inside);
            _expectedDrop = DropTableText();
        }
    }

    /// <summary>Loads the data table; what it queues is dropped until the queue rule is in.</summary>
    public void Open(RulesetOptions options)
    {
        lock (_lock) Load(options);
    }

    /// <summary>Brings the tables to new options in one transaction. An interface that is new is locked by routing before.</summary>
    public void Change(RulesetOptions options)
    {
        lock (_lock)
        {
            second.Ensure(options.Inside);
            string drop = DropRuleset.Text(options), update = TrafficRuleset.Update(options);
            nftables.Apply(_options is not null && DropRuleset.Text(_options) == drop ? update : drop + "\n" + update);
            (_options, _expected, _expectedDrop) = (options, Fingerprint(), DropTableText());
            neighbours.Ensure(options.Identities);
        }
    }

    /// <summary>
    /// Compares the kernel with what was loaded, and loads everything again where it differs. Returns what was wrong; null if nothing. After somebody else's
    /// transaction the queue rule is put in again in any case: it is the one rule that is not compared.
    /// </summary>
    public string? Repair(bool foreignTransaction)
    {
        lock (_lock)
        {
            if (_options is null) return null;
            int rules = second.Ensure(_options.Inside);
            neighbours.Ensure(_options.Identities);
            bool tables = IsChanged();
            if (tables)
            {
                RulesetOptions options = _options;
                Renewing(() =>
                {
                    nftables.Apply(DropRuleset.Text(options));
                    _expectedDrop = DropTableText();
                    Load(options);
                });
            }
            else if (foreignTransaction)
            {
                QueueRule.Install(nftables, TrafficRuleset.Table, TrafficRuleset.QueueChain, _options.Queue);
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

    /// <summary>Looks at the kernel: what of ours is there as it was loaded. Repairs nothing.</summary>
    public LockStatus Look()
    {
        lock (_lock)
        {
            bool drop = IsAs(_expectedDrop, DropTableText);
            return new LockStatus(drop, _options is not null && IsWhole(_options.Inside), _options is not null && IsAs(_expected, Fingerprint));
        }
    }

    /// <summary>Whether a data table is there that an earlier gateway left: what it permitted goes on by it.</summary>
    public bool HasDataTable()
    {
        try
        {
            return nftables.RunStateless($"list chain inet {TrafficRuleset.Table} from_agent").Length > 0;
        }
        catch (KernelException)
        {
            return false;
        }
    }

    /// <summary>Takes the data table away, so that every flow ends; both locks stay.</summary>
    public static void EndFlows(Nftables nftables) => nftables.Apply($"table inet {TrafficRuleset.Table}\ndelete table inet {TrafficRuleset.Table}");

    /// <summary>Removes everything, both locks included: agents' traffic is then whatever the host makes of it.</summary>
    public static void RemoveAll(Nftables nftables, PolicyRouting routing)
    {
        nftables.Apply($"table inet {TrafficRuleset.Table}\ndelete table inet {TrafficRuleset.Table}\ntable inet {DropRuleset.Table}\ndelete table inet {DropRuleset.Table}");
        SecondLock.Remove(routing);
    }

    private void Load(RulesetOptions options)
    {
        nftables.Apply(TrafficRuleset.Text(options));
        Volatile.Write(ref _loads, _loads + 1);
        QueueKind = QueueRule.Install(nftables, TrafficRuleset.Table, TrafficRuleset.QueueChain, options.Queue);
        (_options, _expected) = (options, Fingerprint());
        neighbours.Ensure(options.Identities);
    }

    private string DropTableText() => nftables.RunStateless($"list table inet {DropRuleset.Table}");

    // Stateless listing: without counters and limits' tokens, equal rules give equal text. One command each, since one that lists two tables finds only the first in the
    // library's cache; and never the queue chain, whose xt rule the library prints with complaints.
    private string Fingerprint()
    {
        var text = new StringBuilder(DropTableText());
        foreach (string chain in TrafficRuleset.Chains) text.Append(nftables.RunStateless($"list chain inet {TrafficRuleset.Table} {chain}"));
        foreach (string set in TrafficRuleset.Sets) text.Append(nftables.RunStateless($"list set inet {TrafficRuleset.Table} {set}"));
        foreach (string map in TrafficRuleset.Maps) text.Append(nftables.RunStateless($"list map inet {TrafficRuleset.Table} {map}"));
        return text.ToString();
    }

    private bool IsWhole(IReadOnlyList<string> inside)
    {
        try
        {
            return second.IsWhole(inside);
        }
        catch (KernelException)
        {
            return false;
        }
    }

    private bool IsChanged() => !IsAs(_expected, Fingerprint);

    // A table that is gone cannot be listed: that is a difference like any other.
    private static bool IsAs(string expected, Func<string> read)
    {
        try
        {
            return read() == expected;
        }
        catch (KernelException)
        {
            return false;
        }
    }
}
