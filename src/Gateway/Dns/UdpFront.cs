using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Exeat.Names;

namespace Exeat.Gateway.Dns;

/// <summary>The datagram side of one intercepted resolver address.</summary>
internal sealed class UdpFront(Socket socket, Address intercept, QuestionDesk desk, ResolverLimits limits)
{
    // Longer packets come in cut and read as broken; no honest question is longer than about 300 bytes.
    private const int PacketRoom = 2048;

    private readonly TaskCompletionSource _fault = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Answers until stopped. Ends otherwise only by a bug of ours or of the kernel, which the caller must treat as fatal.</summary>
    public Task RunAsync(CancellationToken stop) => Task.WhenAny(ReceiveAsync(stop), _fault.Task).Unwrap();

    private async Task ReceiveAsync(CancellationToken stop)
    {
        byte[] packet = new byte[PacketRoom];
        byte[] reply = new byte[limits.UdpBytes];
        var from = new SocketAddress(AddressFamily.InterNetworkV6);
        while (!stop.IsCancellationRequested)
        {
            int length;
            try
            {
                length = await socket.ReceiveFromAsync(packet, SocketFlags.None, from, stop);
            }
            catch (SocketException error) when (IsPassing(error))
            {
                continue;
            }
            if (!SourceAddress.TryRead(from, out Address source, out ushort port)) continue;
            int written = desk.Begin(packet.AsSpan(0, length), new Peer(source, port, Peer.Udp, intercept), reply, out Exchange? waiting);
            if (waiting is not null) _ = FinishAsync(waiting, Copy(from), stop);
            else if (written > 0) await SendAsync(reply.AsMemory(0, written), from, stop);
        }
    }

    private async Task FinishAsync(Exchange waiting, SocketAddress to, CancellationToken stop)
    {
        byte[] reply = ArrayPool<byte>.Shared.Rent(limits.UdpBytes);
        try
        {
            int written = await desk.FinishAsync(waiting, reply.AsMemory(0, limits.UdpBytes), stop);
            if (written > 0) await SendAsync(reply.AsMemory(0, written), to, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
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

    private async ValueTask SendAsync(ReadOnlyMemory<byte> reply, SocketAddress to, CancellationToken stop)
    {
        try
        {
            await socket.SendToAsync(reply, SocketFlags.None, to, stop);
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
