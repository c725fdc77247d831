using Exeat.Names;

namespace Exeat.Wire.Dns;

/// <summary>Names as they lie in messages: length-prefixed labels, possibly compressed (RFC 1035, 3.1 and 4.1.4).</summary>
public static class DnsName
{
    /// <summary>The longest name on the wire, uncompressed, with the root's zero byte.</summary>
    public const int MaxWireBytes = CanonicalName.MaxBytes + 2;

    /// <summary>How many compression pointers one name may follow. Real messages need one or two.</summary>
    public const int MaxJumps = 16;

    /// <summary>Reads the name at <paramref name="offset"/> in canonical form; the root is Found with nothing written.</summary>
    /// <remarks>
    /// Names with dots inside labels or bytes other than letters, digits, hyphen and underscore are Malformed: whatever needs them is not let through.
    /// A pointer must go before the labels that led to it, so that no chain of them can loop, and never into the header.
    /// </remarks>
    /// <param name="message">The whole message.</param>
    /// <param name="offset">Where the name begins.</param>
    /// <param name="canonical">Room for <see cref="CanonicalName.MaxBytes"/>.</param>
    /// <param name="written">Bytes of the canonical form.</param>
    /// <param name="end">The offset behind the name as it lies here.</param>
    public static ReadStatus TryRead(ReadOnlySpan<byte> message, int offset, Span<byte> canonical, out int written, out int end)
    {
        written = 0;
        end = offset;
        int at = offset, run = offset, jumps = 0, length = 0;
        while (true)
        {
            if ((uint)at >= (uint)message.Length) return ReadStatus.NeedMore;
            int size = message[at];
            if (size == 0)
            {
                if (jumps == 0) end = at + 1;
                break;
            }
            if (size >= 0xC0)
            {
                if (at + 1 >= message.Length) return ReadStatus.NeedMore;
                if (jumps == 0) end = at + 2;
                int target = (size & 0x3F) << 8 | message[at + 1];
                if (target >= run || target < DnsHeader.Bytes || ++jumps > MaxJumps) return ReadStatus.Malformed;
                at = run = target;
                continue;
            }
            // 0x40 and 0x80 were extended label types; none is in use (RFC 6891, 5).
            if (size > CanonicalName.MaxLabelBytes) return ReadStatus.Malformed;
            if (at + 1 + size > message.Length) return ReadStatus.NeedMore;
            ReadOnlySpan<byte> label = message.Slice(at + 1, size);
            int dot = length == 0 ? 0 : 1;
            if (length + dot + size > CanonicalName.MaxBytes || label.Contains((byte)'.')) return ReadStatus.Malformed;
            if (dot != 0) canonical[length++] = (byte)'.';
            label.CopyTo(canonical[length..]);
            length += size;
            at += 1 + size;
        }
        if (length == 0) return ReadStatus.Found;
        return CanonicalName.TryWrite(canonical[..length], canonical, out written) == NameProblem.None ? ReadStatus.Found : ReadStatus.Malformed;
    }

    /// <summary>Finds the end of a name without reading it; names that <see cref="TryRead"/> would refuse for their letters can be passed over.</summary>
    public static ReadStatus TrySkip(ReadOnlySpan<byte> message, int offset, out int end)
    {
        end = offset;
        int at = offset;
        while (true)
        {
            if ((uint)at >= (uint)message.Length) return ReadStatus.NeedMore;
            int size = message[at];
            if (size is > CanonicalName.MaxLabelBytes and < 0xC0) return ReadStatus.Malformed;
            at += size >= 0xC0 ? 2 : 1 + size;
            if (at > message.Length) return ReadStatus.NeedMore;
            if (at - offset > MaxWireBytes + 1) return ReadStatus.Malformed;
            if (size is not (0 or >= 0xC0)) continue;
            end = at;
            return ReadStatus.Found;
        }
    }

    /// <summary>Writes a canonical name as uncompressed labels and returns how many bytes that took; 0 when the room is too small. Nothing is the root.</summary>
    public static int Write(Span<byte> destination, ReadOnlySpan<byte> canonical)
    {
        int needed = canonical.IsEmpty ? 1 : canonical.Length + 2;
        if (destination.Length < needed) return 0;
        int at = 0;
        while (!canonical.IsEmpty)
        {
            int dot = canonical.IndexOf((byte)'.');
            ReadOnlySpan<byte> label = dot < 0 ? canonical : canonical[..dot];
            destination[at++] = (byte)label.Length;
            label.CopyTo(destination[at..]);
            at += label.Length;
            canonical = dot < 0 ? default : canonical[(dot + 1)..];
        }
        destination[at++] = 0;
        return at;
    }
}
