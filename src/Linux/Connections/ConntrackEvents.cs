using Exeat.Linux.Native;
using Exeat.Linux.Netlink;

namespace Exeat.Linux;

/// <summary>Conntrack's events in batches, without allocation. Not thread-safe, except <see cref="Wake"/>.</summary>
/// <remarks>
/// With net.netfilter.nf_conntrack_events = 2 (the default) the kernel prepares events only for entries made while somebody listens: open this first.
/// </remarks>
public sealed class ConntrackEvents : IDisposable
{
    private const int BatchMessages = 64;
    private const int BufferBytes = 4096;
    private readonly NetlinkSocket _socket;
    private readonly ReceiveRing _ring;
    private ConntrackEvent[] _events = new ConntrackEvent[BatchMessages];
    private int _count;

    private ConntrackEvents(NetlinkSocket socket)
    {
        _socket = socket;
        _ring = new ReceiveRing(socket.Descriptor, BatchMessages, BufferBytes);
    }

    /// <summary>How often the kernel lost events for want of buffer: then what is known of the table must be compared with a dump.</summary>
    public long Overruns { get; private set; }

    /// <summary>Event <paramref name="index"/> of the last batch.</summary>
    public ref readonly ConntrackEvent this[int index] => ref _events.AsSpan(0, _count)[index];

    /// <summary>Subscribes in this thread's network namespace.</summary>
    public static ConntrackEvents Open(ConntrackEventKinds kinds, int receiveBufferBytes = 8 * 1024 * 1024)
    {
        NetlinkSocket socket = new(NetlinkSocket.NETLINK_NETFILTER, "conntrack: open", "events");
        Libc.EnlargeReceiveBuffer(socket.Descriptor, receiveBufferBytes);
        // NFNLGRP_CONNTRACK_NEW, _UPDATE, _DESTROY are 1, 2, 3.
        for (int group = 1; group <= 3; group++)
        {
            if (((int)kinds & (1 << (group - 1))) == 0) continue;
            Errno error = socket.Join(group);
            if (error == Errno.None) continue;
            socket.Dispose();
            throw new KernelException("conntrack: subscribe to", $"{(ConntrackEventKinds)(1 << (group - 1))}", error);
        }
        return new ConntrackEvents(socket);
    }

    /// <summary>Waits up to <paramref name="timeoutMs"/> (−1: for ever) and returns how many events came; 0 on timeout or <see cref="Wake"/>.</summary>
    public int Receive(int timeoutMs)
    {
        _count = 0;
        int buffers = _ring.Receive(timeoutMs, out Errno error);
        if (error == Errno.ENOBUFS) Overruns++;
        else if (error != Errno.None) throw new KernelException("conntrack: receive", "events", error);
        for (int i = 0; i < buffers; i++)
        {
            // Only the kernel (port 0) is believed.
            if (_ring.Address<NetlinkAddress>(i).PortId != 0) continue;
            NetlinkReader reader = new(_ring[i]);
            while (reader.TryNext(out NetlinkMessage message))
            {
                if (!ConntrackReader.TryRead(in message, isDump: false, out ConntrackEvent happened)) continue;
                if (_count == _events.Length) Array.Resize(ref _events, _events.Length * 2);
                _events[_count++] = happened;
            }
        }
        return _count;
    }

    /// <summary>Makes <see cref="Receive"/> return; from any thread.</summary>
    public void Wake() => _ring.Wake();

    /// <summary>Closes the subscription.</summary>
    public void Dispose()
    {
        _socket.Dispose();
        _ring.Dispose();
    }
}
