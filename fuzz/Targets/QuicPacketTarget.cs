using Exeat.Wire;

namespace Exeat.Fuzz.Targets;

/// <summary>One datagram as QUIC: its packets, and what an Initial in it carries.</summary>
internal sealed class QuicPacketTarget : IFuzzTarget
{
    public string Name => "quic-packet";

    public IReadOnlyList<byte[]> Words => Dictionaries.Quic;

    public void Run(ReadOnlySpan<byte> input)
    {
        using var opener = new QuicInitialOpener();
        var datagram = new QuicDatagram(input);
        int walked = 0;
        while (!datagram.IsEmpty && datagram.TryRead(out QuicPacket packet))
        {
            Promise.Holds(packet.Bytes.Length > 0 && (walked += packet.Bytes.Length) <= input.Length, "every packet consumes bytes of the datagram");
            Promise.Holds(packet.NumberOffset <= packet.Bytes.Length, "the packet number lies in the packet");
            QuicRetry.IsAuthentic(packet, packet.Source);
            foreach (bool ofServer in (ReadOnlySpan<bool>)[false, true])
            {
                if (opener.TryOpen(packet, packet.Destination, ofServer, 0, out _, out ReadOnlySpan<byte> frames)) Frames(frames);
            }
        }
        // Mutated packets do not open: the frames are also read as if they had.
        Frames(input);
    }

    private static void Frames(ReadOnlySpan<byte> bytes)
    {
        var frames = new QuicFrames(bytes);
        int carried = 0;
        while (frames.NextCrypto(out _, out ReadOnlySpan<byte> data) == ReadStatus.Found)
            Promise.Holds((carried += data.Length + 3) <= bytes.Length, "frames lie in the packet, one after the other");
    }
}
