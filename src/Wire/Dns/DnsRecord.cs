using Exeat.Names;

namespace Exeat.Wire.Dns;

/// <summary>One resource record as it lies in a message.</summary>
public readonly ref struct DnsRecord
{
    private readonly ReadOnlySpan<byte> _message;
    private readonly int _owner;
    private readonly int _rdata;

    internal DnsRecord(ReadOnlySpan<byte> message, int owner, int rdata, int rdataLength, DnsSection section, DnsType type, ushort class_, uint ttl)
    {
        _message = message;
        _owner = owner;
        _rdata = rdata;
        Rdata = message.Slice(rdata, rdataLength);
        (Section, Type, Class, Ttl) = (section, type, class_, ttl);
    }

    /// <summary>Where the record lies.</summary>
    public DnsSection Section { get; }

    /// <summary>Its type.</summary>
    public DnsType Type { get; }

    /// <summary>Its class; in <see cref="DnsType.OPT"/> the UDP size.</summary>
    public ushort Class { get; }

    /// <summary>Its 32 bits of time to live as on the wire; in <see cref="DnsType.OPT"/> flags.</summary>
    public uint Ttl { get; }

    /// <summary>Time to live in seconds: a set top bit counts as zero (RFC 2181, 8).</summary>
    public int TtlSeconds => Ttl > int.MaxValue ? 0 : (int)Ttl;

    /// <summary>The record's own bytes; names inside may be compressed.</summary>
    public ReadOnlySpan<byte> Rdata { get; }

    /// <summary>The address of an A or AAAA record with the right length; otherwise <c>default</c>.</summary>
    public Address Address => (Type, Rdata.Length) is (DnsType.A, 4) or (DnsType.AAAA, 16) ? Address.FromBytes(Rdata) : default;

    /// <summary>Reads the owner's name in canonical form; the root is Found with nothing written.</summary>
    public ReadStatus TryReadOwner(Span<byte> canonical, out int written) => DnsName.TryRead(_message, _owner, canonical, out written, out _);

    /// <summary>Reads a name that begins <paramref name="skip"/> bytes into the record's own bytes.</summary>
    /// <param name="skip">Where in <see cref="Rdata"/> the name begins.</param>
    /// <param name="canonical">Room for <see cref="CanonicalName.MaxBytes"/>.</param>
    /// <param name="written">Bytes of the canonical form.</param>
    /// <param name="end">Offset in <see cref="Rdata"/> behind the name.</param>
    public ReadStatus TryReadName(int skip, Span<byte> canonical, out int written, out int end)
    {
        written = 0;
        end = 0;
        if ((uint)skip >= (uint)Rdata.Length) return ReadStatus.Malformed;
        // The message is cut behind the record: its length is known, so a name that runs out of it is broken, not incomplete.
        ReadStatus status = DnsName.TryRead(_message[..(_rdata + Rdata.Length)], _rdata + skip, canonical, out written, out int behind);
        end = behind - _rdata;
        return status == ReadStatus.NeedMore ? ReadStatus.Malformed : status;
    }
}
