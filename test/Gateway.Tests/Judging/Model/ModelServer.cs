using Exeat.Testing;
using Exeat.Wire;

namespace Exeat.Gateway.Tests.Judging.Model;

/// <summary>One honest TCP + TLS server as seen from the wire: it keeps the bytes that came first, reads the hello, answers it, once in a while with a retry.</summary>
internal sealed class ModelServer(string address, string agent, ushort port, ushort client, uint isn, bool retries)
{
    public const int ServerHelloBytes = 85;

    private static readonly byte[] Hello = [0x16, 3, 3, 0, 80, 2, 0, 0, 76, 3, 3, .. new byte[74]];
    private static readonly byte[] Retry = [0x16, 3, 3, 0, 80, 2, 0, 0, 76, 3, 3, .. TlsServerHello.RetryRandom, .. new byte[42]];

    private static readonly byte[] Page = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray();

    private readonly Dictionary<int, byte> _received = [];
    private readonly List<byte> _stream = [];
    private int _read;
    private uint _sent = 1;

    public bool IsOpen { get; private set; }

    /// <summary>Sequence number of the client's first byte.</summary>
    public uint Anchor { get; private set; }

    public uint Isn => isn;

    /// <summary>The names it read, in order.</summary>
    public List<string> Names { get; } = [];

    /// <summary>It asked for another hello.</summary>
    public bool HasAskedAgain { get; private set; }

    /// <summary>It has a whole hello and answered it with its own: what comes later replaces nothing.</summary>
    public bool HasAnswered { get; private set; }

    /// <summary>Where the stream goes on behind the hello that was answered by a retry.</summary>
    public int SecondHelloAt { get; private set; }

    /// <summary>How many bytes of the client's it has in one go.</summary>
    public int Received => _stream.Count;

    public bool HasClosed { get; private set; }

    public bool IsWeb => port == World.WebPort;

    /// <summary>Takes a packet of the client's; returns what it says to it.</summary>
    public IEnumerable<byte[]> Receive(in PacketView view)
    {
        if ((view.Flags & (TcpFlags.Syn | TcpFlags.Ack | TcpFlags.Rst)) == TcpFlags.Syn) return Syn(view.Sequence);
        if (!IsOpen) return (view.Flags & TcpFlags.Rst) != 0 ? [] : [Say(TcpFlags.Rst, view.Acknowledgement - isn)];
        int offset = (int)(view.Sequence - Anchor);
        if ((view.Flags & TcpFlags.Rst) != 0)
        {
            if (offset == _stream.Count) (IsOpen, HasClosed) = (false, true);
            return [];
        }
        for (int i = 0; i < view.Payload.Length; i++)
        {
            // First bytes stay, what lies before or far beyond the window is not taken.
            if (offset + i >= _stream.Count && offset + i < _stream.Count + 65535) _received.TryAdd(offset + i, view.Payload[i]);
        }
        while (_received.Remove(_stream.Count, out byte next)) _stream.Add(next);
        if ((view.Flags & TcpFlags.Fin) != 0 && offset + view.Payload.Length == _stream.Count) (IsOpen, HasClosed) = (false, true);
        return Answer(view.Payload.Length > 0);
    }

    private IEnumerable<byte[]> Syn(uint sequence)
    {
        if (IsOpen) return sequence + 1 == Anchor && _stream.Count == 0 ? [Say(TcpFlags.Syn | TcpFlags.Ack, 0)] : [Say(TcpFlags.Ack, _sent)];
        (IsOpen, HasClosed, Anchor, _read, _sent, isn) = (true, false, sequence + 1, 0, 1, isn + 100_000);
        (HasAskedAgain, HasAnswered, SecondHelloAt) = (false, false, 0);
        _received.Clear();
        _stream.Clear();
        Names.Clear();
        return [Say(TcpFlags.Syn | TcpFlags.Ack, 0)];
    }

    private List<byte[]> Answer(bool acknowledges)
    {
        List<byte[]> said = [];
        if (acknowledges) said.Add(Say(TcpFlags.Ack, _sent));
        if (HasAnswered) return said;
        if (IsWeb)
        {
            List<string> hosts = LaxRequests.Read([.. _stream]).Hosts;
            if (hosts.Count == Names.Count) return said;
            Names.AddRange(hosts.Skip(Names.Count));
            said.Add(Say(TcpFlags.Ack | TcpFlags.Psh, _sent, Page));
            _sent += (uint)Page.Length;
            return said;
        }
        byte[] rest = [.. _stream[_read..]];
        // ChangeCipherSpec and early data before the second hello are passed over.
        if (LaxHello.Read(rest, HasAskedAgain) is not (_, string name)) return said;
        Names.Add(name);
        byte[] answer = retries && !HasAskedAgain && name.Length > 0 ? Retry : Hello;
        if (answer == Retry) (HasAskedAgain, _read) = (true, _stream.Count);
        else HasAnswered = true;
        if (HasAskedAgain && SecondHelloAt == 0) SecondHelloAt = _read;
        said.Add(Say(TcpFlags.Ack | TcpFlags.Psh, _sent, answer));
        _sent += (uint)answer.Length;
        return said;
    }

    private byte[] Say(TcpFlags flags, uint offset, byte[]? payload = null) => PacketBuilder.Tcp(
        address, port, agent, client, flags | ((flags & TcpFlags.Rst) == 0 ? TcpFlags.Ack : 0), isn + offset, Anchor + (uint)_stream.Count, payload ?? []);
}
