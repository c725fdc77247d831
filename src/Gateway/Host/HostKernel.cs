using Exeat.Gateway.Kernel;
using Exeat.Gateway.Management;
using Exeat.Linux;
using Exeat.Names;
using Exeat.Policy;
using Microsoft.Extensions.Logging;

namespace Exeat.Gateway.Host;

/// <summary>The gateway's hold on the kernel: links, tables, both locks, conntrack.</summary>
internal sealed class HostKernel
{
    public const ushort QueueNumber = 4747;

    private GatewayDocument _gateway;
    private IReadOnlyList<string> _locked;
    private readonly MarkLayout _marks;
    private readonly HostParts _parts;
    private readonly LinkTable _links;
    private readonly ZoneNumbers _zones;
    private readonly ILogger _log;

    /// <summary>Closes the locks as soon as it can: nothing of the agents' passes from there on. <see cref="GatewayFailure"/> names what is missing.</summary>
    public HostKernel(HostDocuments documents, HostParts parts, ILogger log)
    {
        (_gateway, _marks, _parts, _log) = (documents.Gateway, documents.Marks, parts, log);
        _locked = _gateway.Inside;
        Preparation.RequireFeatures();
        _links = parts.Own(new LinkTable());
        _zones = new ZoneNumbers(_gateway.State);
        RequireInterfaces(_gateway);
        MetricsAddress.Require(_gateway, _links);
        Nftables = parts.Own(new Nftables());
        Locks = new Locks(Nftables, new SecondLock(parts.Own(new PolicyRouting()), _marks), new PinnedNeighbours(parts.Own(new NeighbourTable())));
        Locks.Close(Frame([]));
        log.LocksClosed(_gateway.Inside.Length * 2);
        ForeignExpectations.Refuse(Nftables.ListJson(), _gateway.Inside);
        Conntrack = parts.Own(new Conntrack());
        if (!Preparation.ShortenLinger()) log.LingersLong();
        Attachments = new Attachments(_zones);
        LinksChanged(_locked);
    }

    public Nftables Nftables { get; }

    public Locks Locks { get; }

    public Conntrack Conntrack { get; }

    public Attachments Attachments { get; }

    public Interfaces Interfaces { get; } = new();

    /// <summary>What the tables depend on besides policy and agents.</summary>
    public RulesetOptions Frame(IReadOnlyList<(Address Intercept, ushort Port)> listeners) => new()
    {
        Marks = _marks,
        Inside = _locked,
        Outside = _gateway.Outside,
        Identities = [],
        Intercepts = listeners.Count > 0 ? listeners : [.. _gateway.Dns.Intercept.Select(a => (a, (ushort)0))],
        Upstreams = [.. _gateway.Dns.Upstream.Select(u => (u.Address, u.Port))],
        Monitored = [],
        UserId = ProcessUser.Id,
        Queue = QueueNumber,
        NewFlowsPerSecond = _gateway.Limits.NewFlowsPerSecond,
        NewFlowsBurst = _gateway.Limits.NewFlowsBurst,
        DnsFlowsPerSecond = 2 * _gateway.Limits.DnsQuestionsPerSecond,
        PendingPacketsPerSecond = _gateway.Limits.PendingPacketsPerSecond,
        Generations = [],
    };

    /// <summary>Packets that the table which is loaded handed to the queue since its load; null: there is no table.</summary>
    public long? Handed()
    {
        try
        {
            IReadOnlyDictionary<string, (ulong Packets, ulong Bytes)> counters = Nftables.Counters(TrafficRuleset.Table);
            return counters.TryGetValue(TrafficRuleset.Asked, out var asked) && counters.TryGetValue(TrafficRuleset.NotJudged, out var lonely) ? (long)asked.Packets - (long)lonely.Packets : null;
        }
        catch (KernelException)
        {
            return null;
        }
    }

    /// <summary>Refusals that the table which is loaded has repeated by itself since its load; it repeats no more. Null: there is no table.</summary>
    public long? Repeated()
    {
        try
        {
            var refusals = new KernelRefusals(Nftables);
            refusals.Forget();
            long hits = 0;
            return refusals.ReadHits((_, packets) => hits += packets) ? hits : null;
        }
        catch (KernelException)
        {
            return null;
        }
    }

    /// <summary>Whether the machine has what a changed document asks for.</summary>
    /// <exception cref="GatewayFailure">It has not.</exception>
    public void Require(GatewayDocument gateway)
    {
        RequireInterfaces(gateway);
        MetricsAddress.Require(gateway, _links);
        if (_locked.Contains(gateway.Outside)) throw new GatewayFailure(3, $"{gateway.Outside} was inside and is locked: it can be outside only after the gateway was stopped and exeat-gateway --remove-locks was run");
    }

    /// <summary>
    /// Makes the machine ready for a changed document. An interface that is taken out of <c>inside</c> stays locked as long as this gateway runs: it attaches no agent any
    /// more, and nothing passes from or to it.
    /// </summary>
    public void Take(GatewayDocument gateway)
    {
        IReadOnlyList<string> locked = [.. _locked.Union(gateway.Inside)];
        LinksChanged(locked);
        (_locked, _gateway) = (locked, gateway);
    }

    /// <summary>The watch over tables, routing rules and links, to be run on a thread.</summary>
    public LockWatch Watch(TimeProvider time, ILogger log) => new(_parts.Own(new KernelWatch()), Nftables, Locks, LinksChangedMeanwhile, time, log);

    // An agent's machine that is gone takes its link along, and keeps no other agent waiting. A name that never was an agent's is a mistake: the link that was meant would not be locked.
    private void RequireInterfaces(GatewayDocument gateway)
    {
        string[] missing = [.. gateway.Inside.Append(gateway.Outside).Where(name => _links.IndexOf(name) == 0)];
        string[] mistakes = [.. missing.Where(name => name == gateway.Outside || !_zones.Knows(name))];
        if (mistakes.Length > 0)
            throw new GatewayFailure(3, $"no such interface here: {string.Join(", ", mistakes)}; create it before the gateway starts, or correct inside/outside in the gateway document");
        foreach (string name in missing) _log.LinkMissing(name);
    }

    /// <summary>Whether a conntrack zone is an agent's.</summary>
    public bool IsOurs(ushort zone) => _zones.Has(zone);

    private void LinksChanged(IReadOnlyList<string> locked)
    {
        Interfaces.Refresh(locked, _links);
        HashSet<string> there = [.. _links.Links().Select(link => link.Name)];
        Preparation.SetSysctls(locked.Where(there.Contains));
    }

    // A link that is made anew has the machine's defaults. What cannot be set is no reason to leave the other agents without a gateway.
    private void LinksChangedMeanwhile()
    {
        try
        {
            LinksChanged(_locked);
        }
        catch (Exception refused) when (refused is GatewayFailure or KernelException or IOException)
        {
            _log.Warned(refused.Message);
        }
    }
}
