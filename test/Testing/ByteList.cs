using System.Buffers.Binary;

namespace Exeat.Testing;

/// <summary>Grows by bytes in network order; the writing twin of <c>ByteReader</c>.</summary>
public sealed class ByteList
{
    private readonly List<byte> _bytes = [];

    /// <summary>Adds one byte.</summary>
    public ByteList Byte(int value) => Bytes((byte)value);

    /// <summary>Adds two bytes.</summary>
    public ByteList UInt16(int value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)value);
        return Bytes(bytes);
    }

    /// <summary>Adds bytes as they are.</summary>
    public ByteList Bytes(params ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    /// <summary>Adds a vector with a one-byte length.</summary>
    public ByteList Vector8(params ReadOnlySpan<byte> bytes) => Byte(bytes.Length).Bytes(bytes);

    /// <summary>Adds a vector with a two-byte length.</summary>
    public ByteList Vector16(params ReadOnlySpan<byte> bytes) => UInt16(bytes.Length).Bytes(bytes);

    /// <summary>All bytes so far.</summary>
    public byte[] ToArray() => [.. _bytes];
}
