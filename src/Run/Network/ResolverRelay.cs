using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Exeat.Linux;

namespace Exeat.Run.Network;

/// <summary>
/// Carries the gateway's questions to whatever resolver the person's machine uses now, one on its own loopback included, and the answers back. It stands in the way's namespace, where the
/// gateway alone reaches it, and asks from the person's network: a change of that network changes only the list.
/// </summary>
internal sealed class ResolverRelay : IDisposable
{
    // RFC 1035, 4.2.1 and EDNS: a datagram of DNS has at most so many bytes.
    private const int MaxDatagram = 65_535;

    // The gateway asks each question twice at most and holds 512 at a time: one over that is answered by nobody, and asked again.
    private const int MaxAtOnce = 512;

    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(15);

    private readonly CancellationTokenSource _stop = new();
    private readonly List<Socket> _sockets = [];
    private readonly SemaphoreSlim _places = new(MaxAtOnce);
    private readonly ResolverRace _race = new();
    private ImmutableArray<IPEndPoint> _resolvers = [];

    public ResolverRelay(RunSpaces spaces)
    {
        foreach (string address in (string[])[RunAddresses.In4, RunAddresses.In6])
        {
            var at = new IPEndPoint(IPAddress.Parse(address), 53);
            Socket datagrams = NamespaceThread.Run(spaces.Way, () => new Socket(at.AddressFamily, SocketType.Dgram, ProtocolType.Udp));
            Socket streams = NamespaceThread.Run(spaces.Way, () => new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
            _sockets.AddRange([datagrams, streams]);
            datagrams.Bind(at);
            streams.Bind(at);
            streams.Listen(64);
            _ = DatagramsAsync(datagrams);
            _ = StreamsAsync(streams);
        }
    }

    /// <summary>Whom to ask from now on, in this order.</summary>
    public void Ask(ImmutableArray<IPAddress> resolvers) => _resolvers = [.. resolvers.Select(address => new IPEndPoint(address, 53))];

    public void Dispose()
    {
        _stop.Cancel();
        foreach (Socket socket in _sockets) socket.Dispose();
    }

    private async Task DatagramsAsync(Socket socket)
    {
        byte[] buffer = new byte[MaxDatagram];
        var anybody = new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                SocketReceiveFromResult read = await socket.ReceiveFromAsync(buffer, SocketFlags.None, anybody, _stop.Token).ConfigureAwait(false);
                if (_places.Wait(0)) _ = AskAsync(socket, buffer[..read.ReceivedBytes], read.RemoteEndPoint);
            }
            catch (SocketException)
            {
                // An asker that is gone already (ICMP); the next question comes all the same.
            }
            catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task AskAsync(Socket socket, byte[] question, EndPoint asker)
    {
        try
        {
            if (await _race.AskAsync(_resolvers, question, _stop.Token).ConfigureAwait(false) is { } answer) await socket.SendToAsync(answer, SocketFlags.None, asker, _stop.Token).ConfigureAwait(false);
        }
        catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The run is over, or the asker is gone: no answer is an answer of its own.
        }
        finally
        {
            _places.Release();
        }
    }

    private async Task StreamsAsync(Socket listener)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Socket asker = await listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
                if (_places.Wait(0)) _ = CarryAsync(asker);
                else asker.Dispose();
            }
            catch (SocketException)
            {
                // Reset before it was accepted.
            }
            catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task CarryAsync(Socket asker)
    {
        using (asker)
        {
            try
            {
                ImmutableArray<IPEndPoint> resolvers = _resolvers;
                foreach (IPEndPoint resolver in resolvers)
                {
                    using var answerer = new Socket(resolver.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                    TimeSpan patience = ReferenceEquals(resolver, resolvers[^1]) ? ResolverRace.Patience : ResolverRace.Turn;
                    if (!await Relay.TryConnectAsync(answerer, resolver, patience, _stop.Token).ConfigureAwait(false)) continue;
                    await Relay.CarryAsync(asker, answerer, Idle, _stop.Token).ConfigureAwait(false);
                    return;
                }
            }
            finally
            {
                _places.Release();
            }
        }
    }
}
