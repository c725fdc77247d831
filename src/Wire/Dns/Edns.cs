using System.Buffers.Binary;
using System.Text;

namespace Exeat.Wire.Dns;

/// <summary>What an EDNS(0) pseudo-record says (RFC 6891), and its options.</summary>
/// <param name="UdpBytes">The largest UDP answer that the sender takes, as declared.</param>
/// <param name="ExtendedCode">The high eight bits of the response code.</param>
/// <param name="Version">0 is the only one in use.</param>
/// <param name="DnssecOk">Whether signatures are wanted.</param>
public readonly record struct Edns(ushort UdpBytes, byte ExtendedCode, byte Version, bool DnssecOk)
{
    /// <summary>Option code of Extended DNS Errors (RFC 8914).</summary>
    public const ushort ExtendedErrorOption = 15;

    /// <summary>Extended error 15: "Blocked" by the operator's policy (RFC 8914, 4.16).</summary>
    public const ushort Blocked = 15;

    /// <summary>Extended error 18: "Prohibited" for this client (RFC 8914, 4.19).</summary>
    public const ushort Prohibited = 18;

    /// <summary>Extended error 22: "No Reachable Authority" (RFC 8914, 4.23).</summary>
    public const ushort NoReachableAuthority = 22;

    /// <summary>Reads the fixed part of a pseudo-record.</summary>
    public static Edns Of(in DnsRecord record) => new(record.Class, (byte)(record.Ttl >> 24), (byte)(record.Ttl >> 16), (record.Ttl & 0x8000) != 0);

    /// <summary>Finds an option. NeedMore: the options are sound and have none such.</summary>
    public static ReadStatus TryFindOption(ReadOnlySpan<byte> options, ushort code, out ReadOnlySpan<byte> value)
    {
        value = default;
        bool found = false;
        while (!options.IsEmpty)
        {
            if (options.Length < 4) return ReadStatus.Malformed;
            int length = BinaryPrimitives.ReadUInt16BigEndian(options[2..]);
            if (options.Length < 4 + length) return ReadStatus.Malformed;
            if (!found && BinaryPrimitives.ReadUInt16BigEndian(options) == code)
            {
                found = true;
                value = options.Slice(4, length);
            }
            options = options[(4 + length)..];
        }
        return found ? ReadStatus.Found : ReadStatus.NeedMore;
    }

    /// <summary>Reads the first Extended DNS Error: its number and text (UTF-8, unchecked).</summary>
    public static ReadStatus TryReadExtendedError(ReadOnlySpan<byte> options, out ushort error, out ReadOnlySpan<byte> text)
    {
        error = 0;
        text = default;
        ReadStatus status = TryFindOption(options, ExtendedErrorOption, out ReadOnlySpan<byte> value);
        if (status != ReadStatus.Found) return status;
        if (!BinaryPrimitives.TryReadUInt16BigEndian(value, out error)) return ReadStatus.Malformed;
        text = value[2..];
        return ReadStatus.Found;
    }

    /// <summary>Writes an Extended DNS Error option and returns its length; text that does not fit is left away, and 0 means that nothing fitted.</summary>
    public static int WriteExtendedError(Span<byte> destination, ushort error, ReadOnlySpan<char> text)
    {
        if (destination.Length < 6) return 0;
        if (!Encoding.UTF8.TryGetBytes(text, destination[6..], out int length)) length = 0;
        BinaryPrimitives.WriteUInt16BigEndian(destination, ExtendedErrorOption);
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)(2 + length));
        BinaryPrimitives.WriteUInt16BigEndian(destination[4..], error);
        return 6 + length;
    }
}
