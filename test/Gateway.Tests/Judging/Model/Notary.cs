using Exeat.Gateway.Judging;
using Exeat.Wire;

namespace Exeat.Gateway.Tests.Judging.Model;

/// <summary>Says of every packet that leaves whether it may have left, from what the world saw alone: it knows nothing of the judges' states.</summary>
/// <remarks>
/// Of a connection towards an address that rules permit by name, only these bytes may leave: one hello for a name that is permitted and bound to that address, every byte of
/// which the agent had sent before the first one left; after a server's retry a second one for the same name; and anything once the server has answered the hello.
/// Of plain HTTP: whole heads for such names and their bodies, to the end of the connection.
/// </remarks>
internal sealed class Notary(World world)
{
    private readonly Dictionary<FlowKey, Case> _cases = [];

    public void Offered(in PacketView view, in FlowKey key)
    {
        Case at = Of(key);
        for (int i = 0; i < view.Payload.Length; i++)
        {
            uint sequence = view.Sequence + (uint)i;
            if (!at.Offered.TryGetValue(sequence, out List<byte>? bytes)) at.Offered[sequence] = bytes = [];
            if (!bytes.Contains(view.Payload[i])) bytes.Add(view.Payload[i]);
        }
    }

    /// <summary>Null: it may. Otherwise what is wrong.</summary>
    public string? Left(byte[] bytes)
    {
        if (!PacketView.TryRead(bytes, out PacketView view)) return "bytes that are no packet left";
        if (view.IsFragment) return "a fragment left";
        if (!view.IsTcp) return world.Monitors ? null : $"a packet of protocol {view.Protocol} left";
        var key = new FlowKey(view.Source, view.SourcePort, view.Destination, view.DestinationPort, view.Protocol);
        Case at = Of(key);
        string to = view.Destination.ToString();
        // The kernel's fast path does not look at options: on a permitted connection they carry no more than its bytes may.
        if (view.HasOptions && !world.Monitors && !world.PermitsAddress(to, key.Port) && !IsProven(key, at)) return "a packet with options left before the name was proven";
        if ((view.Flags & (TcpFlags.Syn | TcpFlags.Ack)) == TcpFlags.Syn) return Syn(view, at, to);
        if (view.PayloadLength == 0)
        {
            bool urgent = (view.Flags & TcpFlags.Urg) != 0 && !world.Monitors && !world.PermitsAddress(to, key.Port);
            return urgent && !IsProven(key, at) ? "an urgent pointer left before the name was proven" : null;
        }
        if (world.PermitsAddress(to, key.Port)) return null;
        string? wrong = Payload(view, key, at, to);
        at.LeftUnjudged |= world.Monitors && key.Port == World.WebPort;
        if (wrong is null || !world.Monitors) return wrong;
        // Monitor holds nothing. What the server made of it is what counts once enforced.
        at.LeftUnjudged = true;
        return null;
    }

    /// <summary>After a packet reached its server: what the server made of the stream.</summary>
    public string? Read(in FlowKey key, ModelServer server)
    {
        if (world.Monitors) return null;
        string to = key.Destination.ToString();
        Case at = Of(key);
        if (at.ReadIsn != server.Isn) (at.ReadIsn, at.NamesSeen) = (server.Isn, 0);
        for (; at.NamesSeen < server.Names.Count; at.NamesSeen++)
        {
            string name = server.Names[at.NamesSeen];
            if (to == world.Bench.Near) return World.Denies(name, key.Port) ? $"the server at {to} read the denied name {name}" : null;
            bool allowed = key.Port == World.WebPort ? world.Permits(name, to) : at.Approved.Contains(name);
            if (!at.IsTainted && !at.LeftUnjudged && !allowed) return $"the server at {to} read '{name}'";
        }
        return null;
    }

