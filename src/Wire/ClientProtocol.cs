namespace Exeat.Wire;

/// <summary>Which protocol a client speaks, by its first bytes.</summary>
public enum ClientProtocol : byte
{
    /// <summary>Several are possible still.</summary>
    NeedMore = 0,

    /// <summary>A TLS record of any kind; whether it is a hello is for <see cref="TlsClientHello"/> to say.</summary>
    Tls,

    /// <summary>A request line of HTTP/1, or the preface of HTTP/2.</summary>
    Http,

    /// <summary>An SSH version line.</summary>
    Ssh,

    /// <summary>None of these: the bytes prove no name.</summary>
    Unknown,
}
