using System.Buffers.Binary;
using Exeat.Names;

namespace Exeat.Wire;

/// <summary>The internet checksum (RFC 1071): add what it covers, then finish.</summary>
public static class Checksum
{
    /// <summary>Adds bytes to a running sum. Only the last span added may have an odd length.</summary>
    public static ulong Add(ulong sum, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= 4)
        {
            sum += BinaryPrimitives.ReadUInt32BigEndian(bytes);
            bytes = bytes[4..];
        }
        if (bytes.Length >= 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes);
            bytes = bytes[2..];
        }
        return bytes.IsEmpty ? sum : sum + ((ulong)bytes[0] << 8);
    }

    /// <summary>The sum of the pseudo header that TCP, UDP and ICMPv6 cover (RFC 9293, 3.1; RFC 8200, 8.1).</summary>
    public static ulong PseudoHeader(Address source, Address destination, byte protocol, int length) =>
        AddAddress(AddAddress((ulong)(uint)length + protocol, source), destination);

    /// <summary>Folds a sum to the value that stands in the header. A message with its right checksum inside finishes as 0.</summary>
    public static ushort Finish(ulong sum)
    {
        while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~sum;
    }

    private static ulong AddAddress(ulong sum, Address address)
    {
        Span<byte> bytes = stackalloc byte[16];
        return Add(sum, bytes[..address.WriteTo(bytes)]);
    }
}