    /// <summary>What is permitted now has changed: connections that nothing permits any more must send no more bytes.</summary>
    public void PolicyChanged()
    {
        foreach ((FlowKey key, Case at) in _cases)
        {
            ModelServer? server = world.Find(key);
            if (server is null || world.Monitors || at.Left.Count == 0) continue;
            if (server.Names.Exists(name => !world.Permits(name, key.Destination.ToString()))) at.IsTainted = true;
        }
    }

    private string? Syn(in PacketView view, Case at, string to)
    {
        if (view.PayloadLength > 0) return "a SYN with data left";
        bool may = world.Monitors || world.PermitsAddress(to, view.DestinationPort) || view.DestinationPort is 443 or World.WebPort && world.HasPermittedName(to);
        if (!may) return $"a SYN to {to}:{view.DestinationPort} left, where nothing can permit it";
        return null;
    }

    private bool IsProven(in FlowKey key, Case at)
    {
        ModelServer? server = world.Find(key);
        if (server is null || at.IsTainted || !at.Is(server)) return false;
        string to = key.Destination.ToString();
        return (server.HasAnswered || at.WasProven && !server.IsOpen) && (world.Monitors || server.Names.TrueForAll(name => world.Permits(name, to)));
    }

    private string? Payload(in PacketView view, in FlowKey key, Case at, string to)
    {
        ModelServer? server = world.Find(key);
        if (server is null) return "bytes left for a connection that the server never had";
        if (!at.Is(server))
        {
            (at.Anchor, at.ServerIsn, at.IsTainted, at.WasProven, at.LeftUnjudged, at.HostsSeen) = (server.Anchor, server.Isn, false, false, false, 0);
            at.Left.Clear();
        }
        if (at.IsTainted) return "bytes left of a connection that is not permitted any more";
        if (IsProven(key, at))
        {
            at.WasProven = true;
            return null;
        }
        if ((view.Flags & TcpFlags.Urg) != 0) return "an urgent byte left before the name was proven";
        string? wrong = Note(view, server, at);
        if (wrong is not null) return wrong;
        if (key.Port == World.WebPort) return Requests(key, at, to);
        if (!HasCandidate(server, at, to)) return $"bytes left that belong to no permitted hello ({Convert.ToHexString(view.Payload[..Math.Min(16, view.Payload.Length)])}… at {(int)(view.Sequence - server.Anchor)})";
        return world.Monitors || IsRecorded(key, at) ? null : "a hello left before its permit was recorded";
    }

    /// <summary>Between batches: a head that left, left whole.</summary>
    public string? Settled()
    {
        if (world.Monitors) return null;
        foreach ((FlowKey key, Case at) in _cases)
        {
            if (key.Port == World.WebPort && !at.IsTainted && !at.LeftUnjudged && at.Left.Count > 0 && LaxRequests.Read(Together(at)).EndsInHead) return $"half a request left for {key.Destination}";
        }
        return null;
    }

    private string? Requests(in FlowKey key, Case at, string to)
    {
        foreach ((int offset, byte b) in at.Left)
        {
            if (!at.Offered.TryGetValue(at.Anchor + (uint)offset, out List<byte>? offered) || !offered.Contains(b)) return "a byte left that the agent never sent";
        }
        List<string> hosts = LaxRequests.Read(Together(at)).Hosts;
        for (; at.HostsSeen < hosts.Count; at.HostsSeen++)
        {
            string host = hosts[at.HostsSeen];
            if (!world.Monitors && !world.Permits(host, to)) return $"a request to '{host}' left";
            if (at.HostsSeen > 0 && hosts[at.HostsSeen - 1] == host) continue;
            (int port, int asked) = (key.SourcePort, at.HostPermits[host] = at.HostPermits.GetValueOrDefault(host) + 1);
            int permits = world.Records().Count(e =>
                e.Event == "decision" && e.Verdict == "permit" && e.SourcePort == port && e.Destination == to && e.Names.Any(n => n.Source == "host" && n.Name == host));
            if (!world.Monitors && permits < asked) return $"a request to {host} left before its permit was recorded";
        }
        return null;
    }

