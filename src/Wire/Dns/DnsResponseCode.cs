namespace Exeat.Wire.Dns;

/// <summary>The low four bits of a response code (RFC 1035, 4.1.1). The zero value is success, so that it equals the wire.</summary>
public enum DnsResponseCode : byte
{
    /// <summary>Success, also when there is no record of the type (NODATA).</summary>
    NoError = 0,

    /// <summary>The question cannot be read.</summary>
    FormatError = 1,

    /// <summary>The resolver failed.</summary>
    ServerFailure = 2,

    /// <summary>The name does not exist.</summary>
    NameError = 3,

    /// <summary>Not that kind of question.</summary>
    NotImplemented = 4,

    /// <summary>Refused by policy.</summary>
    Refused = 5,
}
