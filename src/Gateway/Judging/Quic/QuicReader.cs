using Exeat.Policy;
using Exeat.Wire;

namespace Exeat.Gateway.Judging;

/// <summary>Reads the datagrams of one flow as its server would: which connection each packet belongs to, by connection id and keys, and what its hello says.</summary>
/// <remarks>
/// A server takes a packet with an id it knows with that connection's keys, and any other Initial with the keys of the id in the packet, as a new connection. So both readings are tried where an id is
/// the server's own: it may have forgotten that connection. A packet that opens with both (AES-GCM commits to no key) is refused.
/// </remarks>
internal sealed class QuicReader(QuicInitialOpener opener)
{
    // RFC 9000, 14.1: a server discards smaller datagrams with an Initial, whatever its version.
    private const int InitialDatagramBytes = 1200;

    /// <summary>The largest hello that is looked at.</summary>
    public int HelloBytes { get; set; } = 16 * 1024;

    /// <summary>Whether a datagram might begin a connection of a version that we cannot read.</summary>
    private static bool MayBeUnknownVersion(ReadOnlySpan<byte> datagram)
    {
        var packets = new QuicDatagram(datagram);
        return packets.TryRead(out QuicPacket packet) && packet.Kind == QuicPacketKind.UnknownVersion
            && (datagram.Length >= InitialDatagramBytes || QuicHeader.LooksLikeLongHeader(datagram, out _));
    }

    /// <summary>Reads a datagram of the agent's and adds what it says to the flow's connections.</summary>
    public QuicReading Read(QuicFlow flow, ReadOnlySpan<byte> datagram)
    {
        var packets = new QuicDatagram(datagram);
        if (packets.IsEmpty && !flow.IsAccepted) return Stray(flow.IsEmpty);
        var result = new QuicReading(QuicReadingKind.Known);
        QuicConnection? touched = null;
        bool isNew = false;
        for (bool isFirst = true; !packets.IsEmpty; isFirst = false)
        {
            if (!packets.TryRead(out QuicPacket packet)) return new QuicReading(isFirst && flow.IsEmpty ? QuicReadingKind.NotQuic : QuicReadingKind.Refused, Reason.Malformed);
            switch (packet.Kind)
            {
                case QuicPacketKind.Initial:
                    result = ReadInitial(flow, packet, ref isNew);
                    if (result.Kind is QuicReadingKind.Refused or QuicReadingKind.NotQuic) return result;
                    // Servers take coalesced packets of one connection only (RFC 9000, 12.2).
                    if (touched is not null && touched != result.Connection) return new QuicReading(QuicReadingKind.Refused, Reason.Malformed);
                    touched = result.Connection;
                    break;
                case QuicPacketKind.ZeroRtt or QuicPacketKind.Handshake:
                    QuicConnection? owner = flow.Find(packet.Destination);
                    if (owner is null || packet.Kind == QuicPacketKind.Handshake && !owner.IsServerId(packet.Destination)) return Stray(isFirst && flow.IsEmpty);
                    if (touched is not null && touched != owner) return new QuicReading(QuicReadingKind.Refused, Reason.Malformed);
                    // Early data waits with the hello it belongs to.
                    isNew |= owner == flow.Collecting;
                    touched = owner;
                    break;
                case QuicPacketKind.Short when flow.IsAccepted || !isFirst && !packet.Bytes.ContainsAnyExcept((byte)0):
                    break;
                case QuicPacketKind.UnknownVersion:
                    bool harmless = flow.IsEmpty && !MayBeUnknownVersion(datagram);
                    return new QuicReading(harmless ? QuicReadingKind.NotQuic : QuicReadingKind.Refused, Reason.QuicNotSupported);
                default:
                    // Retry and version negotiation are servers'; a short header before the server has answered belongs to nothing.
                    return Stray(isFirst && flow.IsEmpty);
            }
        }
        return touched is null ? new QuicReading(QuicReadingKind.Known) : Sum(touched, isNew);
    }

