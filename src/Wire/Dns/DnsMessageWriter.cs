using System.Buffers.Binary;

namespace Exeat.Wire.Dns;

/// <summary>Writes a message into room that the caller owns. A write that does not fit changes nothing and returns false.</summary>
public ref struct DnsMessageWriter
{
    // The question begins right behind the header, so a pointer to it is always the same two bytes.
    private const ushort PointerToQuestion = 0xC000 | DnsHeader.Bytes;

    private readonly Span<byte> _room;

    /// <summary>Begins a message; the room must hold a header.</summary>
    public DnsMessageWriter(Span<byte> room, ushort id, ushort flags)
    {
        _room = room;
        room[..DnsHeader.Bytes].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(room, id);
        BinaryPrimitives.WriteUInt16BigEndian(room[2..], flags);
        Length = DnsHeader.Bytes;
    }

    /// <summary>Bytes written so far.</summary>
    public int Length { get; private set; }

    /// <summary>The message so far.</summary>
    public readonly ReadOnlySpan<byte> Message => _room[..Length];

    /// <summary>Writes a question of ours.</summary>
    public bool TryWriteQuestion(scoped ReadOnlySpan<byte> canonical, DnsType type, ushort class_ = DnsQuestion.Internet)
    {
        Span<byte> rest = _room[Length..];
        int name = DnsName.Write(rest, canonical);
        if (name == 0 || rest.Length < name + 4) return false;
        BinaryPrimitives.WriteUInt16BigEndian(rest[name..], (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(rest[(name + 2)..], class_);
        Length += name + 4;
        Count(4);
        return true;
    }

    /// <summary>Repeats the asker's own question bytes (<see cref="DnsQuestion.Bytes"/>), its case included.</summary>
    public bool TryWriteQuestion(scoped ReadOnlySpan<byte> questionBytes)
    {
        if (!questionBytes.TryCopyTo(_room[Length..])) return false;
        Length += questionBytes.Length;
        Count(4);
        return true;
    }

    /// <summary>Writes a record that belongs to the name of the first question.</summary>
    public bool TryWriteRecord(DnsSection section, DnsType type, uint ttl, scoped ReadOnlySpan<byte> rdata)
    {
        Span<byte> rest = _room[Length..];
        if (!BinaryPrimitives.TryWriteUInt16BigEndian(rest, PointerToQuestion)) return false;
        return TryFinishRecord(section, 2, type, DnsQuestion.Internet, ttl, rdata);
    }

    /// <summary>Writes a record with its owner's name in full.</summary>
    public bool TryWriteRecord(DnsSection section, scoped ReadOnlySpan<byte> owner, DnsType type, uint ttl, scoped ReadOnlySpan<byte> rdata)
    {
        int name = DnsName.Write(_room[Length..], owner);
        return name != 0 && TryFinishRecord(section, name, type, DnsQuestion.Internet, ttl, rdata);
    }

    /// <summary>Writes the EDNS(0) pseudo-record (RFC 6891, 6.1.2).</summary>
    /// <param name="udpBytes">The largest UDP answer that the writer takes.</param>
    /// <param name="extendedCode">The high eight bits of the response code.</param>
    /// <param name="options">Options as <see cref="Edns"/> writes them.</param>
    public bool TryWriteEdns(ushort udpBytes, byte extendedCode, scoped ReadOnlySpan<byte> options)
    {
        int name = DnsName.Write(_room[Length..], default);
        return name != 0 && TryFinishRecord(DnsSection.Additional, name, DnsType.OPT, udpBytes, (uint)extendedCode << 24, options);
    }

    /// <summary>Changes the flags, for instance to say that the message was cut.</summary>
    public readonly void SetFlags(ushort flags) => BinaryPrimitives.WriteUInt16BigEndian(_room[2..], flags);

    private bool TryFinishRecord(DnsSection section, int name, DnsType type, ushort class_, uint ttl, scoped ReadOnlySpan<byte> rdata)
    {
        Span<byte> rest = _room[(Length + name)..];
        if (rdata.Length > ushort.MaxValue || rest.Length < 10 + rdata.Length) return false;
        BinaryPrimitives.WriteUInt16BigEndian(rest, (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(rest[2..], class_);
        BinaryPrimitives.WriteUInt32BigEndian(rest[4..], ttl);
        BinaryPrimitives.WriteUInt16BigEndian(rest[8..], (ushort)rdata.Length);
        rdata.CopyTo(rest[10..]);
        Length += name + 10 + rdata.Length;
        Count(6 + 2 * (int)section);
        return true;
    }

    private readonly void Count(int offset) =>
        BinaryPrimitives.WriteUInt16BigEndian(_room[offset..], (ushort)(BinaryPrimitives.ReadUInt16BigEndian(_room[offset..]) + 1));
}
