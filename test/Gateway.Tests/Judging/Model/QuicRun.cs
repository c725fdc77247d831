using Exeat.Gateway.Judging;
using Exeat.Testing;
using Exeat.Wire;

namespace Exeat.Gateway.Tests.Judging.Model;

/// <summary>An agent that has been taken over, the gateway's judge of QUIC, and a server, with wires that lose what they like.</summary>
internal sealed class QuicRun(Random random, bool v6) : IDisposable
{
    private static readonly string[] Names = ["openclaw.ai", "openclaw.ai", "openclaw.ai", "docs.openclaw.ai", "evilsite.ai", "evil.example", "api.openai.com"];

    private readonly JudgeBench _bench = Bench(v6);
    private readonly Dictionary<ushort, Flow> _flows = [];
    private uint _number;
    private int _seen;

    public string? Wrong { get; private set; }

    public List<string> Trace { get; } = [];

    public int Answered => _flows.Values.Count(flow => flow.HasAnswered);

    public void Step()
    {
        ushort port = (ushort)(40000 + random.Next(2));
        if (!_flows.TryGetValue(port, out Flow? flow)) _flows[port] = flow = new Flow(port);
        switch (random.Next(8))
        {
            case < 2: Whole(flow); break;
            case < 5: Initial(flow); break;
            case 5: Offer(flow, new Sent("short", 0, 0, [], [0x41, 0xaa, .. new byte[30]])); break;
            case 6: ServerSays(flow, (byte)random.Next(3)); break;
            default: Odd(flow); break;
        }
    }

    public void Dispose() => _bench.Dispose();

    private void Initial(Flow flow)
    {
        byte id = (byte)random.Next(3);
        Part(flow, Names[random.Next(Names.Length)], id, random.Next(1 + id));
    }

    // What an honest client does, or nearly.
    private void Whole(Flow flow)
    {
        byte id = (byte)random.Next(3);
        int[] order = [.. Enumerable.Range(0, 1 + id)];
        random.Shuffle(order);
        foreach (int part in order) Part(flow, "openclaw.ai", id, part);
        if (random.Next(3) > 0) ServerSays(flow, id);
    }

    // One connection id has hellos for any name: what collides must not be mixed.
    private void Part(Flow flow, string name, byte id, int part)
    {
        byte[] message = Message(name, id);
        int parts = 1 + id, each = (message.Length + parts - 1) / parts;
        int from = part * each, to = Math.Min(message.Length, from + each);
        byte[] frames = [.. QuicInitialWriter.Crypto((ulong)from, message.AsSpan(from, to - from)), 1];
        Offer(flow, new Sent($"{name} {part} of {parts}", id, from, message[from..to], Write(id, frames, ofServer: false)));
    }

    private void Odd(Flow flow)
    {
        byte[] datagram = Write(0, QuicInitialWriter.Crypto(0, HelloBuilder.For("openclaw.ai").Message()), ofServer: false);
        if (random.Next(2) == 0) datagram[random.Next(1, 5)] ^= 0x10;
        else datagram[random.Next(40, datagram.Length)] ^= 1;
        Offer(flow, new Sent("odd", 0, 0, [], datagram));
    }

    private void Offer(Flow flow, Sent sent)
    {
        Trace.Add($"{flow.Port}: {sent.What} on {sent.Id}");
        for (int i = 0; i < sent.Hello.Length; i++) flow.Offered.Add((sent.Id, sent.From + i, sent.Hello[i]));
        bool isLong = (sent.Datagram[0] & 0x80) != 0 || QuicHeader.MayHoldLongHeader(sent.Datagram);
        if (flow.Mark == _bench.Watched && !isLong)
        {
            Left(flow, sent);
            return;
        }
        Answer answer = _bench.Send(sent.Datagram, from: flow.Port);
        uint id = _bench.LastPacket;
        for (; _seen < _bench.Held.Due.Count; _seen++)
        {
            (HeldPacket packet, bool accept, uint mark) = _bench.Held.Due[_seen];
            if (!flow.Held.Remove(packet.Id, out Sent? held)) Wrong ??= "a datagram was let go that nobody held";
            else if (accept) (flow.Mark, _) = (mark, Left(flow, held));
        }
        if (answer.Holds) flow.Held.Add(id, sent);
        else if (answer.Accept && !answer.Refuses) (flow.Mark, _) = (answer.Mark, Left(flow, sent));
        else if (answer.Refuses) flow.Forget();
    }

