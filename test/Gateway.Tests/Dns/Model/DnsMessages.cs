using System.Text;
using Exeat.Names;
using Exeat.Wire.Dns;

namespace Exeat.Gateway.Tests.Dns.Model;

/// <summary>Questions and answers as the model's agents and upstream write them.</summary>
internal static class DnsMessages
{
    private static readonly string[] Addresses =
    [
        "203.0.113.5", "203.0.113.6", "10.1.2.3", "127.0.0.1", "169.254.169.254", "192.168.0.1", "198.51.100.7", "0.0.0.0",
        "2001:db8::5", "2001:db8::6", "fd00::1", "::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "fe80::1", "2002:a00:1::1",
    ];

    private static readonly string[] Aliases = ["cdn.example.net", "edge.example.net", "api.example.com", "x.evil.example"];

    public static byte[] Question(ushort id, string name, DnsType type, int? edns)
    {
        byte[] room = new byte[1024];
        var writer = new DnsMessageWriter(room, id, DnsHeader.RecursionDesired);
        Must(writer.TryWriteQuestion(Encoding.ASCII.GetBytes(name), type));
        if (edns is { } size) Must(writer.TryWriteEdns((ushort)size, 0, default));
        return writer.Message.ToArray();
    }

    public static byte[] Answer(ushort id, string name, DnsType type, Random random)
    {
        byte[] room = new byte[8192];
        int code = random.Next(8) switch { 0 => 3, 1 => 2, _ => 0 }, odd = random.Next(16);
        var writer = new DnsMessageWriter(room, odd == 0 ? (ushort)(id + 1) : id, (ushort)(DnsHeader.Response | DnsHeader.RecursionAvailable | code | (odd == 1 ? DnsHeader.TruncatedBit : 0)));
        Must(writer.TryWriteQuestion(Encoding.ASCII.GetBytes(odd == 2 ? Aliases[random.Next(Aliases.Length)] : name), type));
        uint ttl = random.Next(4) switch { 0 => 0, 1 => (uint)random.Next(100), _ => 300 };
        string owner = name;
        for (int i = random.Next(4) == 0 ? random.Next(1, 4) : 0; i > 0; i--)
        {
            string target = Aliases[random.Next(Aliases.Length)];
            Must(writer.TryWriteRecord(DnsSection.Answer, Encoding.ASCII.GetBytes(owner), DnsType.CNAME, ttl, Wire(target)));
            owner = target;
        }
        for (int i = random.Next(5); i > 0; i--)
        {
            string of = random.Next(8) == 0 ? Aliases[random.Next(Aliases.Length)] : owner;
            DnsType kind = random.Next(8) == 0 ? DnsType.TXT : type;
            Must(writer.TryWriteRecord(DnsSection.Answer, Encoding.ASCII.GetBytes(of), kind, ttl, Rdata(type, random)));
        }
        return writer.Message.ToArray();
    }

    /// <summary>A few bytes are otherwise.</summary>
    public static void Change(byte[] message, Random random)
    {
        for (int i = random.Next(1, 4); i > 0; i--) message[random.Next(message.Length)] = (byte)random.Next(256);
    }

    private static byte[] Rdata(DnsType type, Random random) => type switch
    {
        DnsType.A => Address(random, 0),
        DnsType.AAAA => Address(random, 8),
        DnsType.HTTPS or DnsType.SVCB => [0, 1, 0, 0, 1, 0, 3, 2, (byte)'h', (byte)'2', 0, 4, 0, 4, .. Address(random, 0), 0, 5, 0, 4, 1, 2, 3, 4, 0, 6, 0, 16, .. Address(random, 8)],
        DnsType.CNAME => Wire(Aliases[random.Next(Aliases.Length)]),
        _ => [3, 1, 2, 3],
    };

    private static byte[] Address(Random random, int from) => DnsNotary.At(Addresses[from + random.Next(8)]).ToIPAddress().GetAddressBytes();

    private static byte[] Wire(string name)
    {
        byte[] room = new byte[DnsName.MaxWireBytes];
        return room[..DnsName.Write(room, Encoding.ASCII.GetBytes(name))];
    }

    private static void Must(bool fits)
    {
        if (!fits) throw new InvalidOperationException("a message of the model does not fit");
    }
}
