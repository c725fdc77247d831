using System.Collections.Concurrent;
using Exeat.Flows;
using Exeat.Gateway.Bindings;
using Exeat.Gateway.Dns;
using Exeat.Names;
using Exeat.Policy;
using Exeat.Wire;
using Exeat.Wire.Dns;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Exeat.Gateway.Tests.Dns.Model;

/// <summary>Two agents that have been taken over, the resolver's desk, an upstream that says what it likes, a disk that may refuse: each step is one of theirs.</summary>
/// <remarks>What is asked, answered and bound is held against the words of the policy, read by <see cref="DnsNotary"/> alone.</remarks>
internal sealed class DnsWorld : IFlowSink, IDisposable
{
    public const string Intercept = "192.0.2.53", Intercept6 = "2001:db8::53";

    private static readonly string[] Names = ["api.example.com", "db.example.com", "a.example.org", "b.c.example.org", "example.org", "x.evil.example", "example.com", "api.example.com.evil.example"];
    private static readonly DnsType[] Types = [DnsType.A, DnsType.AAAA, DnsType.A, DnsType.AAAA, DnsType.HTTPS, DnsType.SVCB, DnsType.CNAME, DnsType.TXT, DnsType.ANY];
    private static readonly ConcurrentDictionary<(string, string), (CompiledPolicy Policy, string Version, AgentsDocument Agents)> Loads = new();