    // What a datagram may leave for, from what was offered and recorded alone.
    private bool Left(Flow flow, Sent sent)
    {
        if (sent.Hello.Length == 0)
        {
            if (!flow.HasAnswered || sent.What == "odd") Wrong ??= $"{sent.What} left";
            return false;
        }
        byte[] good = Message("openclaw.ai", sent.Id);
        if (sent.From + sent.Hello.Length > good.Length || !good.AsSpan(sent.From, sent.Hello.Length).SequenceEqual(sent.Hello)) Wrong ??= $"{sent.What} left";
        for (int i = 0; i < good.Length; i++)
        {
            if (!flow.Offered.Contains((sent.Id, i, good[i]))) Wrong ??= $"{sent.What} left of a hello that is not whole";
        }
        if (!flow.IsRecorded && !_bench.Records().Any(e => e.Verdict == "permit" && e.SourcePort == flow.Port && e.Names.Any(n => n is { Name: "openclaw.ai", Source: "sni" }))) Wrong ??= "a hello left before its permit was recorded";
        flow.IsRecorded = true;
        if (random.Next(5) == 0) return true;
        for (int i = 0; i < sent.Hello.Length; i++) flow.Arrived.Add((sent.Id, sent.From + i));
        return true;
    }

    // The server answers what it has the whole of.
    private void ServerSays(Flow flow, byte id)
    {
        if (Enumerable.Range(0, Message("openclaw.ai", id).Length).Any(i => !flow.Arrived.Contains((id, i)))) return;
        Trace.Add($"{flow.Port}: the server answers {id}");
        byte[] said = Write(id, QuicInitialWriter.Crypto(0, [2, 0, 0, 90, .. new byte[90]]), ofServer: true);
        Answer answer = _bench.Give(2, 0, PacketBuilder.Udp(_bench.Server, 443, _bench.Agent, flow.Port, said));
        if (!answer.Accept) return;
        flow.Mark = answer.Mark;
        flow.HasAnswered = true;
    }

    private byte[] Write(byte id, byte[] frames, bool ofServer)
    {
        byte[] client = [7], server = [0xaa, 0xbb, 0xcc, 0xdd], key = [id, 2, 3, 4, 5, 6, 7, 8];
        return QuicInitialWriter.Write(new QuicInitialDraft
        {
            Destination = ofServer ? client : key,
            Source = ofServer ? server : client,
            KeyId = key,
            OfServer = ofServer,
            Number = _number++ % 100,
            Frames = frames,
            PadTo = 1200,
        });
    }

    private static byte[] Message(string name, byte id) => (HelloBuilder.For(name) with { KeyShareBytes = 900 * (1 + id), ShuffleSeed = name.Length }).Message();

    private static JudgeBench Bench(bool v6)
    {
        var bench = new JudgeBench(v6);
        bench.Bind("openclaw.ai");
        bench.Bind("api.openai.com");
        return bench;
    }

    private sealed record Sent(string What, byte Id, int From, byte[] Hello, byte[] Datagram);

    private sealed class Flow(ushort port)
    {
        public ushort Port => port;

        public uint Mark { get; set; }

        public bool HasAnswered { get; set; }

        public bool IsRecorded { get; set; }

        public Dictionary<uint, Sent> Held { get; } = [];

        public HashSet<(byte Id, int At, byte Value)> Offered { get; } = [];

        public HashSet<(byte Id, int At)> Arrived { get; } = [];

        /// <summary>The gateway ended it, and the kernel's entry with it: what the agent sent before counts no more.</summary>
        public void Forget()
        {
            (Mark, HasAnswered) = (0, false);
            Offered.Clear();
            Arrived.Clear();
        }
    }
}
