using System.Buffers.Binary;
using Exeat.Names;

namespace Exeat.Wire.Dns;

/// <summary>Reads the bytes of an SVCB or HTTPS record (RFC 9460, 2.2): priority, target, then parameters in strictly growing order of keys.</summary>
public ref struct SvcbReader
{
    /// <summary>Keys that a client must understand.</summary>
    public const ushort Mandatory = 0;

    /// <summary>Another port.</summary>
    public const ushort PortKey = 3;

    /// <summary>IPv4 addresses of the target.</summary>
    public const ushort Ipv4Hint = 4;

    /// <summary>Encrypted ClientHello configuration.</summary>
    public const ushort Ech = 5;

    /// <summary>IPv6 addresses of the target.</summary>
    public const ushort Ipv6Hint = 6;

    private ReadOnlySpan<byte> _rest;
    private int _lastKey;

    /// <summary>0 is alias mode: the target is to be asked instead.</summary>
    public ushort Priority { get; private set; }

    /// <summary>Bytes of priority and target, which the parameters follow.</summary>
    public int HeadBytes { get; private set; }

    /// <summary>Whether this record only points to another name.</summary>
    public readonly bool IsAlias => Priority == 0;

    /// <summary>Whether a parameter is still unread.</summary>
    public readonly bool HasParameter => !_rest.IsEmpty;

    /// <summary>Reads priority and target; the target is never compressed (RFC 9460, 2.2), and "." is Found with nothing written.</summary>
    /// <param name="rdata">The record's own bytes, whole.</param>
    /// <param name="target">Room for <see cref="CanonicalName.MaxBytes"/>.</param>
    /// <param name="written">Bytes of the target's canonical form.</param>
    /// <param name="reader">Stands before the first parameter.</param>
    public static ReadStatus TryOpen(ReadOnlySpan<byte> rdata, Span<byte> target, out int written, out SvcbReader reader)
    {
        reader = default;
        written = 0;
        if (rdata.Length < 3) return ReadStatus.Malformed;
        // In a slice of its own every pointer goes into the (absent) header or forward, so compression comes out as Malformed by itself.
        if (DnsName.TryRead(rdata, 2, target, out written, out int end) != ReadStatus.Found || rdata[end - 1] != 0) return ReadStatus.Malformed;
        if (end != 2 + (written == 0 ? 1 : written + 2)) return ReadStatus.Malformed;
        reader = new SvcbReader { Priority = BinaryPrimitives.ReadUInt16BigEndian(rdata), HeadBytes = end, _rest = rdata[end..], _lastKey = -1 };
        return ReadStatus.Found;
    }

    /// <summary>Reads the next parameter and checks the form of those whose meaning matters here.</summary>
    public ReadStatus TryReadParameter(out ushort key, out ReadOnlySpan<byte> value)
    {
        key = 0;
        value = default;
        if (_rest.Length < 4) return ReadStatus.Malformed;
        key = BinaryPrimitives.ReadUInt16BigEndian(_rest);
        int length = BinaryPrimitives.ReadUInt16BigEndian(_rest[2..]);
        if (key <= _lastKey || _rest.Length < 4 + length) return ReadStatus.Malformed;
        value = _rest.Slice(4, length);
        if (!IsSound(key, value)) return ReadStatus.Malformed;
        _rest = _rest[(4 + length)..];
        _lastKey = key;
        return ReadStatus.Found;
    }

    private static bool IsSound(ushort key, ReadOnlySpan<byte> value) => key switch
    {
        Mandatory => value.Length > 0 && value.Length % 2 == 0,
        PortKey => value.Length == 2,
        Ipv4Hint => value.Length > 0 && value.Length % 4 == 0,
        Ipv6Hint => value.Length > 0 && value.Length % 16 == 0,
        _ => true,
    };
}
