namespace Exeat.Wire;

/// <summary>What a TLS server said first.</summary>
public enum ServerFirst : byte
{
    /// <summary>It can still be a HelloRetryRequest.</summary>
    NeedMore = 0,

    /// <summary>A HelloRetryRequest: the client will send a second hello, which is judged too.</summary>
    HelloRetryRequest,

    /// <summary>Anything else: a ServerHello, a fatal alert, or no TLS.</summary>
    Other,
}
