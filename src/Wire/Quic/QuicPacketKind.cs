namespace Exeat.Wire;

/// <summary>What a QUIC packet is, as far as its unprotected header says.</summary>
public enum QuicPacketKind : byte
{
    /// <summary>A long header of a version that we do not know; nothing behind its connection ids can be read.</summary>
    UnknownVersion = 0,

    /// <summary>A short header: takes the rest of the datagram.</summary>
    Short,

    /// <summary>Version negotiation (RFC 8999, 6); only servers send it.</summary>
    VersionNegotiation,

    /// <summary>Initial: protected with keys that anybody can derive.</summary>
    Initial,

    /// <summary>0-RTT.</summary>
    ZeroRtt,

    /// <summary>Handshake.</summary>
    Handshake,

    /// <summary>Retry; only servers send it.</summary>
    Retry,
}
