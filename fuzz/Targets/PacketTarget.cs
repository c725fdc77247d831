using Exeat.Wire;

namespace Exeat.Fuzz.Targets;

/// <summary>IPv4 and IPv6 packets, by their first byte.</summary>
internal sealed class PacketTarget : IFuzzTarget
{
    public string Name => "packet";

    public IReadOnlyList<byte[]> Words => Dictionaries.Ip;

    public void Run(ReadOnlySpan<byte> input)
    {
        Check(input, PacketView.TryRead(input, out PacketView packet), packet);
        Check(input, PacketView.TryRead(input, allowGso: true, out PacketView super), super);
        QuicHeader.LooksLikeLongHeader(packet.Payload, out _);
        TcpOptionsView options = TcpOptionsView.Read(packet.TcpOptions);
        Promise.Holds(options.WindowShift <= TcpOptionsView.MaxWindowShift, "a window has a shift that is one");
        // Bytes that no header was read before.
        TcpOptionsView.Read(input);
    }

    private static void Check(ReadOnlySpan<byte> input, bool isRead, PacketView packet)
    {
        Promise.Holds(isRead == (packet.Problem == PacketProblem.None), "a packet that was not read says why");
        Promise.Holds(packet.Payload.Length <= packet.PayloadLength && packet.PayloadLength <= ushort.MaxValue + input.Length, "payload within the packet");
        Promise.Holds(!isRead || packet.IsTruncated || packet.Payload.Length == packet.PayloadLength, "a whole packet has its whole payload");
        Promise.Holds(!isRead || packet.Source.IsKnown && packet.Destination.IsKnown, "a packet that was read has addresses");
    }
}
