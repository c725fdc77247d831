using Exeat.Gateway.Judging;
using Exeat.Testing;
using Exeat.Wire;

namespace Exeat.Gateway.Tests.Judging.Model;

/// <summary>An agent that has been taken over and knows everything, with wires that obey it: what leaves dies or arrives as it likes.</summary>
internal sealed class Adversary(World world, Random random)
{
    private const int Ports = 3;
    private readonly Dictionary<(string To, ushort From, ushort Port), Guess> _guesses = [];

    /// <summary>One step of many kinds.</summary>
    public void Step()
    {
        switch (random.Next(32))
        {
            case < 4: Syn(); break;
            case < 12: Bytes(); break;
            case < 15: Pieces(); break;
            case < 17: Control(); break;
            case < 22: Arrive(); break;
            case < 28: Answer(); break;
            case 28: Odd(); break;
            case 29: Rare(); break;
            default: Do("settle", () => world.Settle()); break;
        }
        if (random.Next(3) > 0) world.Settle(written: random.Next(40) > 0);
    }

    private void Do(string what, Action action)
    {
        world.Trace.Add(what);
        action();
    }

    private Guess Pick()
    {
        (string to, ushort port) = random.Next(12) switch
        {
            >= 10 => (random.Next(3) == 0 ? world.Other : world.Bench.Server, World.WebPort),
            < 6 => (world.Bench.Server, (ushort)443),
            < 7 => (world.Other, (ushort)443),
            7 => (world.Bench.Near, (ushort)443),
            8 => (world.Bench.Near, (ushort)8080),
            _ => (world.Stranger, (ushort)443),
        };
        var key = (to, (ushort)(40000 + random.Next(Ports)), port);
        if (!_guesses.TryGetValue(key, out Guess? guess)) _guesses[key] = guess = new Guess(to, key.Item2, port);
        return guess;
    }

    private void Syn()
    {
        Guess at = Pick();
        if (random.Next(3) > 0) at.Isn = (uint)random.Next();
        byte[] payload = random.Next(12) == 0 ? Flight.First[0].Bytes : [];
        TcpFlags flags = random.Next(12) == 0 ? TcpFlags.Syn | (TcpFlags)random.Next(256) : TcpFlags.Syn;
        Do($"SYN {at} isn {at.Isn} {flags} {payload.Length}", () => world.Offer(Packet(at, flags, at.Isn, payload)));
        if (random.Next(3) > 0) GoOn();
        for (int i = at.Port == World.WebPort ? random.Next(5) : 0; i > 0; i--) Ask(at);
    }

    // An honest exchange now and then: else nearly nothing would ever get to a hello.
    private void GoOn()
    {
        world.Settle();
        if (world.ToServers.Count > 0) Arrive(world.ToServers.Count - 1);
        for (int i = random.Next(1, 3); i > 0 && world.ToAgent.Count > 0; i--) Answer(world.ToAgent.Count - 1);
        world.Settle();
    }

    private void Bytes()
    {
        Guess at = Pick();
        if (at.Port == World.WebPort)
        {
            Ask(at);
            return;
        }
        ModelServer? server = world.Find(at.Key(world.Bench.Agent));
        uint anchor = random.Next(8) == 0 ? at.Isn + 1 : server?.Anchor ?? at.Isn + 1;
        bool again = server is { HasAskedAgain: true } && random.Next(3) > 0;
        int start = again ? server!.SecondHelloAt : 0;
        if (at.Flight is null || random.Next(4) == 0) at.Flight = Choose(again);
        byte[] bytes = at.Flight.Bytes;
        (int from, int to) = Cut(bytes.Length);
        byte[] piece = bytes[from..to];
        if (random.Next(10) == 0) ChangeName(at.Flight, from, piece);
        int shift = random.Next(8) == 0 ? random.Next(-40, 40) : 0;
        if (random.Next(40) == 0) piece = [.. piece, .. Flight.First[random.Next(Flight.First.Length)].Bytes];
        TcpFlags flags = random.Next(16) == 0 ? (TcpFlags)random.Next(256) : TcpFlags.Ack | TcpFlags.Psh;
        uint sequence = anchor + (uint)(start + from + shift);
        Do($"{piece.Length} bytes {at} at {start + from + shift} of '{at.Flight.Name}' {flags}", () => world.Offer(Packet(at, flags, sequence, piece)));
        if (random.Next(2) == 0) GoOn();
    }

