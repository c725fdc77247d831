using BenchmarkDotNet.Attributes;
using Exeat.Wire;

namespace Exeat.Bench;

/// <summary>How long does it take to open a QUIC Initial of 1,200 bytes: keys, header, payload, tag? (Budget: 512 bytes allocated.)</summary>
[MemoryDiagnoser]
public class OpenOneInitial : IDisposable
{
    private static readonly byte[] Id = [1, 2, 3, 4, 5, 6, 7, 8];
    private readonly QuicInitialOpener _opener = new();
    private readonly byte[] _ours = QuicInitialWriter.Write(new QuicInitialDraft { Destination = Id, Frames = new byte[300], PadTo = 1200 });
    private readonly byte[] _foreign = QuicInitialWriter.Write(new QuicInitialDraft { Destination = Id, KeyId = "another!"u8, Frames = new byte[300], PadTo = 1200 });

    // A bench of something else than it says would be worse than none.
    [GlobalSetup]
    public void Check()
    {
        if (!Opens() || OpensWithoutItsKeys()) throw new InvalidOperationException("the packets are not what they should be");
    }

    [Benchmark]
    public bool Opens() => Open(_ours);

    [Benchmark]
    public bool OpensWithoutItsKeys() => Open(_foreign);

    public void Dispose()
    {
        _opener.Dispose();
        GC.SuppressFinalize(this);
    }

    private bool Open(byte[] bytes)
    {
        var datagram = new QuicDatagram(bytes);
        return datagram.TryRead(out QuicPacket packet) && _opener.TryOpen(packet, packet.Destination, false, 0, out _, out _);
    }
}
