using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Exeat.Names;

namespace Exeat.Gateway.Dns;

/// <summary>A datagram that only this process can know, sent over loopback to our own ports: whoever gets it back knows that they are being read.</summary>
/// <remarks>It is neither counted nor recorded, and comes from no agent: what is sent from loopback addresses never arrives by an interface.</remarks>
internal sealed class LivenessProbe
{
    private const int Bytes = 32;
    private static readonly Prefix Loopback4 = Prefix.TryParse("127.0.0.0/8", out Prefix prefix) ? prefix : default;
    private static readonly Prefix Loopback6 = Prefix.TryParse("::1/128", out Prefix prefix) ? prefix : default;

    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(Bytes);

    /// <summary>Whether a packet is ours and is to be sent back as it is.</summary>
    public bool Is(ReadOnlySpan<byte> packet, Address source) =>
        packet.Length == Bytes && (Loopback4.Contains(source) || Loopback6.Contains(source)) && CryptographicOperations.FixedTimeEquals(packet, _secret);

    /// <summary>Asks one port in both families; true when both come back.</summary>
    public async Task<bool> AskAsync(int port, CancellationToken stop)
    {
        foreach (IPAddress loopback in (IPAddress[])[IPAddress.Loopback, IPAddress.IPv6Loopback])
        {
            using var socket = new Socket(loopback.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            await socket.ConnectAsync(new IPEndPoint(loopback, port), stop).ConfigureAwait(false);
            byte[] reply = new byte[Bytes + 1];
            await socket.SendAsync(_secret, stop).ConfigureAwait(false);
            int length = await socket.ReceiveAsync(reply, stop).ConfigureAwait(false);
            if (!reply.AsSpan(0, length).SequenceEqual(_secret)) return false;
        }
        return true;
    }
}
