using System.Buffers.Binary;
using System.Net;

namespace Exeat.Linux.Tests;

/// <summary>The two or three packets these tests send.</summary>
internal static class Packets
{
    public static byte[] Echo(string source, string destination, ushort identifier)
    {
        byte[] body = new byte[16];
        bool v6 = source.Contains(':');
        body[0] = (byte)(v6 ? 128 : 8);
        BinaryPrimitives.WriteUInt16BigEndian(body.AsSpan(4), identifier);
        uint pseudo = v6 ? Sum(IPAddress.Parse(source).GetAddressBytes()) + Sum(IPAddress.Parse(destination).GetAddressBytes()) + 16 + 58 : 0;
        BinaryPrimitives.WriteUInt16BigEndian(body.AsSpan(2), Fold(pseudo + Sum(body)));
        return Ip(source, destination, (byte)(v6 ? 58 : 1), body);
    }

    /// <summary>UDP without checksum over IPv4; with one over IPv6, where it is required (RFC 8200, 8.1).</summary>
    public static byte[] Udp(string source, string destination, ushort port, string text)
    {
        byte[] body = new byte[8 + text.Length];
        BinaryPrimitives.WriteUInt16BigEndian(body, 1024);
        BinaryPrimitives.WriteUInt16BigEndian(body.AsSpan(2), port);
        BinaryPrimitives.WriteUInt16BigEndian(body.AsSpan(4), (ushort)body.Length);
        System.Text.Encoding.ASCII.GetBytes(text).CopyTo(body, 8);
        if (source.Contains(':'))
        {
            uint pseudo = Sum(IPAddress.Parse(source).GetAddressBytes()) + Sum(IPAddress.Parse(destination).GetAddressBytes());
            BinaryPrimitives.WriteUInt16BigEndian(body.AsSpan(6), Fold(pseudo + (uint)body.Length + 17 + Sum(body)));
        }
        return Ip(source, destination, 17, body);
    }

    private static byte[] Ip(string source, string destination, byte protocol, byte[] body)
    {
        byte[] from = IPAddress.Parse(source).GetAddressBytes(), to = IPAddress.Parse(destination).GetAddressBytes();
        byte[] header = new byte[from.Length == 4 ? 20 : 40];
        if (from.Length == 4)
        {
            (header[0], header[8], header[9]) = (0x45, 64, protocol);
            BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)(20 + body.Length));
            from.CopyTo(header, 12);
            to.CopyTo(header, 16);
            BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(10), Fold(Sum(header)));
        }
        else
        {
            (header[0], header[6], header[7]) = (0x60, protocol, 64);
            BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(4), (ushort)body.Length);
            from.CopyTo(header, 8);
            to.CopyTo(header, 24);
        }
        return [.. header, .. body];
    }

    private static uint Sum(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        for (int i = 0; i < bytes.Length; i += 2) sum += (uint)(bytes[i] << 8) | (i + 1 < bytes.Length ? bytes[i + 1] : 0u);
        return sum;
    }

    private static ushort Fold(uint sum)
    {
        while (sum >> 16 != 0) sum = (sum & 0xFFFF) + (sum >> 16);
        return (ushort)~sum;
    }
}