    // A hello in pieces: byte by byte or at any places, in any order, overlapping alike, and once in a while otherwise.
    private void Pieces()
    {
        Guess at = Pick();
        if (at.Port == World.WebPort)
        {
            Ask(at);
            return;
        }
        if (world.Find(at.Key(world.Bench.Agent)) is not { IsOpen: true } server) return;
        bool again = server.HasAskedAgain && random.Next(3) > 0;
        Flight flight = Pick(again);
        int start = again ? server.SecondHelloAt : 0;
        int[] cuts = [.. random.Next(3) switch
        {
            0 => Enumerable.Range(0, Math.Min(80, flight.Bytes.Length)),
            1 => ((int[])[0, 5, 9, 43, 44, flight.Bytes.Length - 1]).Where(cut => cut < flight.Bytes.Length).Order(),
            _ => [0, .. Enumerable.Range(0, random.Next(1, 6)).Select(_ => random.Next(flight.Bytes.Length)).Order()],
        }, flight.Bytes.Length];
        (int From, int To)[] pieces = [.. cuts.Zip(cuts.Skip(1)).Select(cut => (cut.First, random.Next(4) > 0 ? cut.Second : Math.Min(flight.Bytes.Length, cut.Second + random.Next(30))))];
        if (random.Next(2) == 0) random.Shuffle(pieces);
        Do($"{pieces.Length} pieces {at} at {start} of '{flight.Name}'", () =>
        {
            foreach ((int from, int to) in pieces)
            {
                byte[] piece = flight.Bytes[from..to];
                if (random.Next(100) == 0) ChangeName(flight, from, piece);
                world.Offer(Packet(at, TcpFlags.Ack, server.Anchor + (uint)(start + from), piece));
                if (random.Next(20) == 0) world.Wait(TimeSpan.FromMilliseconds(100));
            }
        });
        if (random.Next(2) == 0) GoOn();
        if (random.Next(4) == 0) Do("a moment", () => world.Wait(TimeSpan.FromMilliseconds(300)));
    }

    // Requests in one stream: several at once, in pieces, again, and now and then with a byte changed.
    private void Ask(Guess at)
    {
        ModelServer? server = world.Find(at.Key(world.Bench.Agent));
        if (server is not { IsOpen: true }) return;
        if (at.StreamIsn != server.Isn) at.Stream.Clear();
        at.StreamIsn = server.Isn;
        if (server.Received >= at.Stream.Count || random.Next(6) == 0)
        {
            for (int i = random.Next(1, 4); i > 0; i--)
            {
                byte[][] choice = random.Next(6) == 0 ? Requests.Hostile : Requests.Honest;
                at.Stream.AddRange(choice[random.Next(choice.Length)]);
            }
        }
        int from = random.Next(3) > 0 ? server.Received : random.Next(at.Stream.Count);
        int to = random.Next(2) == 0 ? at.Stream.Count : Math.Min(at.Stream.Count, from + 1 + random.Next(400));
        from = Math.Min(from, to);
        byte[] piece = [.. at.Stream[from..to]];
        if (random.Next(20) == 0 && piece.Length > 0) piece[random.Next(piece.Length)] ^= (byte)(1 << random.Next(8));
        Do($"{piece.Length} bytes of requests {at} at {from}", () => world.Offer(Packet(at, TcpFlags.Ack, server.Anchor + (uint)from, piece)));
        GoOn();
    }

    // Now and then a hello has another byte somewhere.
    private Flight Choose(bool again)
    {
        Flight flight = Pick(again);
        if (random.Next(8) > 0) return flight;
        byte[] bytes = [.. flight.Bytes];
        bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
        string name = LaxHello.Read(bytes) is (int end, string read) && (end == bytes.Length || bytes[end] == 23) ? read : "";
        var variant = new Flight(name, bytes);
        world.Variants.Add(variant);
        return variant;
    }

