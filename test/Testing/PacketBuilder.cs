using Exeat.Names;
using Exeat.Wire;

namespace Exeat.Testing;

/// <summary>Whole packets in one line, for tests: addresses as text, either family.</summary>
public static class PacketBuilder
{
    /// <summary>A TCP packet.</summary>
    public static byte[] Tcp(
        string source, ushort sourcePort, string destination, ushort destinationPort,
        TcpFlags flags, uint sequence = 0, uint acknowledgement = 0, byte[]? payload = null, byte[]? options = null) => Write(new PacketDraft
        {
            Source = At(source),
            Destination = At(destination),
            Protocol = IpProtocol.Tcp,
            SourcePort = sourcePort,
            DestinationPort = destinationPort,
            Flags = flags,
            Sequence = sequence,
            Acknowledgement = acknowledgement,
            Payload = payload,
            TcpOptions = options,
        });

    /// <summary>A UDP packet.</summary>
    public static byte[] Udp(string source, ushort sourcePort, string destination, ushort destinationPort, byte[] payload) => Write(new PacketDraft
    {
        Source = At(source),
        Destination = At(destination),
        Protocol = IpProtocol.Udp,
        SourcePort = sourcePort,
        DestinationPort = destinationPort,
        Payload = payload,
    });

    /// <summary>An ICMP or ICMPv6 packet, by the family of the addresses.</summary>
    public static byte[] Icmp(string source, string destination, byte type, byte code, byte[]? payload = null) => Write(new PacketDraft
    {
        Source = At(source),
        Destination = At(destination),
        Protocol = At(source).IsV6 ? IpProtocol.IcmpV6 : IpProtocol.Icmp,
        IcmpType = type,
        IcmpCode = code,
        Payload = payload,
    });

    /// <summary>A packet of any protocol, whose IP payload is given as it is.</summary>
    public static byte[] Raw(string source, string destination, byte protocol, byte[] payload) => Write(new PacketDraft
    {
        Source = At(source),
        Destination = At(destination),
        Protocol = protocol,
        IsRaw = true,
        Payload = payload,
    });

    /// <summary>The address that a text stands for.</summary>
    public static Address At(string text) =>
        Address.TryParse(text, out Address address) ? address : throw new ArgumentException($"not an address: {text}", nameof(text));

    /// <summary>Writes a draft; a draft that is no packet is a mistake of the test.</summary>
    public static byte[] Write(scoped in PacketDraft draft)
    {
        byte[] room = new byte[PacketWriter.MaxBytes];
        int length = PacketWriter.Write(draft, room);
        return length > 0 ? room[..length] : throw new ArgumentException("the draft cannot be written", nameof(draft));
    }
}
