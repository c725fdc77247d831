using System.Net.Sockets;

namespace Exeat.Lab.Attacks;

/// <summary>No trick at all: bytes to an address, over TCP or UDP.</summary>
internal static class PlainSend
{
    public static async Task<bool> TcpAsync(AttackTarget target)
    {
        using Socket socket = await AttackTarget.ConnectAsync(target.EndPoint);
        await socket.SendAsync(target.Secret);
        using var limit = new CancellationTokenSource(AttackTarget.Patience, TimeProvider.System);
        return await socket.ReceiveAsync(new byte[64], limit.Token) > 0;
    }

    // Sent more than once and on a connected socket: a refusal by ICMP shows as an error on a later send.
    public static async Task<bool> UdpAsync(AttackTarget target, byte[] bytes)
    {
        using var socket = new Socket(target.Family, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(target.EndPoint);
        for (int i = 0; i < 3; i++)
        {
            await socket.SendAsync(bytes);
            await Task.Delay(TimeSpan.FromMilliseconds(30), TimeProvider.System);
        }
        return true;
    }

    /// <summary>One datagram to each of many ports, each from a socket of its own. False when every one of them was refused by an error.</summary>
    public static async Task<bool> RefusedAsync(AttackTarget target)
    {
        for (int i = 0; i < 24; i++)
        {
            using var socket = new Socket(target.Family, SocketType.Dgram, ProtocolType.Udp);
            await socket.ConnectAsync(target.Address, target.Port + i);
            await socket.SendAsync(target.Secret);
            try
            {
                await socket.ReceiveAsync(new byte[64]).WaitAsync(TimeSpan.FromSeconds(1), TimeProvider.System);
                return true;
            }
            catch (TimeoutException)
            {
                await Console.Error.WriteLineAsync($"nothing was heard of datagram {i + 1}");
                return true;
            }
            catch (SocketException)
            {
                // The error that is looked for. No faster than this: an agent is told of 50 refusals a second.
                await Task.Delay(TimeSpan.FromMilliseconds(30), TimeProvider.System);
            }
        }
        return false;
    }

    /// <summary>A datagram with the look of a QUIC version 1 Initial (RFC 9000, 17.2.2); its protected part is the secret.</summary>
    public static byte[] QuicLike(AttackTarget target)
    {
        byte[] datagram = new byte[1200];
        byte[] head = [0xc3, 0, 0, 0, 1, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0x44, 0x90];
        head.CopyTo(datagram, 0);
        target.Secret.CopyTo(datagram, head.Length);
        return datagram;
    }
}
