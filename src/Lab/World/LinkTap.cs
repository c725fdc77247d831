using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;
using System.Text;
using Exeat.Linux;

namespace Exeat.Lab.World;

/// <summary>Sees every packet that reaches the world, below its own IP stack: what is counted here did arrive.</summary>
/// <remarks>
/// Whatever is not leaving counts, so that forged sources and destinations count too.
/// Received sizes may exceed the link's: virtual links carry segments not yet cut (GSO).
/// </remarks>
internal sealed class LinkTap : IDisposable
{
    private const ushort EtherTypeV4 = 0x0800, EtherTypeV6 = 0x86dd;
    private const int IdleMs = 5;

    // The mark of every attempt, as PlannedAttempt makes it.
    private const int CanaryBytes = 19;

    private readonly PacketTap _tap;
    private readonly ArrivalCounters _counters;
    private readonly Thread _thread;
    private volatile bool _stop;
    private int _idles;

    public LinkTap(string link, ArrivalCounters counters)
    {
        _counters = counters;
        // Not from /sys, which shows another namespace's links.
        NetworkInterface own = NetworkInterface.GetAllNetworkInterfaces().Single(i => i.Name == link);
        _tap = PacketTap.Open(own.GetIPProperties().GetIPv4Properties().Index);
        _thread = new Thread(Receive) { IsBackground = true, Name = "tap" };
        _thread.Start();
    }

    /// <summary>How often nothing was waiting: when it grew, every packet received before has been counted.</summary>
    public int Idles => Volatile.Read(ref _idles);

    public void Dispose()
    {
        _stop = true;
        _tap.Wake();
        _thread.Join();
        _tap.Dispose();
    }

    private void Receive()
    {
        while (!_stop)
        {
            int count = _tap.Receive(IdleMs);
            if (count == 0) Interlocked.Increment(ref _idles);
            for (int i = 0; i < count; i++) Count(_tap[i]);
        }
    }

    private void Count(TappedPacket tapped)
    {
        if (tapped.IsOutgoing) return;
        ReadOnlySpan<byte> packet = tapped.Bytes;
        switch (tapped.EtherType)
        {
            case EtherTypeV4 when packet.Length >= 20:
                int header = (packet[0] & 15) * 4;
                int total = Math.Min(BinaryPrimitives.ReadUInt16BigEndian(packet[2..]), packet.Length);
                if (header >= 20 && header <= total) Count(packet[12..16], packet[16..20], packet[9], packet[header..total]);
                break;
            case EtherTypeV6 when packet.Length >= 40:
                int end = Math.Min(40 + BinaryPrimitives.ReadUInt16BigEndian(packet[4..]), packet.Length);
                Count(packet[8..24], packet[24..40], packet[6], packet[40..end]);
                break;
        }
    }

    // Fragments and IPv6 extension headers count under the protocol number that stands first, with port 0.
    private void Count(ReadOnlySpan<byte> source, ReadOnlySpan<byte> destination, byte protocol, ReadOnlySpan<byte> rest)
    {
        int at = rest.IndexOf("canary-"u8);
        // Neighbour discovery of the link itself is not traffic of an agent, unless it carries a mark.
        if (at < 0 && protocol == 58 && rest.Length > 0 && rest[0] is >= 133 and <= 137) return;
        (int port, int payload) = protocol switch
        {
            6 when rest.Length >= 20 => (BinaryPrimitives.ReadUInt16BigEndian(rest[2..]), Math.Max(0, rest.Length - ((rest[12] >> 4) * 4))),
            17 when rest.Length >= 8 => (BinaryPrimitives.ReadUInt16BigEndian(rest[2..]), rest.Length - 8),
            _ => (0, rest.Length),
        };
        var key = new ArrivalKey(new IPAddress(source).ToString(), new IPAddress(destination).ToString(), protocol, port);
        _counters.Packet(key, payload);
        // What is encrypted the servers read; what is not counts as soon as it is on the wire, whether or not a server takes it.
        if (at < 0 || rest.Length < at + CanaryBytes) return;
        _counters.Canary(new CanaryCount(Encoding.ASCII.GetString(rest.Slice(at, CanaryBytes)), key.Source, key.Destination, port, "", ""));
    }
}
