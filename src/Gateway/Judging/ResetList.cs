using Exeat.Names;
using Exeat.Wire;

namespace Exeat.Gateway.Judging;

/// <summary>TCP resets that the gateway sends in the name of one end to the other, after the records of the batch are written.</summary>
/// <remarks>A reset made by the kernel's <c>reject</c> reaches only the client; the server would stay half open (RFC 9293, 3.5.2: it must carry the exact next sequence number).</remarks>
internal sealed class ResetList(PacketSender send, IConnections connections)
{
    private const int Most = 256;
    private readonly Reset[] _resets = new Reset[Most];
    private readonly List<(FlowKey Key, ushort Zone)> _deletions = [];
    private int _count;

    /// <summary>Resets sent so far; from any thread.</summary>
    public long Sent { get; private set; }

    /// <summary>Tells the server that the client is gone. <paramref name="sequence"/> is the next byte the server expects.</summary>
    public void ToServer(in FlowKey key, uint sequence) => Add(new Reset(key.Source, key.SourcePort, key.Destination, key.Port, sequence));

    /// <summary>Tells the client that the server is gone. <paramref name="sequence"/> is the next byte the client expects.</summary>
    public void ToClient(in FlowKey key, uint sequence) => Add(new Reset(key.Destination, key.Port, key.Source, key.SourcePort, sequence));

    /// <summary>Deletes the kernel's entry of a flow, when the resets are out: they need it for the way through address translation.</summary>
    public void Delete(in FlowKey key, ushort zone) => _deletions.Add((key, zone));

    public void Send()
    {
        SendResets();
        foreach ((FlowKey key, ushort zone) in _deletions) connections.Delete(key, zone);
        _deletions.Clear();
    }

    private void SendResets()
    {
        Span<byte> packet = stackalloc byte[128];
        for (int i = 0; i < _count; i++)
        {
            ref Reset r = ref _resets[i];
            int length = TcpPackets.WriteReset(packet, r.From, r.To, r.FromPort, r.ToPort, r.Sequence, 0, withAck: false);
            send(packet[..length]);
        }
        Sent += _count;
        _count = 0;
    }

    // A full list is sent at once: a batch of the queue is smaller, only sweeps are larger.
    private void Add(Reset reset)
    {
        if (_count == Most) SendResets();
        _resets[_count++] = reset;
    }

    private readonly record struct Reset(Address From, ushort FromPort, Address To, ushort ToPort, uint Sequence);
}
