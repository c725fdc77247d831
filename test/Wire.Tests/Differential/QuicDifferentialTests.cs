using System.Text;
using Exeat.Names;
using Exeat.Testing;

namespace Exeat.Wire.Tests.Differential;

/// <summary>QUIC Initials of versions 1 and 2, captured, written and changed: tshark derives the keys by itself, decrypts, and reads the same name.</summary>
public sealed class QuicDifferentialTests
{
    private const int Written = 400;
    private const int Changed = 3000;

    [Fact]
    public void A_name_in_an_Initial_is_the_one_that_tshark_decrypts()
    {
        var random = new Random(4);
        List<byte[]> datagrams = [Corpus.Read("quic-client-initial"), .. Enumerable.Range(0, Written).Select(_ => Write(random))];
        int valid = datagrams.Count;
        // tshark knows a connection by its ids: each datagram has its own.
        for (int i = 0; i < Changed; i++) datagrams.Add(Changes.Of(Write(random), random));
        // Ports that nothing is registered for, so that tshark takes none for another protocol.
        byte[][] packets = [.. datagrams.Select((datagram, i) => PacketBuilder.Udp("192.0.2.1", (ushort)(49152 + i), "198.51.100.1", 443, datagram))];
        IReadOnlyList<string[][]> read = Tshark.Read(packets, "tls.handshake.extensions_server_name", "quic.version", "quic.dcid", "quic.scid");

        var differences = new List<string>();
        int same = 0, named = 0;
        using var opener = new QuicInitialOpener();
        for (int i = 0; i < datagrams.Count; i++)
        {
            if (Read(opener, datagrams[i]) is not (string name, QuicText text))
            {
                if (i < valid) differences.Add($"{i}: a valid Initial was not read");
                continue;
            }
            named++;
            string[] names = read[i][0];
            bool isSame = names.Length == 1 && names[0].Equals(name, StringComparison.OrdinalIgnoreCase)
                && read[i][1].FirstOrDefault() == text.Version && (read[i][2].FirstOrDefault() ?? "") == text.Destination && (read[i][3].FirstOrDefault() ?? "") == text.Source;
            if (isSame) same++;
            else differences.Add($"{i}: we read '{name}' {text}, tshark {string.Join(' ', read[i].Select(v => string.Join(',', v)))}: {Convert.ToHexString(datagrams[i])}");
        }
        Assert.True(differences.Count == 0, $"{differences.Count} differences of {named}\n{string.Join('\n', differences.Take(20))}");
        Assert.True(same > Written, $"{same} the same");
    }

    private sealed record QuicText(string Version, string Destination, string Source);

    private static (string Name, QuicText Text)? Read(QuicInitialOpener opener, byte[] datagram)
    {
        var packets = new QuicDatagram(datagram);
        if (!packets.TryRead(out QuicPacket packet) || packet.Kind != QuicPacketKind.Initial || !opener.TryOpen(packet, packet.Destination, false, 0, out _, out ReadOnlySpan<byte> bytes)) return null;
        var stream = new QuicCryptoStream(1 << 16);
        var frames = new QuicFrames(bytes);
        ReadStatus status;
        while ((status = frames.NextCrypto(out ulong offset, out ReadOnlySpan<byte> data)) == ReadStatus.Found) stream.Add(offset, data);
        byte[] name = new byte[CanonicalName.MaxBytes];
        if (status == ReadStatus.Malformed || QuicClientHello.Read(stream.Contiguous, name, out ClientHelloView hello) != ReadStatus.Found || hello.SniStatus != SniStatus.Name) return null;
        return (Encoding.ASCII.GetString(name, 0, hello.NameLength), new QuicText($"0x{packet.Version:x8}", Convert.ToHexStringLower(packet.Destination), Convert.ToHexStringLower(packet.Source)));
    }

    private static byte[] Write(Random random)
    {
        HelloBuilder hello = HelloBuilder.For($"host{random.Next(1000)}.example") with { SessionId = [], SupportedVersions = [0x0304], ShuffleSeed = random.Next(), Extra = [(57, [1, 1, 0])] };
        byte[] message = hello.Message();
        // In several CRYPTO frames, in any order, with PING and PADDING between them.
        var cuts = new SortedSet<int>(Enumerable.Range(0, random.Next(5)).Select(_ => random.Next(1, message.Length))) { 0, message.Length };
        (int From, int To)[] pieces = [.. cuts.Zip(cuts.Skip(1)).OrderBy(_ => random.Next())];
        var frames = new List<byte>();
        foreach ((int from, int to) in pieces)
        {
            frames.AddRange(QuicInitialWriter.Crypto((ulong)from, message.AsSpan(from, to - from)));
            if (random.Next(3) == 0) frames.AddRange(random.Next(2) == 0 ? [1] : [0, 0, 0]);
        }
        byte[] destination = new byte[8 + random.Next(13)], source = new byte[random.Next(21)];
        random.NextBytes(destination);
        random.NextBytes(source);
        return QuicInitialWriter.Write(new QuicInitialDraft
        {
            Version = random.Next(2) == 0 ? QuicHeader.Version1 : QuicHeader.Version2,
            Destination = destination,
            Source = source,
            Number = (uint)random.Next(3),
            Frames = frames.ToArray(),
            PadTo = 1200,
        });
    }
}
