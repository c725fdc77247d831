using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Exeat.Names;

namespace Exeat.Gateway.Dns;

/// <summary>The datagram side of one intercepted resolver address.</summary>
/// <remarks>
/// A redirect sends the question to whatever address the inside interface has, and conntrack takes the answer back only if it comes from that very address. A wildcard
/// socket lets routing choose the source, which is wrong as soon as an interface has two addresses of a family. So the first question to each local address opens
/// a socket bound to it, which answers that question, and to which the kernel gives the following ones (the more exact bind wins).
/// </remarks>
internal sealed class UdpFront(Socket wildcard, Address intercept, QuestionDesk desk, ResolverLimits limits, LivenessProbe probe)
{
    // Longer packets come in cut and read as broken; no honest question is longer than about 300 bytes.
    private const int PacketRoom = 2048;

    // Local addresses with a socket of their own. Beyond them routing chooses, which is right for interfaces with one address.
    private const int MaxExact = 64;

    private readonly TaskCompletionSource _fault = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<IPAddress, Socket> _exact = [];

    /// <summary>Makes a datagram socket that may share its port with its more exact siblings (of the same user only).</summary>
    public static Socket MakeSocket(IPEndPoint local)
    {
        var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { DualMode = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(local);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Answers until stopped. Ends otherwise only by a bug of ours or of the kernel, which the caller must treat as fatal.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await await Task.WhenAny(FindLocalAddressesAsync(stop), _fault.Task);
        }
        finally
        {
            foreach (Socket socket in _exact.Values) socket.Dispose();
        }
    }

    private async Task FindLocalAddressesAsync(CancellationToken stop)
    {
        byte[] packet = new byte[PacketRoom];
        byte[] reply = new byte[limits.UdpBytes];
        var any = new IPEndPoint(IPAddress.IPv6Any, 0);
        while (!stop.IsCancellationRequested)
        {
            SocketReceiveMessageFromResult got;
            try
            {
                got = await wildcard.ReceiveMessageFromAsync(packet, SocketFlags.None, any, stop);
            }
            catch (SocketException error) when (IsPassing(error))
            {
                continue;
            }
            Socket via = ExactSocket(got.PacketInformation, stop) ?? wildcard;
            await AnswerAsync(packet.AsMemory(0, got.ReceivedBytes), reply, got.RemoteEndPoint.Serialize(), via, stop);
        }
    }

    private async Task ReceiveAsync(Socket exact, CancellationToken stop)
    {
        byte[] packet = new byte[PacketRoom];
        byte[] reply = new byte[limits.UdpBytes];
        var from = new SocketAddress(AddressFamily.InterNetworkV6);
        while (!stop.IsCancellationRequested)
        {
            int length;
            try
            {
                length = await exact.ReceiveFromAsync(packet, SocketFlags.None, from, stop);
            }
            catch (SocketException error) when (IsPassing(error))
            {
                continue;
            }
            await AnswerAsync(packet.AsMemory(0, length), reply, from, exact, stop);
        }
    }

    private async ValueTask AnswerAsync(ReadOnlyMemory<byte> packet, byte[] reply, SocketAddress from, Socket via, CancellationToken stop)
    {
        if (!SourceAddress.TryRead(from, out Address source, out ushort port)) return;
        if (probe.Is(packet.Span, source))
        {
            await SendAsync(packet, from, via, stop);
            return;
        }
        int written = desk.Begin(packet.Span, new Peer(source, port, Peer.Udp, intercept), reply, out Exchange? waiting);
        if (waiting is not null) _ = FinishAsync(waiting, Copy(from), via, stop);
        else if (written > 0) await SendAsync(reply.AsMemory(0, written), from, via, stop);
    }

    private async Task FinishAsync(Exchange waiting, SocketAddress to, Socket via, CancellationToken stop)
    {
        byte[] reply = ArrayPool<byte>.Shared.Rent(limits.UdpBytes);
        try
        {
            int written = await desk.FinishAsync(waiting, reply.AsMemory(0, limits.UdpBytes), stop);
            if (written > 0) await SendAsync(reply.AsMemory(0, written), to, via, stop);
        }
        catch (Exception stopped) when (stop.IsCancellationRequested && stopped is OperationCanceledException or ObjectDisposedException)
        {
            // We stop: the sockets may be gone already.
        }
        catch (Exception error)
        {
            _fault.TrySetException(error);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(reply);
        }
    }

    private Socket? ExactSocket(in IPPacketInformation information, CancellationToken stop)
    {
        if (information.Address is not { } address) return null;
        if (address.AddressFamily == AddressFamily.InterNetwork) address = address.MapToIPv6();
        else if (address.IsIPv6LinkLocal) address = new IPAddress(address.GetAddressBytes(), information.Interface);
        if (_exact.TryGetValue(address, out Socket? socket)) return socket;
        if (_exact.Count == MaxExact) return null;
        try
        {
            socket = MakeSocket(new IPEndPoint(address, ((IPEndPoint)wildcard.LocalEndPoint!).Port));
        }
        catch (SocketException)
        {
            // The address is gone again, or never was one of ours (broadcast).
            return null;
        }
        _exact.Add(address, socket);
        _ = ReceiveAsync(socket, stop).ContinueWith(
            ended => { if (ended.Exception?.InnerException is { } error && !stop.IsCancellationRequested) _fault.TrySetException(error); },
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return socket;
    }

    private static async ValueTask SendAsync(ReadOnlyMemory<byte> reply, SocketAddress to, Socket via, CancellationToken stop)
    {
        try
        {
            await via.SendToAsync(reply, SocketFlags.None, to, stop);
        }
        catch (SocketException)
        {
            // The agent is gone or its interface is down: the answer is lost as any datagram may be.
        }
    }

    // What the network did to an earlier datagram of ours, told at the next call.
    private static bool IsPassing(SocketException error) => error.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionRefused
        or SocketError.NetworkUnreachable or SocketError.HostUnreachable or SocketError.MessageSize or SocketError.NetworkDown or SocketError.NoBufferSpaceAvailable;

    private static SocketAddress Copy(SocketAddress address)
    {
        var copy = new SocketAddress(address.Family, address.Size);
        address.Buffer.Span[..address.Size].CopyTo(copy.Buffer.Span);
        return copy;
    }
}
