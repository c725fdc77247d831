namespace Exeat.Policy;

/// <summary>What becomes of an attempt. The zero value refuses.</summary>
public enum Verdict : byte
{
    /// <summary>Refused.</summary>
    Deny = 0,

    /// <summary>Let through.</summary>
    Permit = 1,

    /// <summary>Not yet decidable: more knowledge (the client's first bytes) is needed. Nothing of the client's passes.</summary>
    Pending = 2,
}

/// <summary>Whether verdicts are applied. The zero value applies them.</summary>
public enum Mode : byte
{
    /// <summary>Verdicts are applied.</summary>
    Enforce = 0,

    /// <summary>Verdicts are recorded as <em>would be</em>, and traffic passes.</summary>
    Monitor = 1,
}

/// <summary>How far the name of a destination is proven, weakest first (the words of the record: address, dns, dns+sni, dns+host, dns+quic, decrypted).</summary>
public enum Proof : byte
{
    /// <summary>Only the address is known.</summary>
    Address = 0,

    /// <summary>Our resolver answered this agent this address for the name.</summary>
    Dns = 1,

    /// <summary>As <see cref="Dns"/>, and the TLS ClientHello over TCP names it.</summary>
    DnsSni = 2,

    /// <summary>As <see cref="Dns"/>, and the HTTP Host names it.</summary>
    DnsHost = 3,

    /// <summary>As <see cref="Dns"/>, and the ClientHello in a QUIC Initial names it.</summary>
    DnsQuic = 4,

    /// <summary>Read inside the decrypted stream.</summary>
    Decrypted = 5,
}

/// <summary>The moment at which policy is asked, in order of growing knowledge.</summary>
public enum Stage : byte
{
    /// <summary>A DNS question: agent and name are known; address, protocol and port are not.</summary>
    Dns = 0,

    /// <summary>A SYN or first datagram: address, protocol, port and bound names are known; the claimed name is not.</summary>
    FirstPacket = 1,

    /// <summary>The client's first bytes: what they claim (or that they claim nothing) is known. Always final.</summary>
    Hello = 2,

    /// <summary>One request inside a decrypted or plain HTTP stream. Always final.</summary>
    Request = 3,
}

/// <summary>What the client's own bytes say of the name.</summary>
public enum Claim : byte
{
    /// <summary>The client's bytes were not seen yet.</summary>
    NotSeen = 0,

    /// <summary>The bytes were seen and name nobody (no SNI, not TLS): names in permits are false, denies look at the bound names.</summary>
    Nothing = 1,

    /// <summary>The bytes name <see cref="Attempt.ClaimedName"/>.</summary>
    Name = 2,

    /// <summary>The bytes name somebody (or are TLS that names somebody to others) in a way that parsers read differently: every name in a deny may be meant, none in a permit.</summary>
    Unreadable = 3,
}
