using System.Buffers.Binary;
using Exeat.Names;

namespace Exeat.Wire;

public readonly ref partial struct PacketView
{
    // RFC 8200, 3
    private static PacketView ReadV6(ReadOnlySpan<byte> ip, bool allowGso)
    {
        if (ip.Length < Ipv6HeaderBytes) return new PacketView { Problem = PacketProblem.CutInHeaders };
        int length = BinaryPrimitives.ReadUInt16BigEndian(ip[4..]);
        if (length == 0 && allowGso) length = ip.Length - Ipv6HeaderBytes;
        ReadOnlySpan<byte> bytes = ip[Ipv6HeaderBytes..];
        var chain = new ExtensionChain(ip[6], bytes[..Math.Min(length, bytes.Length)], length);
        PacketProblem problem = chain.Walk();
        var packet = new PacketView
        {
            Source = Address.FromBytes(ip.Slice(8, 16)),
            Destination = Address.FromBytes(ip.Slice(24, 16)),
            Protocol = chain.Next,
            IsFragment = chain.IsFragment,
            HasOptions = ExtensionChain.IsExtension(ip[6]),
            IsTruncated = bytes.Length < length,
            Problem = problem,
        };
        return problem == PacketProblem.None ? ReadTransport(packet, chain.Bytes, chain.Length, allowGso) : packet;
    }
}