    private static byte[] Together(Case at)
    {
        var bytes = new List<byte>();
        while (at.Left.TryGetValue(bytes.Count, out byte next)) bytes.Add(next);
        return [.. bytes];
    }

    private static string? Note(in PacketView view, ModelServer server, Case at)
    {
        int offset = (int)(view.Sequence - server.Anchor);
        if (offset < 0) return "bytes left that lie before the server's first one";
        for (int i = 0; i < view.Payload.Length; i++)
        {
            if (at.Left.TryGetValue(offset + i, out byte before) && before != view.Payload[i]) return "two different bytes left for one place in the stream";
            at.Left[offset + i] = view.Payload[i];
        }
        return null;
    }

    private bool HasCandidate(ModelServer server, Case at, string to)
    {
        foreach (Flight flight in Flight.Known.Concat(world.Variants))
        {
            // Early data may come behind the hello that a retry answered.
            int second = server.HasAskedAgain ? Math.Max(server.SecondHelloAt, flight.Bytes.Length) : int.MaxValue;
            if (flight.Bytes[0] != 22 || !world.Permits(flight.Name, to) || !Fits(flight, 0, second, at)) continue;
            at.Approved.Add(flight.Name);
            if (!server.HasAskedAgain || !at.Left.Keys.Any(o => o >= second)) return true;
            if (Flight.Known.Concat(world.Variants).Any(next => !next.HasEarlyData && next.Name == flight.Name && Fits(next, second, int.MaxValue, at))) return true;
        }
        return false;
    }

    private static bool Fits(Flight flight, int from, int to, Case at)
    {
        foreach ((int offset, byte b) in at.Left)
        {
            if (offset < from || offset >= to) continue;
            if (offset - from >= flight.Bytes.Length || flight.Bytes[offset - from] != b) return false;
        }
        // The hello has to be there; of the early data behind it some may be on its way.
        int hello = LaxHello.Read(flight.Bytes)?.End ?? flight.Bytes.Length;
        for (int i = 0; i < hello; i++)
        {
            if (!at.Offered.TryGetValue(at.Anchor + (uint)(from + i), out List<byte>? offered) || !offered.Contains(flight.Bytes[i])) return false;
        }
        return true;
    }

    private bool IsRecorded(in FlowKey key, Case at)
    {
        if (at.RecordedIsn == at.ServerIsn) return true;
        (int port, string to) = (key.SourcePort, key.Destination.ToString());
        int permits = world.Records().Count(e =>
            e.Event == "decision" && e.Verdict == "permit" && e.SourcePort == port && e.Destination == to && e.Names.Any(n => n.Source == "sni"));
        // One for each connection of the tuple.
        if (permits <= at.Permits) return false;
        (at.RecordedIsn, at.Permits) = (at.ServerIsn, permits);
        return true;
    }

    private Case Of(in FlowKey key)
    {
        if (!_cases.TryGetValue(key, out Case? at)) _cases[key] = at = new Case();
        return at;
    }

    private sealed class Case
    {
        public Dictionary<uint, List<byte>> Offered { get; } = [];

        public Dictionary<int, byte> Left { get; } = [];

        /// <summary>Names of the hellos that left while they were permitted.</summary>
        public HashSet<string> Approved { get; } = [];

        public uint Anchor { get; set; }

        public uint ServerIsn { get; set; }

        public bool Is(ModelServer server) => server.Anchor == Anchor && server.Isn == ServerIsn;

        public uint? ReadIsn { get; set; }

        public uint? RecordedIsn { get; set; }

        public int Permits { get; set; }

        public int NamesSeen { get; set; }

        public int HostsSeen { get; set; }

        public Dictionary<string, int> HostPermits { get; } = [];

        /// <summary>Monitor let out what enforce would have held.</summary>
        public bool LeftUnjudged { get; set; }

        public bool IsTainted { get; set; }

        public bool WasProven { get; set; }
    }
}
