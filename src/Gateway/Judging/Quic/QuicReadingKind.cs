namespace Exeat.Gateway.Judging;

/// <summary>What is to be done with a datagram. The zero value refuses.</summary>
internal enum QuicReadingKind : byte
{
    /// <summary>It breaks what was approved, or cannot be read.</summary>
    Refused = 0,

    /// <summary>It is nothing that QUIC servers would take: no connection begins with it.</summary>
    NotQuic,

    /// <summary>Nothing of QUIC was seen on the flow, and a server might take this for the beginning of a connection, to whom cannot be read here.</summary>
    Unreadable,

    /// <summary>It belongs to a hello that is not complete.</summary>
    Incomplete,

    /// <summary>With it, a hello is complete.</summary>
    Hello,

    /// <summary>It belongs to a connection that was approved, and says nothing new of it.</summary>
    Known,
}
