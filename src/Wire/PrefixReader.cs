namespace Exeat.Wire;

/// <summary>Reads the beginning of a message whose declared length is known while its end may not be here yet.</summary>
/// <remarks>A vector longer than what encloses it is malformed at once; a vector whose bytes are not all here is read as far as it goes.
/// So the first wrong byte of a message is seen when it comes, not when the message is whole.</remarks>
internal ref struct PrefixReader(ReadOnlySpan<byte> bytes, int declared)
{
    private ReadOnlySpan<byte> _here = bytes.Length > declared ? bytes[..declared] : bytes;

    /// <summary>How many bytes are left to read, here or not yet.</summary>
    public int Length { get; private set; } = declared;

    /// <summary>Whether all that is left to read is here.</summary>
    public readonly bool IsWhole => _here.Length == Length;

    /// <summary>The bytes that are here.</summary>
    public readonly ReadOnlySpan<byte> Here => _here;

    public ReadStatus ReadBytes(int count, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (count > Length) return ReadStatus.Malformed;
        if (count > _here.Length) return ReadStatus.NeedMore;
        value = _here[..count];
        _here = _here[count..];
        Length -= count;
        return ReadStatus.Found;
    }

    public ReadStatus ReadByte(out byte value)
    {
        ReadStatus status = ReadBytes(1, out ReadOnlySpan<byte> bytes);
        value = status == ReadStatus.Found ? bytes[0] : (byte)0;
        return status;
    }

    public ReadStatus ReadUInt16(out ushort value)
    {
        ReadStatus status = ReadBytes(2, out ReadOnlySpan<byte> bytes);
        value = status == ReadStatus.Found ? (ushort)(bytes[0] << 8 | bytes[1]) : (ushort)0;
        return status;
    }

    /// <summary>Reads a vector with a one-byte length (RFC 8446, 3.4), which may not be whole.</summary>
    public ReadStatus ReadVector8(out PrefixReader vector)
    {
        vector = default;
        ReadStatus status = ReadByte(out byte length);
        return status == ReadStatus.Found ? Take(length, out vector) : status;
    }

    /// <summary>Reads a vector with a two-byte length (RFC 8446, 3.4), which may not be whole.</summary>
    public ReadStatus ReadVector16(out PrefixReader vector)
    {
        vector = default;
        ReadStatus status = ReadUInt16(out ushort length);
        return status == ReadStatus.Found ? Take(length, out vector) : status;
    }

    private ReadStatus Take(int length, out PrefixReader vector)
    {
        vector = default;
        if (length > Length) return ReadStatus.Malformed;
        vector = new PrefixReader(_here, length);
        _here = length >= _here.Length ? default : _here[length..];
        Length -= length;
        return ReadStatus.Found;
    }
}