    private readonly string _dir = Directory.CreateTempSubdirectory("exeat-dns").FullName;
    private readonly Random _random;
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));
    private readonly ResolverLimits _limits = new() { NamesPerZone = 6, OutstandingPerAgent = 4, QueuedPerAgent = 2 };
    private readonly List<Exchange> _waiting = [];
    private readonly List<Exchange> _queued = [];
    private readonly HashSet<Guid> _recorded = [];
    private readonly DnsNotary _notary;
    private Snapshot _snapshot;
    private BindingBook _book;
    private BindingFile _file;
    private QuestionDesk _desk;
    private bool _diskRefuses;
    private int _records;

    public DnsWorld(Random random, bool monitors)
    {
        _random = random;
        _notary = new DnsNotary { Mode = monitors ? "monitor" : "enforce" };
        _snapshot = Load(1);
        (_book, _file, _desk) = Start();
    }

    public string? Wrong { get; private set; }

    public List<string> Trace { get; } = [];

    /// <summary>Addresses that agents were told.</summary>
    public int Released { get; private set; }

    public void Step()
    {
        switch (_random.Next(16))
        {
            case < 6: Ask(); break;
            case < 12: Answer(); break;
            case 12: Say("time", () => _time.Advance(TimeSpan.FromSeconds(_random.Next(4) == 0 ? _random.Next(600) : 1))); break;
            case 13: Policy(); break;
            case 14: Say("the disk", () => _diskRefuses = _random.Next(3) == 0); break;
            default:
                if (_random.Next(2) == 0) Restart();
                else Fail();
                break;
        }
        foreach ((string agent, Address address, Binding binding) in _book.All())
            Wrong ??= _notary.Bound(agent, binding.Name.Text, address);
    }

    public bool Record(in FlowDraft draft, out Guid told)
    {
        told = draft.Flow;
        if (_diskRefuses) return false;
        _recorded.Add(draft.Flow);
        _records++;
        return true;
    }

    public void Dispose()
    {
        _file.Dispose();
        Directory.Delete(_dir, recursive: true);
    }

    private void Say(string what, Action action)
    {
        Trace.Add(what);
        action();
    }

    private void Ask()
    {
        string from = DnsNotary.Sources[_random.Next(DnsNotary.Sources.Length)];
        string name = Names[_random.Next(Names.Length)];
        DnsType type = Types[_random.Next(Types.Length)];
        byte[] packet = DnsMessages.Question((ushort)_random.Next(65536), name, type, _random.Next(3) > 0 ? 512 + _random.Next(2048) : null);
        if (_random.Next(4) == 0) DnsMessages.Change(packet, _random);
        var peer = new Peer(DnsNotary.At(from), 40000, _random.Next(3) == 0 ? Peer.Tcp : Peer.Udp, DnsNotary.At(_random.Next(8) == 0 ? "198.51.100.1" : from.Contains(':', StringComparison.Ordinal) ? Intercept6 : Intercept));
        byte[] room = new byte[peer.Protocol == Peer.Udp ? _limits.UdpBytes : ushort.MaxValue];
        Trace.Add($"{from} asks {peer.Intercept} for {name} {type}");
        int before = _records;
        int length = _desk.Begin(packet, peer, room, out Exchange? waiting);
        if (waiting is null)
        {
            Reply(peer, packet, room.AsSpan(0, length), _records > before);
            return;
        }
        if (length != 0) Wrong ??= "a question is answered and asked on as well";
        Wait(waiting);
    }

    private void Wait(Exchange waiting)
    {
        string agent = _notary.AgentOf(waiting.Peer.Source.ToString()) ?? "nobody";
        if (waiting.Unread is not null)
        {
            _queued.Add(waiting);
            if (_queued.Count(other => other.Key == waiting.Key) > _limits.QueuedPerAgent) Wrong ??= $"the queue of {agent} is longer than it may be";
            return;
        }
        string left = waiting.Question!.Name!.Text;
        _notary.Asked(agent, left);
        Wrong ??= _notary.Left(agent, left, waiting.Peer.Intercept);
        if (!_recorded.Contains(waiting.Flow)) Wrong ??= $"a question for {left} left before it was recorded";
        _waiting.Add(waiting);
        if (_waiting.Count(other => other.Key == waiting.Key) > _limits.OutstandingPerAgent) Wrong ??= $"more questions of {agent} wait than may";
    }

    // Who is in the queue is called, whether a place is free or not; or it waited for too long.
    private void Call()
    {
        if (Take(_queued) is not { } exchange) return;
        byte[] room = Room(exchange);
        if (_random.Next(4) == 0)
        {
            Trace.Add($"{exchange.Question!.Name} waited for too long");
            Later(exchange, exchange.Unread, room.AsSpan(0, _desk.Full(exchange, room)), isRecorded: false);
            return;
        }
        Trace.Add($"{exchange.Question!.Name} is called");
        int before = _records;
        int length = _desk.Resume(exchange, room, out Exchange? waiting);
        if (waiting is not null) Wait(waiting);
        else Later(exchange, exchange.Unread, room.AsSpan(0, length), _records > before);
    }

    private void Later(Exchange exchange, byte[]? packet, ReadOnlySpan<byte> reply, bool isRecorded)
    {
        string? asked = exchange.Agent < 0 ? null : exchange.Snapshot.Policy.Agents[exchange.Agent].Id, holds = _notary.AgentOf(exchange.Peer.Source.ToString());
        if (!reply.IsEmpty && asked != holds) Wrong ??= $"{holds} was told what {asked} had asked";
        Reply(exchange.Peer, packet, reply, isRecorded);
    }

    private Exchange? Take(List<Exchange> from)
    {
        if (from.Count == 0) return null;
        int index = _random.Next(from.Count);
        Exchange taken = from[index];
        from.RemoveAt(index);
        return taken;
    }

    private byte[] Room(Exchange exchange) => new byte[exchange.Peer.Protocol == Peer.Udp ? _limits.UdpBytes : ushort.MaxValue];

    private void Answer()
    {
        if (Take(_waiting) is not { } exchange) return;
        AgentQuestion question = exchange.Question!;
        DomainName name = question.Name!;
        byte[] message = DnsMessages.Answer(7, name.Text, question.Type, _random);
        if (_random.Next(4) == 0) DnsMessages.Change(message, _random);
        AnswerStatus status = new AnswerReader(_limits).Read(message, 7, name, question.Type, out Answer? answer);
        Trace.Add($"upstream says of {name} {question.Type}: {status}, {answer?.Records.Length ?? 0} records");
        if (status == AnswerStatus.NotOurs)
        {
            _waiting.Add(exchange);
            return;
        }
        if (answer is not null) _notary.Offered(name.Text, question.Type, answer);
        Finish(exchange, answer);
        // Who asked the same meanwhile has the same answer.
        Exchange[] same = [.. _waiting.Where(other => other.Question!.Name!.Equals(name) && other.Question.Type == question.Type)];
        foreach (Exchange other in same)
        {
            _waiting.Remove(other);
            Finish(other, answer);
        }
        if (_queued.Count > 0) Call();
    }

    private void Fail()
    {
        if (Take(_waiting) is not { } exchange) return;
        Trace.Add($"upstream says nothing of {exchange.Question!.Name}");
        Finish(exchange, null);
    }

    private void Finish(Exchange exchange, Answer? answer)
    {
        byte[] room = Room(exchange);
        _desk.Leave(exchange);
        int length = _desk.Finish(exchange, answer, room);
        Later(exchange, null, room.AsSpan(0, length), _recorded.Contains(exchange.Flow));
    }

    private void Policy()
    {
        _notary.Mode = _random.Next(8) switch { < 4 => "enforce", 4 => "monitor", 5 => "closed", 6 => "quarantined", _ => "moved" };
        Trace.Add($"policy: {_notary.Mode}");
        _snapshot = Load(_snapshot.Generation % 255 + 1);
        _book.Revise(_snapshot.Policy);
    }

    // A new process: what waited and what was remembered is gone, the bindings come back from the disk.
    private void Restart()
    {
        Trace.Add("restart");
        _waiting.Clear();
        _queued.Clear();
        _file.Dispose();
        (_book, _file, _desk) = Start();
    }

    private (BindingBook, BindingFile, QuestionDesk) Start()
    {
        var book = new BindingBook(new BindingLimits(), _time);
        var file = new BindingFile(_dir, _time, NullLogger.Instance, new byte[16], 0);
        file.Restore(book, id => _snapshot.Policy.FindAgent(id) >= 0);
        book.Revise(_snapshot.Policy);
        file.Begin(book);
        var options = new ResolverOptions { Intercepts = [DnsNotary.At(Intercept), DnsNotary.At(Intercept6)], Upstreams = [], Limits = _limits };
        return (book, file, new QuestionDesk(options, () => _snapshot, book, this, _time));
    }

    private void Reply(in Peer peer, byte[]? packet, ReadOnlySpan<byte> reply, bool isRecorded)
    {
        if (reply.IsEmpty) return;
        if (DnsMessageReader.TryOpen(reply, out DnsMessageReader reader) != ReadStatus.Found || !reader.Header.IsResponse) Wrong ??= "a reply is no response";
        if (packet is not null && !reply[..2].SequenceEqual(packet.AsSpan(0, 2))) Wrong ??= "a reply has another id than its question";
        if (!reader.HasQuestion || reader.TryReadQuestion(out DnsQuestion question) != ReadStatus.Found) return;
        Span<byte> room = stackalloc byte[CanonicalName.MaxBytes];
        question.TryReadName(room, out int length);
        string name = System.Text.Encoding.ASCII.GetString(room[..length]), agent = _notary.AgentOf(peer.Source.ToString()) ?? "nobody";
        _notary.Asked(agent, name);
        while (reader.HasRecord)
        {
            if (reader.TryReadRecord(out DnsRecord record) != ReadStatus.Found)
            {
                Wrong ??= "a reply has a record that cannot be read";
                return;
            }
            if (record.Section != DnsSection.Answer) continue;
            if (!isRecorded) Wrong ??= $"an answer for {name} was released before it was recorded";
            Wrong ??= _notary.Released(agent, name, record.Type, record.Rdata, (id, at) => _book.Names(id, at).Any(bound => bound.Text == name));
            if (record.Type is DnsType.A or DnsType.AAAA) Released++;
        }
    }

    private Snapshot Load(int generation)
    {
        string text = DnsNotary.Policy(_notary.Mode), who = DnsNotary.Agents(_notary.Mode);
        (CompiledPolicy compiled, string version, AgentsDocument document) = Loads.GetOrAdd((text, who), _ => Read(text, who));
        return new Snapshot(compiled, generation, version, document);
    }

    private (CompiledPolicy, string, AgentsDocument) Read(string text, string who)
    {
        string policy = Path.Combine(_dir, "policy.yaml"), agents = Path.Combine(_dir, "agents.yaml");
        File.WriteAllText(policy, text);
        File.WriteAllText(agents, who);
        LoadResult loaded = PolicyLoader.Load(policy);
        AgentsResult read = AgentsLoader.Load(agents);
        if (loaded.Policy is null || read.Agents is null) throw new InvalidOperationException(string.Join('\n', loaded.Problems.Concat(read.Problems)));
        return (CompiledPolicy.Compile(loaded.Policy, read.Agents, _time.GetUtcNow()), loaded.Policy.Version, read.Agents);
    }
}
