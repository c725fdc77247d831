using System.Collections.Frozen;
using Exeat.Flows;
using Exeat.Gateway.Bindings;
using Exeat.Gateway.Judging;
using Exeat.Gateway.Kernel;
using Exeat.Gateway.Records;
using Exeat.Gateway.Reload;
using Exeat.Linux;
using Exeat.Names;
using Exeat.Policy;
using Exeat.Wire;
using Microsoft.Extensions.Logging;

namespace Exeat.Gateway.Host;

/// <summary>Everything between the kernel's queue and the journal: bindings, judges, the verdict thread, and the policy they judge by.</summary>
internal sealed class HostJudging
{
    private const int FlowCapacity = 65_536;

    private readonly HostParts _parts;
    private readonly TimeProvider _time;
    private readonly FlowJoin _join;
    private readonly FlowRecorder _recorder;
    private readonly NeverForwarded _never;
    private readonly QuicReader _quicReader;
    private readonly QuicJudge _quic;
    private readonly QueueTally _tally;
    private readonly long? _handed;

    /// <summary>Reads the proofs of earlier runs, then opens journal and queue. Nothing is judged yet.</summary>
    public HostJudging(HostDocuments documents, HostKernel kernel, HostParts parts, TimeProvider time, ILogger log)
    {
        (_parts, _time) = (parts, time);
        GatewayDocument gateway = documents.Gateway;
        GatewayLimits limits = gateway.Limits;
        MarkLayout marks = documents.Marks;
        Table = new FlowTable(limits, FlowCapacity);
        _never = new NeverForwarded { Intercepts = gateway.Dns.Intercept.ToFrozenSet() };
        _join = new FlowJoin(kernel.Conntrack, marks, Table, _never, kernel.Attachments.ZoneOf, time);
        _join.ReadProofs(gateway.Journal.Dir);
        Journal = parts.Own(OpenJournal(gateway, time));
        Records = new AgentRecords(Journal, RecordLimits.Of(gateway.Journal.MaxBytes, documents.First.Agents!.Agents.Length, limits), Metrics.Verdicts, time);
        _recorder = new FlowRecorder(Records, time);
        Bindings = new BindingBook(BindingLimitsOf(limits), time);
        KeptBindings = parts.Own(new BindingFile(gateway.State, time, log));
        int restored = KeptBindings.Restore(Bindings, id => documents.First.Agents.Agents.Any(a => a.Id == id));
        if (restored > 0) log.BindingsRestored(restored);
        RawSender sender = parts.Own(new RawSender(marks.Passed));
        var connections = new KernelConnections(kernel.Conntrack, kernel.Attachments, marks);
        bool Leave(ReadOnlySpan<byte> packet) => sender.Send(packet) == Errno.None;
        Resets = new ResetList(Leave, connections);
        Tcp = new TcpJudge(Table, Bindings, _recorder, Resets, new Deliveries(Leave), connections, _never, time);
        _quicReader = new QuicReader(parts.Own(new QuicInitialOpener()));
        _quic = new QuicJudge(Table, Bindings, _recorder, _quicReader, Held, connections, time);
        Judge = new PacketJudge(Tcp, new DatagramJudge(Table, Bindings, _recorder, _quic, _never, connections, time), _recorder, kernel.Interfaces, marks);
        _tally = parts.Own(new QueueTally(gateway.State, () => kernel.Locks.Loads, () => Losses.Total) { Repeated = () => Denials!.Told, Unwritten = () => Records.Waiting });
        _handed = kernel.Handed();
        Left = (_tally.Unjudged(_handed), _tally.Unread(kernel.Repeated()), _tally.Waiting);
        _tally.Owe(Left.Unjudged, Left.Repeated, Left.Waiting);
        Queue = parts.Own(PacketQueue.Open(HostKernel.QueueNumber));
        Loop = new VerdictLoop(Queue, Judge, _recorder, Tcp, _quic, Held, time) { Tally = _tally };
        Denials = new DenialCache(new KernelRefusals(kernel.Nftables), Records, time) { AwaitVerdicts = Loop.AwaitVerdicts };
        _recorder.Denials = Denials;
        _recorder.Shared = Bindings.Shared;
        Bindings.Bound = (_, address) => Denials.Forget(address);
        Take(gateway);
        Policies = new PolicySwitch(gateway.State, kernel.Locks, kernel.Attachments, marks, kernel.Conntrack, documents.Clock, time);
    }

