using System.Text;
using Exeat.Names;
using Exeat.Testing;

namespace Exeat.Wire.Tests.Differential;

/// <summary>ClientHellos, captured, built and changed at random: where we read a name, tshark reads the same one and no other.</summary>
public sealed class HelloDifferentialTests
{
    private const int Built = 600;
    private const int Changed = 6000;

    [Fact]
    public void A_name_that_we_read_is_the_one_that_tshark_reads()
    {
        List<byte[]> hellos = [.. Corpus.Hellos.Select(row => Corpus.Read(row.Data.Item1)), .. Enumerable.Range(0, Built).Select(Build)];
        int valid = hellos.Count;
        var random = new Random(1);
        for (int i = 0; i < Changed; i++) hellos.Add(Changes.Of(hellos[random.Next(valid)], random));
        hellos.AddRange(Corpus.Lines("answered-by-openssl").Select(line => Convert.FromHexString(line.Split(' ')[1])));
        // A stream of its own for each; the packets of one stream would be joined.
        byte[][] packets = [.. hellos.Select((hello, i) => PacketBuilder.Tcp("192.0.2.1", (ushort)(1024 + i), "198.51.100.1", 443, TcpFlags.Ack | TcpFlags.Psh, 1, 1, hello))];
        IReadOnlyList<string[][]> read = Tshark.Read(packets, "tls.handshake.extensions_server_name", "tls.handshake.type", "tls.handshake.length", "tls.record.length");

        byte[] ours = new byte[CanonicalName.MaxBytes], theirs = new byte[CanonicalName.MaxBytes];
        var differences = new List<string>();
        int same = 0, changedAndSame = 0, notTls = 0;
        for (int i = 0; i < hellos.Count; i++)
        {
            ReadStatus status = TlsClientHello.Read(hellos[i], ours, out ClientHelloView hello);
            if (i < valid && status != ReadStatus.Found) differences.Add($"{i}: a valid hello is {status}");
            if (status != ReadStatus.Found) continue;
            (string[] names, string[] types, string[] lengths, string[] records) = (read[i][0], read[i][1], read[i][2], read[i][3]);
            string name = Encoding.ASCII.GetString(ours, 0, hello.NameLength);
            bool sameName = hello.SniStatus switch
            {
                SniStatus.Name => names.Length == 1 && CanonicalName.TryWrite(Encoding.Latin1.GetBytes(names[0]), theirs, out int length) == NameProblem.None && name == Encoding.ASCII.GetString(theirs, 0, length),
                SniStatus.Absent => names.Length == 0,
                // What names nobody to us permits nothing by name, whatever it says.
                _ => true,
            };
            // Known difference: tshark takes a record of an unknown version for no TLS. RFC 8446 (5.1) has servers ignore it, and OpenSSL does.
            if (types.Length == 0 && HasOddRecordVersion(hellos[i], hello.HelloBytes))
            {
                notTls++;
                continue;
            }
            int message = hello.HelloBytes - 5 * hello.Records - 4;
            bool sameFrame = types is ["1", ..] && lengths is [string first, ..] && first == $"{message}" && records.Length >= hello.Records;
            if (!sameName || !sameFrame) differences.Add($"{i}: we read '{name}' ({hello.SniStatus}, {message} bytes, {hello.Records} records), tshark '{string.Join(',', names)}', types {string.Join(',', types)}, lengths {string.Join(',', lengths)}: {Convert.ToHexString(hellos[i].AsSpan(0, Math.Min(hellos[i].Length, 120)))}");
            else if (hello.SniStatus == SniStatus.Name) (same, changedAndSame) = (same + 1, changedAndSame + (i >= valid ? 1 : 0));
        }
        Assert.True(differences.Count == 0, $"{differences.Count} differences\n{string.Join('\n', differences.Take(20))}");
        Assert.True(notTls < 100, $"{notTls} hellos were no TLS to tshark");
        Assert.True(same > Built && changedAndSame > Changed / 4, $"{same} names the same, {changedAndSame} of them in changed hellos");
    }

    private static bool HasOddRecordVersion(ReadOnlySpan<byte> stream, int end)
    {
        for (int at = 0; at < end; at += 5 + (stream[at + 3] << 8 | stream[at + 4]))
        {
            if (stream[at + 2] > 3) return true;
        }
        return false;
    }

    private static byte[] Build(int seed)
    {
        var random = new Random(seed);
        string label = new([.. Enumerable.Range(0, 1 + random.Next(60)).Select(_ => "abcxyz-019"[random.Next(7)])]);
        HelloBuilder hello = HelloBuilder.For($"{label}.example") with
        {
            Ech = random.Next(3) == 0,
            EarlyData = random.Next(5) == 0,
            KeyShareBytes = random.Next(4) == 0 ? 1216 + random.Next(3000) : 36,
            ShuffleSeed = random.Next(2) == 0 ? seed : null,
            SupportedVersions = random.Next(4) == 0 ? [0x0303] : [0x0a0a, 0x0304, 0x0303],
        };
        return random.Next(3) == 0 ? hello.Build(4 + random.Next(200), 1 + random.Next(200)) : hello.Build();
    }
}
