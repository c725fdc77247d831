using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Exeat.Lab.Attacks;
using Exeat.Wire;
using Exeat.Wire.Dns;

namespace Exeat.Cli.Verify;

/// <summary>The bytes of each kind of attempt. The token lies where the far side can read it: session id, path, connection id, or the text itself.</summary>
internal static class ProbePayload
{
    // What common resolvers say of themselves (dns flag day 2020).
    private const ushort DnsUdpBytes = 1232;
    private const int QuicDatagramBytes = 1200;
    private static readonly byte[] QuicSource = [0x65, 0x78, 0x65, 0x61, 0x74];

    public static byte[] Of(Probe probe) => probe.Kind switch
    {
        ProbeKind.Question => Question(probe),
        ProbeKind.QuestionOverTcp => Prefixed(Question(probe)),
        ProbeKind.Tls => new ClientHelloDraft { Name = probe.Name?.Text, Token = probe.Token }.WriteRecord(),
        ProbeKind.Http => Encoding.ASCII.GetBytes(
            $"GET /exeat-verify/{probe.Token} HTTP/1.1\r\nHost: {probe.Name?.Text ?? Host(probe)}\r\nUser-Agent: exeat-verify\r\nConnection: close\r\n\r\n"),
        ProbeKind.Quic => QuicInitial(probe),
        ProbeKind.Echo => Echo(probe),
        _ => Encoding.ASCII.GetBytes($"exeat-verify {probe.Token}\r\n"),
    };

    private static string Host(Probe probe) => probe.To.IsV6 ? $"[{probe.To}]" : probe.To.ToString();

    private static byte[] Question(Probe probe)
    {
        Span<byte> room = stackalloc byte[512];
        var writer = new DnsMessageWriter(room, BinaryPrimitives.ReadUInt16BigEndian(RandomNumberGenerator.GetBytes(2)), DnsHeader.RecursionDesired);
        if (!writer.TryWriteQuestion(probe.Name!.Bytes, probe.Type) || !writer.TryWriteEdns(DnsUdpBytes, 0, default)) throw new InvalidOperationException("a question is longer than a name can be");
        return writer.Message.ToArray();
    }

    private static byte[] Prefixed(byte[] message) => [(byte)(message.Length >> 8), (byte)message.Length, .. message];

    private static byte[] QuicInitial(Probe probe)
    {
        byte[] hello = new ClientHelloDraft { Name = probe.Name?.Text, QuicSource = QuicSource }.Write();
        byte[] frames = QuicInitialWriter.Crypto(0, hello), id = Encoding.ASCII.GetBytes(probe.Token);
        return QuicInitialWriter.Write(new QuicInitialDraft { Destination = id, Source = QuicSource, Frames = frames, PadTo = QuicDatagramBytes });
    }

    // The kernel writes checksum and identifier of an echo request on such a socket (icmp(7), ping sockets).
    private static byte[] Echo(Probe probe) => [(byte)(probe.To.IsV6 ? 128 : 8), 0, 0, 0, 0, 0, 0, 1, .. Encoding.ASCII.GetBytes(probe.Token)];
}