    // The same bytes, but for one letter of the name.
    private void ChangeName(Flight flight, int from, byte[] piece)
    {
        int at = flight.Name.Length == 0 ? -1 : flight.Bytes.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(flight.Name)) - from + 2;
        if (at >= 0 && at < piece.Length) piece[at] ^= 1;
    }

    private Flight Pick(bool again) => random.Next(8) switch
    {
        < 4 => again ? Flight.Second[random.Next(4)] : Flight.First[random.Next(8)],
        < 6 => again ? Flight.Second[random.Next(Flight.Second.Length)] : Flight.First[random.Next(Flight.First.Length)],
        _ => Flight.Hostile[random.Next(Flight.Hostile.Length)],
    };

    private (int From, int To) Cut(int length)
    {
        if (random.Next(3) > 0) return (0, length);
        int from = random.Next(3) == 0 ? 0 : random.Next(length);
        int to = random.Next(3) == 0 ? length : Math.Min(length, from + 1 + random.Next(random.Next(2) == 0 ? 4 : 1400));
        return (from, Math.Max(from, to));
    }

    private void Control()
    {
        Guess at = Pick();
        uint anchor = world.Find(at.Key(world.Bench.Agent))?.Anchor ?? at.Isn + 1;
        TcpFlags flags = random.Next(6) switch
        {
            0 => TcpFlags.Rst,
            1 => TcpFlags.Rst | TcpFlags.Ack,
            2 => TcpFlags.Fin | TcpFlags.Ack,
            3 => (TcpFlags)random.Next(256),
            _ => TcpFlags.Ack,
        };
        Do($"{flags} {at}", () => world.Offer(Packet(at, flags, anchor + (uint)random.Next(-2, 3), [])));
    }

    private void Arrive() => Arrive(random.Next(Math.Max(1, world.ToServers.Count)));

    private void Arrive(int index)
    {
        if (index >= world.ToServers.Count) return;
        byte[] packet = world.ToServers[index];
        if (random.Next(8) > 0) world.ToServers.RemoveAt(index);
        // One in six dies behind the gateway.
        if (random.Next(6) == 0) Do("lost on the way", () => world.ToServers.Remove(packet));
        else Do($"arrives: {Describe(packet)}", () => world.Deliver(packet));
    }

    private void Answer() => Answer(random.Next(Math.Max(1, world.ToAgent.Count)));

    private void Answer(int index)
    {
        if (index >= world.ToAgent.Count) return;
        byte[] packet = world.ToAgent[index];
        if (random.Next(8) > 0) world.ToAgent.RemoveAt(index);
        Do($"server says: {Describe(packet)}", () => world.FromWorld(packet));
    }

    private void Odd()
    {
        Guess at = Pick();
        byte[] hello = Flight.First[0].Bytes;
        byte[] packet = random.Next(7) switch
        {
            0 => PacketBuilder.Udp(world.Bench.Agent, at.From, at.To, 443, hello),
            1 => PacketBuilder.Icmp(world.Bench.Agent, at.To, (byte)random.Next(256), 0, hello[..64]),
            2 => PacketBuilder.Raw(world.Bench.Agent, at.To, (byte)random.Next(256), hello),
            3 => Packet(at, TcpFlags.Ack, at.Isn + 1, hello)[..random.Next(20, 90)],
            4 => Packet(at, TcpFlags.Ack, world.Find(at.Key(world.Bench.Agent))?.Anchor ?? 1, hello, options: true),
            5 => Fragment(at, hello),
            _ => PacketBuilder.Udp(world.Bench.Agent, at.From, at.To, 53, hello),
        };
        Do($"odd: {Describe(packet)}", () => world.Offer(packet));
    }

    private byte[] Fragment(Guess at, byte[] payload) => PacketBuilder.Write(new PacketDraft
    {
        Source = PacketBuilder.At(world.Bench.Agent),
        Destination = PacketBuilder.At(at.To),
        Protocol = IpProtocol.Tcp,
        IsRaw = true,
        FragmentOffset = (ushort)(8 * random.Next(3)),
        MoreFragments = true,
        Payload = payload.AsSpan(0, payload.Length & ~7),
    });

    private void Rare()
    {
        switch (random.Next(7))
        {
            case 0: Do("wait", () => world.Wait(TimeSpan.FromSeconds(random.Next(1, 15)))); break;
            case 1 when world.AnyConnection() is FlowKey key: Do($"the kernel forgets {key}", () => world.Forget(key, random.Next(2) == 0)); break;
            case 2: Do("policy closed", () => world.Load("enforce", "closed")); break;
            case 3: Do("quarantine", () => world.Load("enforce", "quarantined")); break;
            case 4: Do("policy open, enforce", () => world.Load("enforce", "open")); break;
            case 5: Do("policy open, monitor", () => world.Load("monitor", "open")); break;
            default: Do("another name bound", () => world.Bind(random.Next(2) == 0 ? "docs.openclaw.ai" : "api.openai.com", world.Bench.Server)); break;
        }
    }

    private byte[] Packet(Guess at, TcpFlags flags, uint sequence, byte[] payload, bool options = false)
    {
        ModelServer? server = world.Find(at.Key(world.Bench.Agent));
        return PacketBuilder.Write(new PacketDraft
        {
            Source = PacketBuilder.At(world.Bench.Agent),
            Destination = PacketBuilder.At(at.To),
            Protocol = IpProtocol.Tcp,
            SourcePort = at.From,
            DestinationPort = at.Port,
            Flags = flags,
            Sequence = sequence,
            Acknowledgement = (server?.Isn ?? 0) + 1,
            Payload = payload,
            IpOptions = options && !PacketBuilder.At(at.To).IsV6 ? [1, 1, 1, 0] : [],
        });
    }

    private static string Describe(byte[] packet) => PacketView.TryRead(packet, out PacketView view)
        ? $"{view.SourcePort} → {view.Destination}:{view.DestinationPort} {view.Flags} seq {view.Sequence} ack {view.Acknowledgement}, {view.PayloadLength} bytes" : "no packet";

    private sealed class Guess(string to, ushort from, ushort port)
    {
        public string To => to;

        public ushort From => from;

        public ushort Port => port;

        public uint Isn { get; set; } = 1000;

        public Flight? Flight { get; set; }

        public List<byte> Stream { get; } = [];

        public uint StreamIsn { get; set; }

        public FlowKey Key(string agent) => new(PacketBuilder.At(agent), from, PacketBuilder.At(to), port, FlowKey.Tcp);

        public override string ToString() => $"{from} → {to}:{port}";
    }
}
