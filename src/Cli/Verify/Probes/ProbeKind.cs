namespace Exeat.Cli.Verify;

/// <summary>What an attempt sends.</summary>
internal enum ProbeKind : byte
{
    /// <summary>A DNS question over UDP.</summary>
    Question = 0,

    /// <summary>A DNS question over TCP.</summary>
    QuestionOverTcp,

    /// <summary>A TLS ClientHello over TCP.</summary>
    Tls,

    /// <summary>A plain HTTP request.</summary>
    Http,

    /// <summary>A line of text over TCP, which names nobody.</summary>
    Tcp,

    /// <summary>A QUIC Initial with a ClientHello.</summary>
    Quic,

    /// <summary>A datagram that is nothing in particular.</summary>
    Udp,

    /// <summary>An ICMP echo request.</summary>
    Echo,
}
