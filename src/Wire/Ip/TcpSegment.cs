using Exeat.Names;

namespace Exeat.Wire;

/// <summary>A segment that the gateway sends in the name of one end: bytes, or a bare acknowledgement.</summary>
public readonly ref struct TcpSegment
{
    /// <summary>In whose name.</summary>
    public required Address Source { get; init; }

    /// <summary>To whom.</summary>
    public required Address Destination { get; init; }

    /// <summary>The sender's port.</summary>
    public required ushort SourcePort { get; init; }

    /// <summary>The receiver's port.</summary>
    public required ushort DestinationPort { get; init; }

    /// <summary>Where the bytes lie.</summary>
    public required uint Sequence { get; init; }

    /// <summary>What the sender has of the other stream.</summary>
    public required uint Acknowledgement { get; init; }

    /// <summary>The window field, as it stands in the header.</summary>
    public required ushort Window { get; init; }

    /// <summary>Whether the ends agreed on timestamps: then every segment needs one (RFC 7323, 3.2).</summary>
    public bool HasTimestamp { get; init; }

    /// <summary>The sender's clock.</summary>
    public uint Timestamp { get; init; }

    /// <summary>The receiver's clock, as last seen by the sender.</summary>
    public uint TimestampEcho { get; init; }

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Payload { get; init; }

    /// <summary>Writes the whole packet and returns its length; 0 when the room is too small.</summary>
    public int Write(Span<byte> room)
    {
        Span<byte> options = stackalloc byte[TcpOptionsView.TimestampBytes];
        if (HasTimestamp) TcpOptionsView.WriteTimestamp(options, Timestamp, TimestampEcho);
        var draft = new PacketDraft
        {
            Source = Source,
            Destination = Destination,
            Protocol = IpProtocol.Tcp,
            SourcePort = SourcePort,
            DestinationPort = DestinationPort,
            Sequence = Sequence,
            Acknowledgement = Acknowledgement,
            Flags = Payload.IsEmpty ? TcpFlags.Ack : TcpFlags.Ack | TcpFlags.Psh,
            Window = Window,
            TcpOptions = HasTimestamp ? options : default,
            Payload = Payload,
        };
        return PacketWriter.Write(draft, room);
    }
}
