using Exeat.Api;
using Exeat.Linux;

namespace Exeat.Gateway.Kernel;

/// <summary>Both locks and the data table in the kernel: put there in the safe order, watched, repaired, and taken away.</summary>
internal sealed class Locks(Nftables nftables, SecondLock second, PinnedNeighbours neighbours)
{
    private const string ListDropTable = $"list table inet {DropRuleset.Table}";

    private const int ListedAtOnce = 16;

    private readonly Lock _lock = new();
    private RulesetOptions? _options;
    private int _loads;
    private int _dropLoads;
    private string? _expected;
    private string _expectedDrop = "";
    private bool _hasForeignChange;

    /// <summary>How often the data table was loaded: its counters begin at zero each time. From any thread.</summary>
    public int Loads => Volatile.Read(ref _loads);

    /// <summary>How often the drop table was loaded: its counters begin at zero each time. From any thread.</summary>
    public int DropLoads => Volatile.Read(ref _dropLoads);

    /// <summary>Runs a load that replaces tables which count: whoever reads their counts reads them before, and begins anew after. It must run it, whatever happens.</summary>
    public Action<Action> Renewing { get; set; } = load => load();

    /// <summary>The means by which packets reach the queue on this kernel.</summary>
    public QueueKind QueueKind { get; private set; }

    /// <summary>Loads what drops: the base table and the routing policy. Nothing of an agent's passes from here on.</summary>
    public void Close(RulesetOptions options)
    {
        lock (_lock)
        {
            LoadDrop(DropRuleset.Text(options));
            second.Ensure(options.Inside);
            ChecksumRule.Install(nftables, options.Inside);
            _expectedDrop = DropTableText();
        }
    }

    /// <summary>Loads the data table; what it queues is dropped until the queue rule is in.</summary>
    public void Open(RulesetOptions options)
    {
        lock (_lock) Load(options);
    }

    /// <summary>
    /// Brings the tables to new options in one transaction. An interface that is new is locked by routing before. Another change follows at once if <paramref name="passing"/>: listing what was
    /// loaded, to which the kernel is compared from then on, would only hold up what lies between.
    /// </summary>
    public void Change(RulesetOptions options, bool passing = false)
    {
        lock (_lock)
        {
            second.Ensure(options.Inside);
            if (_options is null || !_options.Inside.SequenceEqual(options.Inside)) ChecksumRule.Install(nftables, options.Inside);
            string drop = DropRuleset.Text(options), update = TrafficRuleset.Update(options);
            if (_options is not null && DropRuleset.Text(_options) == drop) nftables.Apply(update);
            else Renewing(() => LoadDrop(drop + "\n" + update));
            (_options, _expected, _expectedDrop) = (options, passing ? null : Fingerprint(), DropTableText());
            neighbours.Ensure(options.Identities);
        }
    }

    /// <summary>
    /// Compares the kernel with what was loaded, and loads everything again where it differs. Returns what was wrong; null if nothing. After somebody else's
    /// transaction the queue rule and those that finish checksums are put in again in any case: of what they do not all is compared.
    /// </summary>
    public string? Repair(bool foreignTransaction)
    {
        lock (_lock)
        {
            if (_options is null) return null;
            int rules = second.Ensure(_options.Inside);
            neighbours.Ensure(_options.Identities);
            // Kept until all is put back: an attempt may fail.
            _hasForeignChange |= nftables.TakeForeignChange() | foreignTransaction;
            KernelException? refused = _hasForeignChange || !Holds(() => ChecksumRule.IsInstalled(nftables, _options.Inside)) ? Refusal(() => ChecksumRule.Install(nftables, _options.Inside)) : null;
            // In the midst of a change there is nothing to compare with: what somebody else has touched meanwhile is put there anew.
            bool tables = _expected is { } expected ? !IsAs(expected, Fingerprint) : _hasForeignChange;
            if (tables)
            {
                RulesetOptions options = _options;
                Renewing(() =>
                {
                    LoadDrop(DropRuleset.Text(options));
                    _expectedDrop = DropTableText();
                    Load(options);
                });
            }
            else if (_hasForeignChange)
            {
                QueueRule.Install(nftables, TrafficRuleset.Table, TrafficRuleset.QueueChain, _options.Queue);
            }
            // Only now: what drops is there again whatever was said of checksums.
            if (refused is not null) throw refused;
            _hasForeignChange = false;
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
            if (_options is not { } options) return new LockStatus(drop, false, false, false);
            bool data = _expected is { } expected ? IsAs(expected, Fingerprint) : HasDataTable();
            return new LockStatus(drop, Holds(() => second.IsWhole(options.Inside)), data, Holds(() => ChecksumRule.IsInstalled(nftables, options.Inside)));
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
        KernelException? refused = Refusal(() => ChecksumRule.Remove(nftables));
        SecondLock.Remove(routing);
        if (refused is not null) throw refused;
    }

    private void Load(RulesetOptions options)
    {
        nftables.Apply(TrafficRuleset.Text(options));
        Volatile.Write(ref _loads, _loads + 1);
        QueueKind = QueueRule.Install(nftables, TrafficRuleset.Table, TrafficRuleset.QueueChain, options.Queue);
        (_options, _expected) = (options, Fingerprint());
        neighbours.Ensure(options.Identities);
    }

    private static KernelException? Refusal(Action change)
    {
        try
        {
            change();
            return null;
        }
        catch (KernelException refused)
        {
            return refused;
        }
    }

    private void LoadDrop(string text)
    {
        nftables.Apply(text);
        Volatile.Write(ref _dropLoads, _dropLoads + 1);
    }

    private string DropTableText() => nftables.RunStateless(ListDropTable);

    // Stateless listing: without counters and limits' tokens, equal rules give equal text. One command each, since one that lists two tables finds only the first in the
    // library's cache; and never the queue chain, whose xt rule the library prints with complaints.
    private string Fingerprint()
    {
        string[] listings =
        [
            ListDropTable,
            .. TrafficRuleset.Chains.Select(chain => $"list chain inet {TrafficRuleset.Table} {chain}"),
            .. TrafficRuleset.Sets.Select(set => $"list set inet {TrafficRuleset.Table} {set}"),
            .. TrafficRuleset.Maps.Select(map => $"list map inet {TrafficRuleset.Table} {map}"),
        ];
        // In parts: who waits to make the kernel forget a refusal, before an answer goes out, waits for one of them.
        return string.Concat(listings.Chunk(ListedAtOnce).Select(some => nftables.RunStateless(some)));
    }

    private static bool IsAs(string expected, Func<string> read) => Holds(() => read() == expected);

    // A table that is gone cannot be listed: that is a difference like any other.
    private static bool Holds(Func<bool> look)
    {
        try
        {
            return look();
        }
        catch (KernelException)
        {
            return false;
        }
    }
}
