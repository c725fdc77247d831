using System.Buffers.Binary;
using Exeat.Names;

namespace Exeat.Wire.Dns;

/// <summary>Copies the bytes of an SVCB or HTTPS record without what would blind or deceive the gateway: <c>ech</c> and forbidden address hints.</summary>
public static class SvcbRewriter
{
    /// <summary>Copies a record's bytes; keys that vanish also vanish from <c>mandatory</c>.</summary>
    /// <param name="rdata">The record's own bytes.</param>
    /// <param name="forbidden">Hints to leave away.</param>
    /// <param name="destination">Room for as many bytes as <paramref name="rdata"/> has.</param>
    /// <param name="written">Bytes copied.</param>
    public static ReadStatus TryRewrite(ReadOnlySpan<byte> rdata, ReadOnlySpan<Address> forbidden, Span<byte> destination, out int written)
    {
        written = 0;
        if (destination.Length < rdata.Length) return ReadStatus.Malformed;
        Span<byte> target = stackalloc byte[CanonicalName.MaxBytes];
        if (SvcbReader.TryOpen(rdata, target, out _, out SvcbReader reader) != ReadStatus.Found) return ReadStatus.Malformed;
        SvcbReader first = reader;
        (bool v4, bool v6) = (false, false);
        while (first.HasParameter)
        {
            if (first.TryReadParameter(out ushort key, out ReadOnlySpan<byte> value) != ReadStatus.Found) return ReadStatus.Malformed;
            if (key == SvcbReader.Ipv4Hint) v4 = Copy(value, 4, forbidden, default) > 0;
            if (key == SvcbReader.Ipv6Hint) v6 = Copy(value, 16, forbidden, default) > 0;
        }
        rdata[..reader.HeadBytes].CopyTo(destination);
        written = reader.HeadBytes;
        while (reader.HasParameter)
        {
            _ = reader.TryReadParameter(out ushort key, out ReadOnlySpan<byte> value);
            if (!Stays(key, v4, v6)) continue;
            Span<byte> room = destination[(written + 4)..];
            int length = key switch
            {
                SvcbReader.Mandatory => CopyKeys(value, v4, v6, room),
                SvcbReader.Ipv4Hint => Copy(value, 4, forbidden, room),
                SvcbReader.Ipv6Hint => Copy(value, 16, forbidden, room),
                _ => CopyAll(value, room),
            };
            if (key == SvcbReader.Mandatory && length == 0) continue;
            BinaryPrimitives.WriteUInt16BigEndian(destination[written..], key);
            BinaryPrimitives.WriteUInt16BigEndian(destination[(written + 2)..], (ushort)length);
            written += 4 + length;
        }
        return ReadStatus.Found;
    }

    private static bool Stays(ushort key, bool v4, bool v6) => key switch
    {
        SvcbReader.Ech => false,
        SvcbReader.Ipv4Hint => v4,
        SvcbReader.Ipv6Hint => v6,
        _ => true,
    };

    private static int CopyAll(ReadOnlySpan<byte> value, Span<byte> room)
    {
        value.CopyTo(room);
        return value.Length;
    }

    private static int CopyKeys(ReadOnlySpan<byte> value, bool v4, bool v6, Span<byte> room)
    {
        int length = 0;
        for (; value.Length >= 2; value = value[2..])
        {
            if (!Stays(BinaryPrimitives.ReadUInt16BigEndian(value), v4, v6)) continue;
            value[..2].CopyTo(room[length..]);
            length += 2;
        }
        return length;
    }

    // With no room it only counts.
    private static int Copy(ReadOnlySpan<byte> value, int size, ReadOnlySpan<Address> forbidden, Span<byte> room)
    {
        int length = 0;
        for (; value.Length >= size; value = value[size..])
        {
            if (forbidden.Contains(Address.FromBytes(value[..size]))) continue;
            if (!room.IsEmpty) value[..size].CopyTo(room[length..]);
            length += size;
        }
        return length;
    }
}
