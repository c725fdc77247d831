using System.Buffers.Binary;

namespace Exeat.Wire;

/// <summary>The TCP options that whoever speaks in the name of one end must know (RFC 9293, 3.7.1; RFC 7323). Options that make no sense are not there.</summary>
public readonly record struct TcpOptionsView
{
    /// <summary>What a timestamp takes in a packet, with the two NOPs that everybody writes before it (RFC 7323, appendix A).</summary>
    public const int TimestampBytes = 12;

    /// <summary>A shift above 14 counts as 14 (RFC 7323, 2.3).</summary>
    public const int MaxWindowShift = 14;

    private const byte End = 0;
    private const byte NoOperation = 1;
    private const byte MaximumSegmentSize = 2;
    private const byte WindowScale = 3;
    private const byte Timestamps = 8;

    /// <summary>The maximum segment size; 0 when there is none.</summary>
    public ushort SegmentBytes { get; private init; }

    /// <summary>Whether the window scale option is there.</summary>
    public bool HasWindowShift { get; private init; }

    /// <summary>The window scale.</summary>
    public byte WindowShift { get; private init; }

    /// <summary>Whether a timestamp is there.</summary>
    public bool HasTimestamp { get; private init; }

    /// <summary>The sender's clock.</summary>
    public uint Timestamp { get; private init; }

    /// <summary>The clock value that the sender echoes.</summary>
    public uint TimestampEcho { get; private init; }

    /// <summary>Reads the options of a header, up to the first that does not fit.</summary>
    public static TcpOptionsView Read(ReadOnlySpan<byte> options)
    {
        var view = default(TcpOptionsView);
        while (options.Length > 0 && options[0] != End)
        {
            if (options[0] == NoOperation)
            {
                options = options[1..];
                continue;
            }
            if (options.Length < 2 || options[1] < 2 || options[1] > options.Length) return view;
            ReadOnlySpan<byte> body = options[2..options[1]];
            view = (options[0], body.Length) switch
            {
                (MaximumSegmentSize, 2) => view with { SegmentBytes = BinaryPrimitives.ReadUInt16BigEndian(body) },
                (WindowScale, 1) => view with { HasWindowShift = true, WindowShift = Math.Min(body[0], (byte)MaxWindowShift) },
                (Timestamps, 8) => view with
                {
                    HasTimestamp = true,
                    Timestamp = BinaryPrimitives.ReadUInt32BigEndian(body),
                    TimestampEcho = BinaryPrimitives.ReadUInt32BigEndian(body[4..]),
                },
                _ => view,
            };
            options = options[options[1]..];
        }
        return view;
    }

    /// <summary>Writes a timestamp as everybody writes it; the room needs <see cref="TimestampBytes"/>.</summary>
    public static void WriteTimestamp(Span<byte> room, uint timestamp, uint echo)
    {
        room[0] = room[1] = NoOperation;
        room[2] = Timestamps;
        room[3] = 10;
        BinaryPrimitives.WriteUInt32BigEndian(room[4..], timestamp);
        BinaryPrimitives.WriteUInt32BigEndian(room[8..], echo);
    }
}
