using System.Text;
using Exeat.Names;
using Exeat.Testing;
using Exeat.Wire.Dns;

namespace Exeat.Wire.Tests.Differential;

/// <summary>DNS messages with compression, EDNS and SVCB, built and changed at random: a message that we read whole is read alike by tshark.</summary>
public sealed class DnsDifferentialTests
{
    private const int Built = 800;
    private const int Changed = 8000;
    private const int Hints = 10;
    private static readonly string[] Names = ["example.com", "www.example.com", "a.b.c.example.com", "Mixed.Example.ORG", "_dns.resolver.example", "x"];

    [Fact]
    public void A_message_that_we_read_whole_is_read_alike_by_tshark()
    {
        var random = new Random(3);
        List<byte[]> messages = [.. Enumerable.Range(0, Built).Select(_ => Build(random))];
        for (int i = 0; i < Changed; i++) messages.Add(Changes.Of(messages[random.Next(Built)], random));
        // A pair of ports of its own for each: an answer would be matched with an earlier question.
        byte[][] packets = [.. messages.Select((message, i) => PacketBuilder.Udp("192.0.2.1", 53, "198.51.100.1", (ushort)(20000 + i), message))];
        IReadOnlyList<string[][]> read = Tshark.Read(packets,
            "dns.id", "dns.qry.name", "dns.qry.type", "dns.resp.name", "dns.resp.type", "dns.resp.ttl", "dns.a", "dns.aaaa", "dns.cname", "dns.svcb.targetname", "dns.svcb.svcparam.ipv4hint.ip", "_ws.malformed");

        var differences = new List<string>();
        int same = 0, changedAndSame = 0, valid = 0;
        for (int i = 0; i < messages.Count; i++)
        {
            if (Read(messages[i]) is not string[][] ours) continue;
            if (i < Built) valid++;
            // Known difference: tshark gives up where the bytes of a record make no sense to it (TXT, SVCB, EDNS), which we pass over: what it had read by then is the same.
            bool gaveUp = read[i][^1].Length > 0;
            // Nor does it list the hints of a record whose other parameters it cannot read.
            int field = Array.FindIndex([.. Enumerable.Range(0, ours.Length)], f => !ours[f].Take(gaveUp || f == Hints ? read[i][f].Length : int.MaxValue).SequenceEqual(read[i][f].Select(value => Plain(value, f))));
            if (field < 0) (same, changedAndSame) = (same + 1, changedAndSame + (i < Built ? 0 : 1));
            else differences.Add($"{i} field {field}: ours {string.Join(',', ours[field])}, tshark {string.Join(',', read[i][field])}: {Convert.ToHexString(messages[i])}");
        }
        Assert.True(differences.Count == 0, $"{differences.Count} differences\n{string.Join('\n', differences.Take(20))}");
        Assert.Equal(Built, valid);
        Assert.True(changedAndSame > Changed / 10, $"{same} the same, {changedAndSame} of them changed");
    }

    // In the order of the fields; null where we refuse the message, or it is none whose names tshark lists (an update, mDNS).
    private static string[][]? Read(byte[] message)
    {
        if (DnsMessageReader.TryOpen(message, out DnsMessageReader reader) != ReadStatus.Found || reader.Header.Opcode != 0) return null;
        List<string>[] fields = [.. Enumerable.Range(0, 11).Select(_ => new List<string>())];
        fields[0].Add($"0x{reader.Header.Id:x4}");
        byte[] name = new byte[CanonicalName.MaxBytes];
        while (reader.HasQuestion)
        {
            if (reader.TryReadQuestion(out DnsQuestion question) != ReadStatus.Found || question.TryReadName(name, out int length) != ReadStatus.Found) return null;
            fields[1].Add(Text(name, length));
            fields[2].Add($"{(int)question.Type}");
        }
        while (reader.HasRecord)
        {
            if (reader.TryReadRecord(out DnsRecord record) != ReadStatus.Found || record.TryReadOwner(name, out int length) != ReadStatus.Found) return null;
            fields[3].Add(Text(name, length));
            fields[4].Add($"{(int)record.Type}");
            // Of an SRV record's owner tshark makes service, protocol and name.
            if ((int)record.Type == 33) return null;
            if (record.Type != DnsType.OPT) fields[5].Add($"{record.Ttl}");
            switch (record.Type)
            {
                case DnsType.A or DnsType.AAAA:
                    if (!record.Address.IsKnown) return null;
                    fields[record.Type == DnsType.A ? 6 : 7].Add(record.Address.ToString());
                    break;
                case DnsType.CNAME:
                    if (record.TryReadName(0, name, out length, out int end) != ReadStatus.Found || end != record.Rdata.Length) return null;
                    fields[8].Add(Text(name, length));
                    break;
                case DnsType.HTTPS or DnsType.SVCB:
                    if (!ReadSvcb(record, name, fields)) return null;
                    break;
            }
        }
        return reader.BytesLeft == 0 ? [.. fields.Select(field => field.ToArray())] : null;
    }

