using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Exeat.Flows;
using Exeat.Gateway.Bindings;
using Exeat.Gateway.Judging;
using Exeat.Gateway.Kernel;
using Exeat.Gateway.Records;
using Exeat.Names;
using Exeat.Policy;
using Exeat.Testing;
using Exeat.Wire;
using Microsoft.Extensions.Time.Testing;

namespace Exeat.Gateway.Tests.Judging;

/// <summary>The judges with a real policy, book and journal; the kernel is the test. One agent, one server, either family.</summary>
internal sealed class JudgeBench : IDisposable, IConnections
{
    public const string Policy = """
        apiVersion: exeat/v1
        kind: Policy
        mode: MODE
        default: deny
        smartGroups: {coders: {class: coding}, near: {cidrs: [203.0.113.128/25, "2001:db8:f:1::/64"]}}
        webGroups: {core: {names: [openclaw.ai, "**.openclaw.ai"]}, bad: {names: [api.openai.com]}}
        rules:
        - {name: shadow-model-deny, priority: 10, from: [coders], to: {names: [bad]}, protocol: tcp, ports: [443], action: deny}
        - {name: allow-core, priority: 50, from: [coders], to: {names: [core]}, protocol: tcp, ports: [443], action: permit}
        - {name: allow-near, priority: 60, from: [coders], to: {groups: [near]}, protocol: tcp, ports: [443], action: permit}
        - {name: allow-quic, priority: 55, from: [coders], to: {names: [core]}, protocol: udp, ports: [443], action: permit}
        - {name: bad-plain, priority: 65, from: [coders], to: {names: [bad]}, protocol: tcp, ports: [80], action: deny}
        - {name: allow-web, priority: 66, from: [coders], to: {names: [core]}, protocol: tcp, ports: [80], action: permit}
        - {name: allow-near-web, priority: 67, from: [coders], to: {groups: [near]}, protocol: tcp, ports: [80], action: permit}
        - {name: allow-plain, priority: 70, from: [coders], to: {groups: [near]}, protocol: tcp, ports: [8080], action: permit}
        """;

    // Read once for each text: models load the same ones thousands of times.
    private static readonly ConcurrentDictionary<(string Policy, string Agents), (CompiledPolicy Policy, string Version, AgentsDocument Agents)> Loads = new();

    private const uint ClientIsn = 1000;
    private const uint ServerIsn = 5000;
    private readonly string _dir = Directory.CreateTempSubdirectory("exeat-judge").FullName;
    private readonly Journal _journal;
    private readonly PacketJudge _judge;
    private readonly FlowTable _table;
    private readonly QuicInitialOpener _opener;
    private readonly List<FlowEvent> _records = [];
    private JournalReader? _reader;
    private uint _packets;

