using Exeat.Flows;
using Exeat.Gateway.Judging;
using Exeat.Gateway.Kernel;
using Exeat.Gateway.Records;
using Exeat.Policy;
using Exeat.Wire;

namespace Exeat.Gateway.Tests.Judging.Model;

/// <summary>An agent, the gateway's judges in a modelled kernel, and servers, joined by wires that lose and delay what the adversary wants.</summary>
/// <remarks>
/// <code>
///  Offer ──► KernelModel.Enqueue ──► batch ──► judges, commit ──► KernelModel.Apply ──► Notary.Left ──► ToServers ──► ModelServer
///                  └──────────── fast path ─────────────────────────────▲                                                 │
///  (the agent hears it)  ◄── Apply ◄── judges ◄── batch ◄── Enqueue ◄── ToAgent ◄────────────────────────────────────────┘
/// </code>
/// </remarks>
internal sealed class World : IDisposable
{
    /// <summary>Where servers speak plain HTTP.</summary>
    public const ushort WebPort = 80;

    private readonly Dictionary<FlowKey, ModelServer> _servers = [];
    private readonly Dictionary<string, HashSet<string>> _bound = [];
    private readonly HashSet<int> _tried = [];
    private readonly List<KernelModel.Queued> _batch = [];
    private readonly Random _random;
    private readonly Notary _notary;
    private readonly KernelModel _kernel = new(new MarkLayout(GatewayDocument.DefaultMarkMask));
    private string _policy = "open";

    public World(Random random, bool v6, string mode = "enforce")
    {
        _random = random;
        (Other, Stranger) = v6 ? ("2001:db8:f::2", "2001:db8:f::3") : ("203.0.113.2", "203.0.113.3");
        Mode = mode;
        _notary = new Notary(this);
        Bench = new JudgeBench(v6, mode) { Kernel = _kernel, Sent = FromGateway };
        _kernel.Generation = Bench.Snapshot.Generation;
        Bind("openclaw.ai", Bench.Server);
        Bind("docs.openclaw.ai", Other);
    }

    public JudgeBench Bench { get; }

    /// <summary>A server that another permitted name is bound to.</summary>
    public string Other { get; }

    /// <summary>An address that was never an answer.</summary>
    public string Stranger { get; }

    public string Mode { get; private set; }

    /// <summary>The gateway's resets die on the way to the server like anything else.</summary>
    public bool LosesResets { get; init; }

    public bool Monitors => Mode == "monitor";

    /// <summary>What left and has not arrived.</summary>
    public List<byte[]> ToServers { get; } = [];

    /// <summary>What servers said and the gateway has not seen.</summary>
    public List<byte[]> ToAgent { get; } = [];

    /// <summary>What reached the agent, or was said to it by the gateway.</summary>
    public List<byte[]> Heard { get; } = [];

    /// <summary>The first thing that was wrong.</summary>
    public string? Wrong { get; private set; }

    /// <summary>What was done, for whoever must understand a failure.</summary>
    public List<string> Trace { get; } = [];

    /// <summary>Hellos of other bytes that still are whole, by a server's reading.</summary>
    public List<Flight> Variants { get; } = [];

    /// <summary>Connections whose server has answered a hello.</summary>
    public int Proven => _servers.Values.Count(server => server.HasAnswered);

    /// <summary>Connections whose server has read two requests.</summary>
    public int Requested => _servers.Values.Count(server => server.IsWeb && server.Names.Count > 1);

    public IReadOnlyList<FlowEvent> Records() => Bench.Records();

    public ModelServer? Find(in FlowKey key) => _servers.GetValueOrDefault(key);

    public bool PermitsAddress(string to, int port) => _policy != "quarantined" && to == Bench.Near && port is 443 or 8080;

    public bool Permits(string name, string to) => _policy == "open" && name is "openclaw.ai" or "docs.openclaw.ai" && IsBound(name, to);

    public bool HasPermittedName(string to) => _policy == "open" && _bound.TryGetValue(to, out HashSet<string>? names) && names.Any(name => Permits(name, to));

    public static bool Denies(string name, int port) => name == "api.openai.com" && port == 443;

    public void Bind(string name, string to)
    {
        if (!_bound.TryGetValue(to, out HashSet<string>? names)) _bound[to] = names = [];
        names.Add(name);
        Bench.Bind(name, to);
    }

    /// <summary>The agent sends a packet; it waits in the queue, unless the kernel lets it pass.</summary>
    public void Offer(byte[] packet)
    {
        if (PacketView.TryRead(packet, out PacketView view) && view.IsTcp)
        {
            if (!KernelModel.HasValidFlags(view.Flags)) return;
            _notary.Offered(view, KeyOf(view));
            if ((view.Flags & TcpFlags.Rst) == 0) _tried.Add(view.SourcePort);
        }
        Enqueue(packet, fromAgent: true);
    }

    /// <summary>A packet of the world's comes to the gateway.</summary>
    public void FromWorld(byte[] packet) => Enqueue(packet, fromAgent: false);

