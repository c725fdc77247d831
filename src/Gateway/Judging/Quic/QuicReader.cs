using Exeat.Policy;
using Exeat.Wire;

namespace Exeat.Gateway.Judging;

/// <summary>Reads the datagrams of one flow as its server would: which connection each packet belongs to, by connection id and keys, and what its hello says.</summary>
/// <remarks>
/// A server takes a packet with an id it knows with that connection's keys, and any other Initial with the keys of the id in the packet, as a new connection. So every reading is tried: that
/// of each connection that has the id, and where it is only the server's own, that of a new one, since it may have forgotten that connection. A packet that opens with several keys (AES-GCM commits to none) is refused.
/// </remarks>
internal sealed class QuicReader(QuicInitialOpener opener)
{
    // RFC 9000, 14.1: a server discards smaller datagrams with an Initial, whatever its version.
    private const int InitialDatagramBytes = 1200;

    /// <summary>
    /// The most packets of one datagram that are read. Clients put two or three together (RFC 9000, 12.2): a couple of Initials, early data or a Handshake packet. Each Initial is opened with keys that
    /// are derived for it, and a datagram of fragments has room for thousands.
    /// </summary>
    public const int MostPackets = 8;

    /// <summary>The largest hello that is looked at.</summary>
    public int HelloBytes { get; set; } = 16 * 1024;

    /// <summary>Whether a datagram might begin a connection of a version that we cannot read.</summary>
    private static bool MayBeUnknownVersion(ReadOnlySpan<byte> datagram)
    {
        var packets = new QuicDatagram(datagram);
        return packets.TryRead(out QuicPacket packet) && packet.Kind == QuicPacketKind.UnknownVersion
            && (datagram.Length >= InitialDatagramBytes || QuicHeader.LooksLikeLongHeader(datagram, out _));
    }

    /// <summary>
    /// Whether a datagram is none of a client's: with so many packets, or longer than any link's frame, which only fragments can be (RFC 9000, 14: datagrams of QUIC must not be fragmented). Says so
    /// before anything of it is opened.
    /// </summary>
    private static bool IsOutsized(ReadOnlySpan<byte> datagram)
    {
        var packets = new QuicDatagram(datagram);
        for (int i = 0; i < MostPackets; i++)
        {
            if (!packets.TryRead(out QuicPacket packet)) return false;
            if (packet.NumberOffset > 0 && datagram.Length > QuicInitialOpener.MaxPacketBytes) return true;
        }
        return !packets.IsEmpty;
    }

    /// <summary>Whether a server would find the beginning of a connection behind a packet that it does not open: it reads on there (RFC 9000, 12.2).</summary>
    private static bool HoldsInitial(QuicDatagram rest)
    {
        while (rest.TryRead(out QuicPacket packet))
        {
            if (packet.Kind is QuicPacketKind.Initial or QuicPacketKind.UnknownVersion) return true;
        }
        return false;
    }

    /// <summary>Reads a datagram of the agent's and adds what it says to the flow's connections.</summary>
    public QuicReading Read(QuicFlow flow, ReadOnlySpan<byte> datagram)
    {
        var packets = new QuicDatagram(datagram);
        if (packets.IsEmpty && !flow.IsAccepted) return Stray(flow.IsEmpty);
        if (IsOutsized(datagram)) return Unreadable(flow, Reason.Malformed);
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
                    if (result.Kind == QuicReadingKind.NotQuic && HoldsInitial(packets)) return Unreadable(flow, Reason.Malformed);
                    if (result.Kind is QuicReadingKind.Refused or QuicReadingKind.NotQuic) return result;
                    // Servers take coalesced packets of one connection only (RFC 9000, 12.2).
                    if (touched is not null && touched != result.Connection) return new QuicReading(QuicReadingKind.Refused, Reason.Malformed);
                    touched = result.Connection;
                    break;
                case QuicPacketKind.ZeroRtt or QuicPacketKind.Handshake:
                    QuicConnection? owner = flow.Find(packet.Destination);
                    if (owner is null || packet.Kind == QuicPacketKind.Handshake && !owner.IsServerId(packet.Destination))
                        return isFirst && flow.IsEmpty && HoldsInitial(packets) ? Unreadable(flow, Reason.Malformed) : Stray(isFirst && flow.IsEmpty);
                    if (touched is not null && touched != owner) return new QuicReading(QuicReadingKind.Refused, Reason.Malformed);
                    // Early data waits with the hello it belongs to.
                    isNew |= owner == flow.Collecting;
                    touched = owner;
                    // With its first Handshake packet a client lets go of the keys of Initials (RFC 9001, 4.9.1).
                    if (packet.Kind == QuicPacketKind.Handshake && flow.IsAccepted && !HasUnjudged(owner)) flow.Settle(owner);
                    break;
                case QuicPacketKind.Short when flow.IsAccepted || !isFirst && !packet.Bytes.ContainsAnyExcept((byte)0):
                    break;
                case QuicPacketKind.UnknownVersion:
                    bool harmless = flow.IsEmpty && !MayBeUnknownVersion(datagram);
                    return harmless ? new QuicReading(QuicReadingKind.NotQuic, Reason.QuicNotSupported) : Unreadable(flow, Reason.QuicNotSupported);
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
        for (int i = 0; i < MostPackets && packets.TryRead(out QuicPacket packet); i++)
        {
            if (packet.Kind == QuicPacketKind.Retry && connection.ServerId is null && QuicRetry.IsAuthentic(packet, connection.KeyId)) connection.Retry(packet.Source);
            if (packet.Kind != QuicPacketKind.Initial) continue;
            if (Answers(connection, packet) is { } answered) answers |= answered;
            // Two connections that a socket began together: the other one's answer, which makes the flow one that lives.
            else if (!flow.IsAccepted && flow.Earlier is { } earlier && Answers(earlier, packet) == true) flow.IsAccepted = true;
        }
        return answers;
    }