    public JudgeBench(bool v6 = false, string mode = "enforce", GatewayLimits? limits = null)
    {
        (Agent, Server, Near) = v6 ? ("2001:db8:a::1", "2001:db8:f::1", "2001:db8:f:1::9") : ("192.0.2.1", "203.0.113.1", "203.0.113.200");
        Bindings = new BindingBook(new BindingLimits(), Time);
        _journal = Journal.Open(new JournalOptions { Dir = Path.Combine(_dir, "journal"), Gateway = "test" }, Time);
        var recorder = new FlowRecorder(new AgentRecords(_journal, RecordLimits.Of(1 << 30, 1, new GatewayLimits { DenialsBurst = 1_000_000 }), new VerdictCounters(), Time), Time);
        recorder.Shared = Bindings.Shared;
        _table = new FlowTable(limits ?? new GatewayLimits(), 16_384);
        Resets = [];
        Tcp = new TcpJudge(_table, Bindings, recorder, new ResetList(Note(Resets), this), new Deliveries(Note(Own)), this, Never, Time);
        var interfaces = new Interfaces();
        interfaces.Set([KeyValuePair.Create(1, "ag-1"), KeyValuePair.Create(3, "ag-3")]);
        _opener = new QuicInitialOpener();
        Quic = new QuicJudge(_table, Bindings, recorder, new QuicReader(_opener), Held, this, Time);
        _judge = new PacketJudge(Tcp, new DatagramJudge(_table, Bindings, recorder, Quic, Never, this, Time), recorder, interfaces, Marks);
        Load(mode);
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));

    public MarkLayout Marks { get; } = new(GatewayDocument.DefaultMarkMask);

    public BindingBook Bindings { get; }

    public NeverForwarded Never { get; } = new() { Intercepts = FrozenSet<Address>.Empty };

    public TcpJudge Tcp { get; }

    public QuicJudge Quic { get; }

    public HeldDatagrams Held { get; } = new();

    public FlowTable Table => _table;

    /// <summary>The number of the packet that was judged last.</summary>
    public uint LastPacket => _packets;

    public List<byte[]> Resets { get; }

    /// <summary>Sees every packet that the gateway sends by itself.</summary>
    public Action<byte[]>? Sent { get; init; }

    /// <summary>A kernel's connection table that takes part; without one, the lists here remember what was asked of it.</summary>
    public IConnections? Kernel { get; init; }

    /// <summary>What the gateway sent in the name of an end, resets aside.</summary>
    public List<byte[]> Own { get; } = [];

    /// <summary>Whether packets find a way out.</summary>
    public Func<byte[], bool> Way { get; set; } = _ => true;

    public List<FlowKey> Deleted { get; } = [];

    /// <summary>In which zones.</summary>
    public List<ushort> DeletedIn { get; } = [];

    public List<(FlowKey Key, uint Mark)> Stamped { get; } = [];

    public string Agent { get; }

    public string Server { get; }

    /// <summary>A server that a rule permits by address.</summary>
    public string Near { get; }

    public uint Refused => Marks.Refused(_judge.Snapshot.Generation);

    public uint Pending => Marks.Pending(_judge.Snapshot.Generation);

    public uint Watched => Permitted | Marks.Watched;

    public uint Permitted => Marks.Permitted(_judge.Snapshot.Generation);

    public Snapshot Snapshot => _judge.Snapshot;

    /// <summary>Puts a policy into force, re-judging what lives; returns how many flows it ended.</summary>
    /// <param name="mode">The policy's mode.</param>
    /// <param name="edit">Changes the policy's text.</param>
    /// <param name="quarantined">Whether the agent is.</param>
    /// <param name="agent">Who has the address.</param>
    /// <param name="inside">By which link.</param>
    /// <param name="others">Lines with more agents.</param>
    public int Load(string mode, Func<string, string>? edit = null, bool quarantined = false, string agent = "coding-1", string inside = "ag-1", string others = "")
    {
        string text = Policy.Replace("MODE", mode, StringComparison.Ordinal);
        if (edit is not null) text = edit(text);
        (CompiledPolicy compiled, string version, AgentsDocument who) = Loads.GetOrAdd((text, AgentsText(agent, quarantined, inside, others)), _ => Read(text, AgentsText(agent, quarantined, inside, others)));
        int generation = Started ? _judge.Snapshot.Generation + 1 : 1;
        var next = new Snapshot(compiled, generation, version, who);
        int ended = Started ? Tcp.Rejudge(next, Marks) : 0;
        _judge.Snapshot = next;
        Started = true;
        return ended;
    }

    private string AgentsText(string agent, bool quarantined, string inside, string others) => $$"""
        apiVersion: exeat/v1
        kind: Agents
        agents:
        - {id: {{agent}}, class: coding, interface: {{inside}}, addresses: ["{{Agent}}"], quarantined: {{(quarantined ? "true" : "false")}}}
        {{others}}
        """;

    private (CompiledPolicy Policy, string Version, AgentsDocument Agents) Read(string text, string agentsText)
    {
        string policy = Path.Combine(_dir, "policy.yaml"), agents = Path.Combine(_dir, "agents.yaml");
        File.WriteAllText(policy, text);
        File.WriteAllText(agents, agentsText);
        LoadResult loaded = PolicyLoader.Load(policy, new LoadOptions { TimeProvider = Time });
        AgentsResult who = AgentsLoader.Load(agents);
        Must(loaded.Policy is not null && who.Agents is not null, string.Join('\n', loaded.Problems.Concat(who.Problems)));
        return (CompiledPolicy.Compile(loaded.Policy, who.Agents, Time.GetUtcNow()), loaded.Policy.Version, who.Agents);
    }

    private bool Started { get; set; }

    public void Bind(string name, string? address = null, string agent = "coding-1")
    {
        DomainName asked = DomainName.FromCanonical(System.Text.Encoding.ASCII.GetBytes(name));
        Must(Bindings.TryBind(Bindings.KeyOf(agent), asked, PacketBuilder.At(address ?? Server), TimeSpan.FromMinutes(5), [], out _), "the book has room");
    }

    public Answer Client(TcpFlags flags, uint offset = 0, byte[]? payload = null, string? to = null, ushort port = 443, ushort from = 40000, uint mark = 0) => Give(1, mark,
        PacketBuilder.Tcp(Agent, from, to ?? Server, port, flags, ClientIsn + offset, ServerIsn + 1, payload ?? []));

    public Answer World(
        TcpFlags flags, uint offset, uint acknowledges, byte[]? payload = null, string? from = null, ushort port = 443, ushort to = 40000, ushort window = ushort.MaxValue) => Give(2, 0,
        PacketBuilder.Write(new PacketDraft
        {
            Source = PacketBuilder.At(from ?? Server),
            Destination = PacketBuilder.At(Agent),
            Protocol = IpProtocol.Tcp,
            SourcePort = port,
            DestinationPort = to,
            Flags = flags,
            Sequence = ServerIsn + offset,
            Acknowledgement = ClientIsn + acknowledges,
            Window = window,
            Payload = payload,
        }));

    public Answer Send(byte[] datagram, string? to = null, ushort from = 40000, bool merged = false) => Give(1, 0, Udp(datagram, to, from), merged: merged);

    public Answer Answer(byte[] datagram) => Give(2, 0, PacketBuilder.Udp(Server, 443, Agent, 40000, datagram));

    public byte[] Udp(byte[] datagram, string? to = null, ushort from = 40000) => PacketBuilder.Udp(Agent, from, to ?? Server, 443, datagram);

    /// <summary>SYN, SYN-ACK, ACK; returns what was said of the SYN.</summary>
    public Answer Handshake(string? to = null, ushort port = 443, ushort from = 40000)
    {
        Answer syn = Client(TcpFlags.Syn, to: to, port: port, from: from);
        World(TcpFlags.Syn | TcpFlags.Ack, 0, 1, from: to, port: port, to: from);
        Client(TcpFlags.Ack, 1, to: to, port: port, from: from);
        return syn;
    }

    public Answer Give(int inInterface, uint mark, byte[] packet, byte hook = 2, bool merged = false, bool unfinished = false)
    {
        Answer answer = Ask(inInterface, mark, packet, hook, merged, unfinished);
        Must(_journal.Commit(), "the journal is written");
        Tcp.Send();
        return answer;
    }

    /// <summary>Judges only: nothing is committed or sent.</summary>
    public Answer Ask(int inInterface, uint mark, byte[] packet, byte hook = 2, bool merged = false, bool unfinished = false) =>
        _judge.Judge(packet, hook, inInterface, mark, new HeldPacket(++_packets, 0, merged, unfinished));

    /// <summary>Lets time pass as the verdict loop does.</summary>
    public void Wait(int ms)
    {
        for (int i = 0; i < ms; i += 5)
        {
            Time.Advance(TimeSpan.FromMilliseconds(5));
            Tcp.Tick(Snapshot);
            Tcp.Send();
        }
    }

    // Not the test framework's: the fuzz program runs this too.
    private static void Must([DoesNotReturnIf(false)] bool holds, string what)
    {
        if (!holds) throw new InvalidOperationException(what);
    }

    private PacketSender Note(List<byte[]> list) => packet =>
    {
        byte[] copy = packet.ToArray();
        if (!Way(copy)) return false;
        list.Add(copy);
        Sent?.Invoke(copy);
        return true;
    };

    public void Commit() => Must(_journal.Commit(), "the journal is written");

    /// <summary>Judges without sending or reading anything, but commits.</summary>
    public void Judge(int inInterface, byte[] packet)
    {
        _judge.Judge(packet, 2, inInterface, 0);
        _journal.Commit();
    }

    /// <summary>All records so far, oldest first.</summary>
    public IReadOnlyList<FlowEvent> Records()
    {
        _reader ??= new JournalReader(Path.Combine(_dir, "journal"));
        _records.AddRange(_reader.Read().Where(e => e.Event is "decision" or "update" or "end"));
        return [.. _records];
    }

    public FlowEvent LastDecision() => Records().Last(e => e.Event == "decision");

    // ag-1 is 1.
    public ushort ZoneOf(string inside) => (ushort)(inside[^1] - '0');

    public void Delete(in FlowKey key, ushort zone)
    {
        Deleted.Add(key);
        DeletedIn.Add(zone);
        Kernel?.Delete(key, zone);
    }

    /// <summary>What the kernel still has an entry of.</summary>
    public List<FlowKey> Existing { get; } = [];

    public bool Exists(in FlowKey key, ushort zone) => Kernel?.Exists(key, zone) ?? Existing.Contains(key);

    public void SetMark(in FlowKey key, ushort zone, uint mark)
    {
        Stamped.Add((key, mark));
        Kernel?.SetMark(key, zone, mark);
    }

    public void Dispose()
    {
        _journal.Dispose();
        _opener.Dispose();
        Directory.Delete(_dir, recursive: true);
    }
}