    /// <summary>The gateway answers what waits in the queue, as the verdict loop does. Without a disk no permit of the batch stands.</summary>
    public void Settle(bool written = true)
    {
        var answers = new List<Answer>();
        foreach (KernelModel.Queued packet in _batch) answers.Add(Bench.Ask(packet.FromAgent ? 1 : 2, packet.Mark, packet.Bytes));
        Bench.Commit();
        for (int i = 0; i < answers.Count; i++)
        {
            Answer answer = answers[i];
            if (!written && answer.Permit is { } permit) Bench.Tcp.Withdraw(permit);
            if (!written && !answer.Refuses) answer = default;
            if (_kernel.Apply(_batch[i], answer)) Pass(_batch[i].Bytes, _batch[i].FromAgent);
        }
        _batch.Clear();
        Bench.Tcp.Send();
        Fail(_notary.Settled());
    }

    /// <summary>A packet reaches its server.</summary>
    public void Deliver(byte[] packet)
    {
        if (!PacketView.TryRead(packet, out PacketView view) || !view.IsTcp) return;
        FlowKey key = KeyOf(view);
        if (!_servers.TryGetValue(key, out ModelServer? server))
        {
            server = new ModelServer(view.Destination.ToString(), view.Source.ToString(), view.DestinationPort, view.SourcePort, (uint)_random.Next(), _random.Next(4) == 0);
            _servers.Add(key, server);
        }
        ToAgent.AddRange(server.Receive(view));
        Fail(_notary.Read(key, server));
    }

    public void Wait(TimeSpan time)
    {
        Settle();
        // As the verdict loop does: timers often, the sweep each second.
        for (TimeSpan at = TimeSpan.Zero; at < time; at += TimeSpan.FromMilliseconds(100))
        {
            Bench.Time.Advance(TimeSpan.FromMilliseconds(100));
            Bench.Tcp.Tick(Bench.Snapshot);
            Bench.Tcp.Send();
        }
        Bench.Tcp.Sweep(Bench.Snapshot);
        Bench.Commit();
        Bench.Tcp.Send();
    }

    /// <summary>The kernel forgets a connection; its event may be lost.</summary>
    public void Forget(in FlowKey key, bool tells)
    {
        Settle();
        _kernel.Delete(key, 1);
        if (tells) Bench.Tcp.Ended(key, new FlowCounts(1, 2, 3, 4), Bench.Snapshot);
        Bench.Commit();
    }

    public FlowKey? AnyConnection() => _kernel.Keys.OrderBy(_ => _random.Next()).Select(key => (FlowKey?)key).FirstOrDefault();

    public void Load(string mode, string policy)
    {
        Settle();
        Bench.Load(mode, text => policy == "closed" ? text.Replace("{names: [core]}, protocol: tcp, ports: [443]", "{names: [core]}, protocol: tcp, ports: [444]", StringComparison.Ordinal)
            .Replace("{names: [core]}, protocol: tcp, ports: [80]", "{names: [core]}, protocol: tcp, ports: [81]", StringComparison.Ordinal) : text, policy == "quarantined");
        Bench.Commit();
        (_kernel.Generation, Mode, _policy) = (Bench.Snapshot.Generation, mode, policy);
        _notary.PolicyChanged();
    }

    /// <summary>Everything that was tried has its record.</summary>
    public void CheckRecords()
    {
        var recorded = Records().Where(e => e.Event == "decision").Select(e => e.SourcePort).ToHashSet();
        foreach (int port in _tried)
        {
            if (!recorded.Contains(port)) Fail($"nothing is recorded of what port {port} tried");
        }
    }

    public void Dispose() => Bench.Dispose();

    private void Enqueue(byte[] packet, bool fromAgent)
    {
        KernelModel.Queued queued = _kernel.Enqueue(packet, fromAgent);
        if (queued.Passes) Pass(packet, fromAgent);
        else _batch.Add(queued);
    }

    private void Pass(byte[] packet, bool fromAgent)
    {
        if (!fromAgent)
        {
            Heard.Add(packet);
            return;
        }
        Fail(_notary.Left(packet));
        ToServers.Add(packet);
    }

    // What the gateway sends in somebody's name.
    private void FromGateway(byte[] packet)
    {
        if (!PacketView.TryRead(packet, out PacketView view)) Fail("the gateway sent what is no packet");
        else if (view.Destination.ToString() == Bench.Agent) Heard.Add(packet);
        else if ((view.Flags & TcpFlags.Rst) != 0) Reset(packet, KeyOf(view));
        else Pass(packet, fromAgent: true);
    }

    // A reset that arrives comes after what left before it has arrived or died.
    private void Reset(byte[] packet, FlowKey key)
    {
        if (LosesResets && _random.Next(3) == 0) return;
        ToServers.RemoveAll(other => PacketView.TryRead(other, out PacketView view) && view.IsTcp && KeyOf(view) == key);
        Deliver(packet);
    }

    private void Fail(string? problem) => Wrong ??= problem;

    private static FlowKey KeyOf(in PacketView view) => new(view.Source, view.SourcePort, view.Destination, view.DestinationPort, view.Protocol);

    private bool IsBound(string name, string to) => _bound.TryGetValue(to, out HashSet<string>? names) && names.Contains(name);
}