    private static bool ReadSvcb(in DnsRecord record, byte[] name, List<string>[] fields)
    {
        if (SvcbReader.TryOpen(record.Rdata, name, out int length, out SvcbReader svcb) != ReadStatus.Found) return false;
        fields[9].Add(Text(name, length));
        while (svcb.HasParameter)
        {
            if (svcb.TryReadParameter(out ushort key, out ReadOnlySpan<byte> value) != ReadStatus.Found) return false;
            for (; key == SvcbReader.Ipv4Hint && value.Length >= 4; value = value[4..]) fields[Hints].Add(Address.FromBytes(value[..4]).ToString());
        }
        return true;
    }

    private static string Text(byte[] name, int length) => length == 0 ? "<Root>" : Encoding.ASCII.GetString(name, 0, length);

    private static string Plain(string value, int field) => field is 1 or 3 or 8 or 9 && value != "<Root>" ? value.ToLowerInvariant() : value;

    private static byte[] Build(Random random)
    {
        bool response = random.Next(4) > 0;
        var message = new List<byte>();
        var places = new Dictionary<string, int>();
        int answers = response ? random.Next(6) : 0, more = random.Next(2);
        message.AddRange(new ByteList().UInt16(random.Next(65536)).UInt16(response ? 0x8180 : 0x0100).UInt16(1).UInt16(answers).UInt16(0).UInt16(more).ToArray());
        WriteName(Names[random.Next(Names.Length)]);
        Write(new ByteList().UInt16((int)(random.Next(3) switch { 0 => DnsType.A, 1 => DnsType.AAAA, _ => DnsType.HTTPS })).UInt16(1));
        for (; answers > 0; answers--) WriteRecord();
        if (more > 0) Write(new ByteList().Byte(0).UInt16((int)DnsType.OPT).UInt16(1232).UInt16(0).UInt16(0).Vector16(0, 15, 0, 6, 0, 15, (byte)'w', (byte)'h', (byte)'y', (byte)'?'));
        return [.. message];

        void WriteRecord()
        {
            WriteName(Names[random.Next(Names.Length)]);
            DnsType type = random.Next(5) switch { 0 => DnsType.A, 1 => DnsType.AAAA, 2 => DnsType.CNAME, 3 => DnsType.TXT, _ => DnsType.HTTPS };
            Write(new ByteList().UInt16((int)type).UInt16(1).UInt16(random.Next(3)).UInt16(random.Next(65536)));
            int at = message.Count;
            Write(new ByteList().UInt16(0));
            byte[] address = new byte[16];
            random.NextBytes(address);
            // A source that prints apart from ::ffff:0:0/96, which has several forms.
            address[0] = 0x20;
            switch (type)
            {
                case DnsType.A: message.AddRange(address[..4]); break;
                case DnsType.AAAA: message.AddRange(address); break;
                case DnsType.CNAME: WriteName(Names[random.Next(Names.Length)]); break;
                case DnsType.TXT: message.AddRange([4, (byte)'t', (byte)'e', (byte)'x', (byte)'t']); break;
                default: message.AddRange([0, 1, 3, (byte)'s', (byte)'v', (byte)'c', 0, 0, 1, 0, 3, 2, (byte)'h', (byte)'2', 0, 4, 0, 8, .. address[..8]]); break;
            }
            int length = message.Count - at - 2;
            (message[at], message[at + 1]) = ((byte)(length >> 8), (byte)length);
        }

        void WriteName(string name)
        {
            for (string rest = name; ; rest = rest[(rest.IndexOf('.') + 1)..])
            {
                if (random.Next(2) == 0 && places.TryGetValue(rest, out int place))
                {
                    Write(new ByteList().UInt16(0xc000 | place));
                    return;
                }
                places[rest] = message.Count;
                string label = rest.Split('.')[0];
                Write(new ByteList().Vector8(Encoding.ASCII.GetBytes(label)));
                if (label != rest) continue;
                message.Add(0);
                return;
            }
        }

        void Write(ByteList bytes) => message.AddRange(bytes.ToArray());
    }
}
