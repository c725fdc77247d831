using System.Buffers.Binary;

namespace Exeat.Wire;

/// <summary>Reads untrusted bytes left to right. Every read reports failure; none throws or allocates. A failed read consumes nothing.</summary>
public ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>The bytes not read yet.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    /// <summary>How many bytes are not read yet.</summary>
    public readonly int Length => _rest.Length;

    /// <summary>Whether everything was read.</summary>
    public readonly bool IsEmpty => _rest.IsEmpty;

    /// <summary>Reads one byte.</summary>
    public bool TryReadByte(out byte value)
    {
        value = 0;
        if (_rest.IsEmpty) return false;
        value = _rest[0];
        _rest = _rest[1..];
        return true;
    }

    /// <summary>Reads two bytes in network order.</summary>
    public bool TryReadUInt16(out ushort value)
    {
        if (!BinaryPrimitives.TryReadUInt16BigEndian(_rest, out value)) return false;
        _rest = _rest[2..];
        return true;
    }

    /// <summary>Reads three bytes in network order.</summary>
    public bool TryReadUInt24(out int value)
    {
        value = 0;
        if (_rest.Length < 3) return false;
        value = _rest[0] << 16 | _rest[1] << 8 | _rest[2];
        _rest = _rest[3..];
        return true;
    }

    /// <summary>Reads four bytes in network order.</summary>
    public bool TryReadUInt32(out uint value)
    {
        if (!BinaryPrimitives.TryReadUInt32BigEndian(_rest, out value)) return false;
        _rest = _rest[4..];
        return true;
    }

    /// <summary>Reads a fixed number of bytes; a negative number fails.</summary>
    public bool TryReadBytes(int count, out ReadOnlySpan<byte> value)
    {
        value = default;
        if ((uint)count > (uint)_rest.Length) return false;
        value = _rest[..count];
        _rest = _rest[count..];
        return true;
    }

    /// <summary>Passes over a number of bytes; a negative number fails.</summary>
    public bool TrySkip(int count) => TryReadBytes(count, out _);

    /// <summary>Reads a vector with a one-byte length (RFC 8446, 3.4).</summary>
    public bool TryReadVector8(out ByteReader vector)
    {
        vector = default;
        if (_rest.IsEmpty || _rest[0] > _rest.Length - 1) return false;
        vector = new ByteReader(_rest.Slice(1, _rest[0]));
        _rest = _rest[(1 + _rest[0])..];
        return true;
    }

    /// <summary>Reads a vector with a two-byte length (RFC 8446, 3.4).</summary>
    public bool TryReadVector16(out ByteReader vector)
    {
        vector = default;
        if (!BinaryPrimitives.TryReadUInt16BigEndian(_rest, out ushort length) || length > _rest.Length - 2) return false;
        vector = new ByteReader(_rest.Slice(2, length));
        _rest = _rest[(2 + length)..];
        return true;
    }
}