    public Journal Journal { get; }

    /// <summary>What this gateway counts.</summary>
    public GatewayMetrics Metrics { get; } = new();

    public AgentRecords Records { get; }

    public DenialCache Denials { get; }

    public BindingBook Bindings { get; }

    /// <summary>The bindings on disk.</summary>
    public BindingFile KeptBindings { get; }

    public FlowTable Table { get; }

    public HeldDatagrams Held { get; } = new();

    public PacketQueue Queue { get; }

    /// <summary>Packets that the queue had no room for.</summary>
    public QueueLosses Losses { get; } = new();

    /// <summary>What an earlier gateway left on nobody's record: packets for a queue that nobody read, refusals that the kernel repeated, refusals that were counted and not written.</summary>
    public (long Unjudged, long Repeated, long Waiting) Left { get; }

    public ResetList Resets { get; }

    public TcpJudge Tcp { get; }

    public PacketJudge Judge { get; }

    public VerdictLoop Loop { get; }

    public PolicySwitch Policies { get; }

    /// <summary>What a change of policy has to reach.</summary>
    public JudgingParts Parts => new(Loop, Judge, Tcp);

    /// <summary>Notes for the next gateway what this one knows of.</summary>
    public void Note() => _tally.Note(Queue.Received);

    /// <summary>What an earlier gateway left is in the journal: the next one need not tell it.</summary>
    public void ToldLeft() => Loop.Post(() => _tally.Told(Queue.Received));

    /// <summary>Takes over everything of a gateway document that judging depends on; at start, and on the verdict thread when the document changes.</summary>
    public void Take(GatewayDocument gateway)
    {
        GatewayLimits limits = gateway.Limits;
        Table.Limits = limits;
        _never.Intercepts = gateway.Dns.Intercept.ToFrozenSet();
        Tcp.HelloTimeout = TimeSpan.FromMilliseconds(limits.HelloMilliseconds);
        Tcp.HelloBytes = limits.HelloBytes;
        (_quic.HelloTimeout, _quicReader.HelloBytes) = (Tcp.HelloTimeout, limits.HelloBytes);
        Tcp.RequestBytes = limits.RequestBytes;
        Bindings.Limits = BindingLimitsOf(limits);
    }

    /// <summary>Loads the data table for the first policy, joins what lives in the kernel with its proofs, and starts the verdict thread.</summary>
    public void Begin(HostDocuments documents, HostKernel kernel, IReadOnlyList<(Address Intercept, ushort Port)> listeners, ILogger log)
    {
        Policies.Frame = kernel.Frame(listeners);
        Policies.Inside = documents.Gateway.Inside;
        var ends = new ConnectionEnds(_parts.Own(ConntrackEvents.Open(ConntrackEventKinds.Destroy)), kernel.Conntrack, Loop, Tcp, _quic, Judge, _time);
        // New packets wait in the queue meanwhile.
        _tally.Begin(Math.Max(0, kernel.Handed() - _handed ?? 0));
        Policies.Begin(documents.First, first =>
        {
            Judge.Snapshot = first;
            (int joined, int unproven) = _join.Join(first, _recorder);
            if (joined + unproven > 0) log.Joined(joined, unproven);
            Bindings.Revise(first.Policy);
            KeptBindings.Begin(Bindings);
            _parts.Start("verdict", Loop.Run);
            _parts.Start("conntrack", ends.Run);
        });
        log.QueueBound(HostKernel.QueueNumber, kernel.Locks.QueueKind == QueueKind.Nft ? "nft queue" : "xt NFQUEUE in our own nft table");
    }

    private static BindingLimits BindingLimitsOf(GatewayLimits limits) =>
        new() { PerAgent = limits.Bindings, AddressesPerName = limits.AddressesPerName, Least = TimeSpan.FromSeconds(limits.BindingSeconds) };

    private static Journal OpenJournal(GatewayDocument gateway, TimeProvider time)
    {
        try
        {
            return Journal.Open(new JournalOptions { Dir = gateway.Journal.Dir, MaxBytes = gateway.Journal.MaxBytes, Gateway = gateway.Id }, time);
        }
        catch (JournalException refused)
        {
            throw new GatewayFailure(3, refused.Message);
        }
    }
}
