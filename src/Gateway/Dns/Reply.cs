using System.Collections.Immutable;
using Exeat.Wire.Dns;

namespace Exeat.Gateway.Dns;

/// <summary>What an agent is told.</summary>
internal readonly record struct Reply
{
    public DnsResponseCode Code { get; init; }

    /// <summary>The high bits of the response code, for EDNS.</summary>
    public byte ExtendedCode { get; init; }

    /// <summary>Inner bytes of records of the asked type; default for none.</summary>
    public ImmutableArray<byte[]> Records { get; init; }

    public int TtlSeconds { get; init; }

    /// <summary>Writes an SOA, so that the absence is remembered for <see cref="TtlSeconds"/> (RFC 2308).</summary>
    public bool WithSoa { get; init; }

    /// <summary>Extended DNS Error; 0 with no text is none.</summary>
    public ushort Error { get; init; }

    public string? ErrorText { get; init; }
}
