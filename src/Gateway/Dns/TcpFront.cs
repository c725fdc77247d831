using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Exeat.Names;
using Exeat.Wire;

namespace Exeat.Gateway.Dns;

/// <summary>The stream side of one intercepted resolver address (RFC 7766): questions behind a length, answered in the order they came.</summary>
internal sealed class TcpFront(Socket listener, Address intercept, QuestionDesk desk, ResolverLimits limits, ConnectionCount total, TimeProvider time)
{
    private const int PrefixBytes = 2;

    private readonly TaskCompletionSource _fault = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Accepts until stopped. Ends otherwise only by a bug of ours or of the kernel, which the caller must treat as fatal.</summary>
    public Task RunAsync(CancellationToken stop) => Task.WhenAny(AcceptAsync(stop), _fault.Task).Unwrap();

    private async Task AcceptAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            Socket connection;
            try
            {
                connection = await listener.AcceptAsync(stop);
            }
            catch (SocketException error) when (error.SocketErrorCode is SocketError.ConnectionAborted or SocketError.ConnectionReset)
            {
                continue;
            }
            catch (SocketException)
            {
                // Out of descriptors, most likely: let others go on and end their work.
                await Task.Delay(TimeSpan.FromMilliseconds(100), time, stop);
                continue;
            }
            if (connection.RemoteEndPoint is IPEndPoint remote) _ = ServeAsync(connection, remote, stop);
            else connection.Dispose();
        }
    }

    private async Task ServeAsync(Socket connection, IPEndPoint remote, CancellationToken stop)
    {
        using Socket owned = connection;
        Address source = SourceAddress.Of(remote);
        AgentShare share = desk.ShareOf(source);
        if (!share.TryConnect()) return;
        try
        {
            if (!total.TryEnter()) return;
            try
            {
                await AnswerAsync(connection, new Peer(source, (ushort)remote.Port, Peer.Tcp, intercept), stop);
            }
            finally
            {
                total.Leave();
            }
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            // The agent left, was idle for too long, or we stop.
        }
        catch (Exception error)
        {
            _fault.TrySetException(error);
        }
        finally
        {
            share.Disconnected();
        }
    }

    private async Task AnswerAsync(Socket connection, Peer peer, CancellationToken stop)
    {
        var questions = new FramedQuestions();
        byte[] reply = new byte[PrefixBytes + ushort.MaxValue];
        while (true)
        {
            // The clock runs per question, not per segment: a byte now and then does not keep a connection.
            using (var idle = new CancellationTokenSource(limits.IdleTimeout, time))
            using (var either = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, stop))
            {
                while (questions.Read(out _) == ReadStatus.NeedMore)
                {
                    int read = await connection.ReceiveAsync(questions.Free, either.Token);
                    if (read == 0) return;
                    questions.Add(read);
                }
            }
            // No question is so long: it is none, and stands in the records as such (D12). Its turn is waited for like any other's, since it holds a place until then.
            bool isTooLong = questions.Read(out ReadOnlySpan<byte> question) != ReadStatus.Found;
            int written = desk.Begin(isTooLong ? default : question, peer, reply.AsSpan(PrefixBytes), out Exchange? waiting);
            if (waiting is not null) written = await desk.FinishAsync(waiting, reply.AsMemory(PrefixBytes), stop);
            if (isTooLong || written == 0) return;
            BinaryPrimitives.WriteUInt16BigEndian(reply, (ushort)written);
            await SendAsync(connection, reply.AsMemory(0, PrefixBytes + written), stop);
            questions.Take();
        }
    }

    // An agent that does not read must not hold the connection for ever.
    private async Task SendAsync(Socket connection, ReadOnlyMemory<byte> bytes, CancellationToken stop)
    {
        using var idle = new CancellationTokenSource(limits.IdleTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, stop);
        while (!bytes.IsEmpty) bytes = bytes[await connection.SendAsync(bytes, either.Token)..];
    }
}
