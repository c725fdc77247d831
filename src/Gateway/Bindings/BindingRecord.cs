using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using Exeat.Names;

namespace Exeat.Gateway.Bindings;

/// <summary>One binding as it lies in the bindings file.</summary>
/// <remarks>
/// <code>
///   u16 length of the payload · u32 CRC-32C of the payload · payload:
///   i64 end (boot clock, ms) · i64 end (wall clock, ms since 1970) · u32 life when written (ms)
///   u8 family (4, 6) · address · u8 length, agent id (UTF-8) · u8 length, name · u8 count, aliases (u8 length, name)
/// </code>
/// All numbers are big-endian. A record of the same agent, address and name replaces the earlier one; an end of 0 takes it back.
/// </remarks>
internal sealed record BindingRecord(string Agent, Address Address, DomainName Name, ImmutableArray<DomainName> Via, long EndBootMs, long EndWallMs, uint LifeMs)
{
    /// <summary>The longest alias chain that is kept; the resolver follows no longer ones.</summary>
    public const int MostAliases = 16;

    /// <summary>All fields at their longest.</summary>
    public const int MaxBytes = Head + 20 + 17 + 256 + (1 + MostAliases) * (CanonicalName.MaxBytes + 1) + 1;

    private const int Head = 6;

    /// <summary>Writes the record; the room has <see cref="MaxBytes"/>. 0: a field is too long to be kept.</summary>
    public int Write(Span<byte> room)
    {
        int agent = Encoding.UTF8.GetByteCount(Agent);
        if (agent > byte.MaxValue || Via.Length > MostAliases) return 0;
        int at = Head;
        BinaryPrimitives.WriteInt64BigEndian(room[at..], EndBootMs);
        BinaryPrimitives.WriteInt64BigEndian(room[(at + 8)..], EndWallMs);
        BinaryPrimitives.WriteUInt32BigEndian(room[(at + 16)..], LifeMs);
        at += 20;
        room[at++] = (byte)(Address.IsV4 ? 4 : 6);
        at += Address.WriteTo(room[at..]);
        room[at++] = (byte)agent;
        at += Encoding.UTF8.GetBytes(Agent, room[at..]);
        at += WriteName(room[at..], Name);
        room[at++] = (byte)Via.Length;
        foreach (DomainName alias in Via) at += WriteName(room[at..], alias);
        BinaryPrimitives.WriteUInt16BigEndian(room, (ushort)(at - Head));
        BinaryPrimitives.WriteUInt32BigEndian(room[2..], Crc(room[Head..at]));
        return at;
    }

    /// <summary>Reads the record at the beginning of the bytes. False: it is cut off or damaged, and what follows cannot be told.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out BindingRecord? record, out int length)
    {
        (record, length) = (null, 0);
        if (bytes.Length < Head) return false;
        int payload = BinaryPrimitives.ReadUInt16BigEndian(bytes);
        if (payload > MaxBytes - Head || bytes.Length < Head + payload) return false;
        ReadOnlySpan<byte> rest = bytes.Slice(Head, payload);
        if (Crc(rest) != BinaryPrimitives.ReadUInt32BigEndian(bytes[2..]) || rest.Length < 21) return false;
        long boot = BinaryPrimitives.ReadInt64BigEndian(rest), wall = BinaryPrimitives.ReadInt64BigEndian(rest[8..]);
        uint life = BinaryPrimitives.ReadUInt32BigEndian(rest[16..]);
        int width = rest[20] switch { 4 => 4, 6 => 16, _ => 0 };
        rest = rest[21..];
        if (width == 0 || rest.Length < width) return false;
        Address address = Address.FromBytes(rest[..width]);
        rest = rest[width..];
        if (!TryTake(ref rest, out ReadOnlySpan<byte> agent) || !TryName(ref rest, out DomainName? name) || rest.IsEmpty || rest[0] > MostAliases) return false;
        var via = new DomainName[rest[0]];
        rest = rest[1..];
        for (int i = 0; i < via.Length; i++)
        {
            if (!TryName(ref rest, out via[i]!)) return false;
        }
        if (!rest.IsEmpty) return false;
        record = new BindingRecord(Encoding.UTF8.GetString(agent), address, name!, ImmutableCollectionsMarshal.AsImmutableArray(via), boot, wall, life);
        length = Head + payload;
        return true;
    }

    private static int WriteName(Span<byte> room, DomainName name)
    {
        room[0] = (byte)name.Bytes.Length;
        name.Bytes.CopyTo(room[1..]);
        return 1 + name.Bytes.Length;
    }

    private static bool TryTake(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (rest.IsEmpty || rest.Length < 1 + rest[0]) return false;
        text = rest.Slice(1, rest[0]);
        rest = rest[(1 + text.Length)..];
        return true;
    }

    // Only what is a canonical name already: another reading of it would be another name.
    private static bool TryName(ref ReadOnlySpan<byte> rest, out DomainName? name)
    {
        name = null;
        Span<byte> canonical = stackalloc byte[CanonicalName.MaxBytes];
        if (!TryTake(ref rest, out ReadOnlySpan<byte> text) || CanonicalName.TryWrite(text, canonical, out int written) != NameProblem.None) return false;
        if (!canonical[..written].SequenceEqual(text)) return false;
        name = DomainName.FromCanonical(text);
        return true;
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes) crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }
}