    // Whether a packet of the server's takes a hello and answers it; null when it is none of this connection.
    private bool? Answers(QuicConnection connection, in QuicPacket packet)
    {
        if (!opener.TryOpen(packet, connection.KeyId, ofServer: true, connection.ExpectedOfServer, out ulong number, out ReadOnlySpan<byte> plain)) return null;
        connection.ExpectedOfServer = Math.Max(connection.ExpectedOfServer, number + 1);
        connection.Answered(packet.Source);
        return new QuicFrames(plain).NextCrypto(out _, out ReadOnlySpan<byte> data) == ReadStatus.Found && !data.IsEmpty;
    }

    /// <summary>Reads the hello that is complete (or unreadable) after what was judged; the name goes into <paramref name="name"/>.</summary>
    public static ReadStatus Hello(QuicConnection connection, Span<byte> name, out ClientHelloView hello) =>
        QuicClientHello.Read(connection.Crypto.Contiguous[connection.JudgedBytes..], name, out hello);

    private QuicReading ReadInitial(QuicFlow flow, scoped in QuicPacket packet, ref bool isNew)
    {
        // Every connection that the id may stand for, to the server or to its client.
        QuicConnection? known = null;
        bool asNew = true;
        int readings = 0;
        ulong number = 0;
        ReadOnlySpan<byte> plain = default;
        foreach (QuicConnection? owner in (ReadOnlySpan<QuicConnection?>)[flow.Collecting, flow.Approved, flow.Earlier])
        {
            if (owner is null || !owner.Owns(packet.Destination)) continue;
            // With the keys of the id itself it would be the same reading twice.
            asNew &= !packet.Destination.SequenceEqual(owner.KeyId);
            if (!opener.TryOpen(packet, owner.KeyId, ofServer: false, owner.Expected, out number, out plain)) continue;
            known = owner;
            readings++;
        }
        asNew = asNew && opener.TryOpen(packet, packet.Destination, ofServer: false, 0, out number, out plain);
        if (asNew) readings++;
        if (readings != 1) return new QuicReading(flow.IsEmpty ? QuicReadingKind.NotQuic : QuicReadingKind.Refused, Reason.Malformed);
        if (known is null)
        {
            known = new QuicConnection(packet.Destination, HelloBytes);
            flow.Collect(known);
        }
        else
        {
            // Other attempts took its place.
            opener.TryOpen(packet, known.KeyId, ofServer: false, known.Expected, out number, out plain);
        }
        QuicConnection connection = known;
        connection.Expected = Math.Max(connection.Expected, number + 1);
        var frames = new QuicFrames(plain);
        ReadStatus status;
        while ((status = frames.NextCrypto(out ulong offset, out ReadOnlySpan<byte> data)) == ReadStatus.Found)
        {
            // What was judged is not here any more to be compared with.
            if (connection.IsSettled) return new QuicReading(QuicReadingKind.Refused, Reason.HelloReplaced, connection);
            if (!flow.MakeRoom(connection, offset, data.Length)) return new QuicReading(QuicReadingKind.Refused, Reason.LimitReached, connection);
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
        if (connection.JudgedBytes > 0 && !HasUnjudged(connection)) return new QuicReading(QuicReadingKind.Known, Connection: connection);
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

    private static QuicReading Unreadable(QuicFlow flow, Reason reason) => new(flow.IsEmpty ? QuicReadingKind.Unreadable : QuicReadingKind.Refused, reason);

    private static QuicReading Stray(bool isNothing) => new(isNothing ? QuicReadingKind.NotQuic : QuicReadingKind.Refused, Reason.NoHello);
}