    /// <summary>Reads a datagram of the server's; true when with it the server has taken the approved hello and answered.</summary>
    public bool IsAnswer(QuicFlow flow, ReadOnlySpan<byte> datagram)
    {
        if (flow.Approved is not { } connection) return false;
        var packets = new QuicDatagram(datagram);
        bool answers = false;
        while (!packets.IsEmpty && packets.TryRead(out QuicPacket packet))
        {
            if (packet.Kind == QuicPacketKind.Retry && connection.ServerId is null && QuicRetry.IsAuthentic(packet, connection.KeyId)) connection.Retry(packet.Source);
            if (packet.Kind != QuicPacketKind.Initial) continue;
            if (!opener.TryOpen(packet, connection.KeyId, ofServer: true, connection.ExpectedOfServer, out ulong number, out ReadOnlySpan<byte> plain)) continue;
            connection.ExpectedOfServer = Math.Max(connection.ExpectedOfServer, number + 1);
            connection.Answered(packet.Source);
            var frames = new QuicFrames(plain);
            answers |= frames.NextCrypto(out _, out ReadOnlySpan<byte> data) == ReadStatus.Found && !data.IsEmpty;
        }
        return answers;
    }

    /// <summary>Reads the hello that is complete (or unreadable) after what was judged; the name goes into <paramref name="name"/>.</summary>
    public static ReadStatus Hello(QuicConnection connection, Span<byte> name, out ClientHelloView hello) =>
        QuicClientHello.Read(connection.Crypto.Contiguous[connection.JudgedBytes..], name, out hello);

    private QuicReading ReadInitial(QuicFlow flow, scoped in QuicPacket packet, ref bool isNew)
    {
        QuicConnection? known = flow.Find(packet.Destination);
        bool mayBeNew = known is null || known.IsServerId(packet.Destination) && !packet.Destination.SequenceEqual(known.KeyId);
        bool asNew = mayBeNew && opener.TryOpen(packet, packet.Destination, ofServer: false, 0, out _, out _);
        ulong number = 0;
        ReadOnlySpan<byte> plain = default;
        bool asKnown = known is not null && opener.TryOpen(packet, known.KeyId, ofServer: false, known.Expected, out number, out plain);
        if (asNew == asKnown) return new QuicReading(known is null && flow.IsEmpty ? QuicReadingKind.NotQuic : QuicReadingKind.Refused, Reason.Malformed);
        QuicConnection connection = known!;
        if (asNew)
        {
            connection = new QuicConnection(packet.Destination, HelloBytes);
            flow.Collecting = connection;
            opener.TryOpen(packet, packet.Destination, ofServer: false, 0, out number, out plain);
        }
        connection.Expected = Math.Max(connection.Expected, number + 1);
        var frames = new QuicFrames(plain);
        ReadStatus status;
        while ((status = frames.NextCrypto(out ulong offset, out ReadOnlySpan<byte> data)) == ReadStatus.Found)
        {
            switch (connection.Crypto.Add(offset, data))
            {
                case QuicCryptoAddition.Conflict:
                    return new QuicReading(QuicReadingKind.Refused, Reason.HelloReplaced, connection);
                case QuicCryptoAddition.TooLong:
                    return new QuicReading(QuicReadingKind.Refused, Reason.LimitReached, connection);
                case QuicCryptoAddition.Added:
                    isNew = true;
                    break;
            }
        }
        return status == ReadStatus.Malformed ? new QuicReading(QuicReadingKind.Refused, Reason.Malformed, connection) : new QuicReading(QuicReadingKind.Known, Connection: connection);
    }

    // Bytes that wait to be judged, or the first hello not yet complete.
    private static bool HasUnjudged(QuicConnection connection) => connection.Crypto.End > connection.JudgedBytes;

    private QuicReading Sum(QuicConnection connection, bool isNew)
    {
        if (connection.JudgedBytes > 0 && !HasUnjudged(connection)) return new QuicReading(QuicReadingKind.Known);
        ReadStatus status = Hello(connection, stackalloc byte[Names.CanonicalName.MaxBytes], out ClientHelloView hello);
        if (status == ReadStatus.NeedMore)
        {
            bool tooLong = connection.Crypto.ContiguousBytes - connection.JudgedBytes > HelloBytes;
            return tooLong ? new QuicReading(QuicReadingKind.Refused, Reason.LimitReached, connection) : new QuicReading(QuicReadingKind.Incomplete, Connection: connection, IsNew: isNew);
        }
        // Whatever follows a hello before the server has asked for another could be read as something else than was judged (T8).
        if (status == ReadStatus.Found && connection.JudgedBytes + hello.HelloBytes < connection.Crypto.End) return new QuicReading(QuicReadingKind.Refused, Reason.HelloReplaced, connection);
        return new QuicReading(QuicReadingKind.Hello, Connection: connection, IsNew: isNew);
    }

    private static QuicReading Stray(bool isNothing) => new(isNothing ? QuicReadingKind.NotQuic : QuicReadingKind.Refused, Reason.NoHello);
}
