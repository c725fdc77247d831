namespace Exeat.Wire.Dns;

/// <summary>One question as it lies in a message.</summary>
public readonly ref struct DnsQuestion
{
    private readonly ReadOnlySpan<byte> _message;
    private readonly int _offset;

    internal DnsQuestion(ReadOnlySpan<byte> message, int offset, int length, DnsType type, ushort class_)
    {
        _message = message;
        _offset = offset;
        Bytes = message.Slice(offset, length);
        Type = type;
        Class = class_;
    }

    /// <summary>Class IN.</summary>
    public const ushort Internet = 1;

    /// <summary>The asker's own bytes: name in its own case, type, class.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>The type asked for.</summary>
    public DnsType Type { get; }

    /// <summary>The class asked for.</summary>
    public ushort Class { get; }

    /// <summary>Reads the name in canonical form; the root is Found with nothing written.</summary>
    public ReadStatus TryReadName(Span<byte> canonical, out int written) => DnsName.TryRead(_message, _offset, canonical, out written, out _);
}
