using System.Buffers.Binary;

namespace Exeat.Wire.Dns;

/// <summary>The twelve bytes at the head of a message (RFC 1035, 4.1.1).</summary>
/// <param name="Id">Chosen by the asker, echoed by the answerer.</param>
/// <param name="Flags">The second 16 bits as they are on the wire.</param>
/// <param name="Questions">Declared number of questions.</param>
/// <param name="Answers">Declared number of answer records.</param>
/// <param name="Authorities">Declared number of authority records.</param>
/// <param name="Additionals">Declared number of additional records.</param>
public readonly record struct DnsHeader(ushort Id, ushort Flags, ushort Questions, ushort Answers, ushort Authorities, ushort Additionals)
{
    /// <summary>Bytes of a header.</summary>
    public const int Bytes = 12;

    /// <summary>This is a response.</summary>
    public const ushort Response = 0x8000;

    /// <summary>The message was cut to fit.</summary>
    public const ushort TruncatedBit = 0x0200;

    /// <summary>The asker wants recursion.</summary>
    public const ushort RecursionDesired = 0x0100;

    /// <summary>The answerer offers recursion.</summary>
    public const ushort RecursionAvailable = 0x0080;

    /// <summary>Whether this is a response.</summary>
    public bool IsResponse => (Flags & Response) != 0;

    /// <summary>Whether the message was cut to fit.</summary>
    public bool IsTruncated => (Flags & TruncatedBit) != 0;

    /// <summary>Whether recursion is desired.</summary>
    public bool WantsRecursion => (Flags & RecursionDesired) != 0;

    /// <summary>0 is an ordinary query.</summary>
    public int Opcode => Flags >> 11 & 0xF;

    /// <summary>The low four bits of the response code.</summary>
    public DnsResponseCode ResponseCode => (DnsResponseCode)(Flags & 0xF);

    internal static DnsHeader Read(ReadOnlySpan<byte> message) => new(
        BinaryPrimitives.ReadUInt16BigEndian(message),
        BinaryPrimitives.ReadUInt16BigEndian(message[2..]),
        BinaryPrimitives.ReadUInt16BigEndian(message[4..]),
        BinaryPrimitives.ReadUInt16BigEndian(message[6..]),
        BinaryPrimitives.ReadUInt16BigEndian(message[8..]),
        BinaryPrimitives.ReadUInt16BigEndian(message[10..]));
}
