namespace Exeat.Wire.Dns;

/// <summary>Record and query types that we name (IANA "DNS parameters"); every other number is legal on the wire and has no name here.</summary>
public enum DnsType : ushort
{
    /// <summary>No type.</summary>
    None = 0,

    /// <summary>IPv4 address (RFC 1035).</summary>
    A = 1,

    /// <summary>Name server.</summary>
    NS = 2,

    /// <summary>Alias.</summary>
    CNAME = 5,

    /// <summary>Start of authority.</summary>
    SOA = 6,

    /// <summary>Name of an address.</summary>
    PTR = 12,

    /// <summary>Mail exchange.</summary>
    MX = 15,

    /// <summary>Text.</summary>
    TXT = 16,

    /// <summary>IPv6 address (RFC 3596).</summary>
    AAAA = 28,

    /// <summary>Service location (RFC 2782).</summary>
    SRV = 33,

    /// <summary>EDNS pseudo-record (RFC 6891).</summary>
    OPT = 41,

    /// <summary>Service binding (RFC 9460).</summary>
    SVCB = 64,

    /// <summary>Service binding for HTTPS (RFC 9460).</summary>
    HTTPS = 65,

    /// <summary>Every type at once (RFC 8482: need not be answered).</summary>
    ANY = 255,
}
