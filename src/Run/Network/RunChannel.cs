using System.Net.Sockets;
using System.Text;

namespace Exeat.Run.Network;

/// <summary>Lines between the process that was typed and the one inside. When either is gone, the other sees the end of it: neither outlives the other.</summary>
internal sealed class RunChannel : IDisposable
{
    // A message has at most a few lines of a complaint.
    private const int MaxLineBytes = 1 << 16;

    private readonly NetworkStream _stream;
    private readonly StreamReader _reader;
    private readonly Lock _gate = new();

    private RunChannel(Socket socket)
    {
        _stream = new NetworkStream(socket, ownsSocket: true);
        _reader = new StreamReader(_stream, new UTF8Encoding(false), false, MaxLineBytes);
    }

    /// <summary>Waits at a path for the process inside.</summary>
    public static Socket Listen(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.Listen(1);
        return socket;
    }

    public static async Task<RunChannel> AcceptAsync(Socket listener, CancellationToken stop) => new(await listener.AcceptAsync(stop).ConfigureAwait(false));

    public static RunChannel Connect(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(path));
        return new RunChannel(socket);
    }

    /// <summary>Sends one message. False: the other side is gone, or this one is closed; signals come at any time.</summary>
    public bool Say(string word, string rest = "")
    {
        byte[] line = Encoding.UTF8.GetBytes($"{word} {rest.ReplaceLineEndings("\u2028")}\n");
        try
        {
            lock (_gate) _stream.Write(line);
            return true;
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>The next message; null when the other side is gone.</summary>
    public async Task<(string Word, string Text)?> HearAsync(CancellationToken stop)
    {
        string? line;
        try
        {
            line = await _reader.ReadLineAsync(stop).ConfigureAwait(false);
        }
        catch (IOException)
        {
            return null;
        }
        if (line is null) return null;
        string[] parts = line.Split(' ', 2);
        return (parts[0], parts.Length == 2 ? parts[1].Replace("\u2028", "\n", StringComparison.Ordinal) : "");
    }

    public void Dispose() => _reader.Dispose();
}
