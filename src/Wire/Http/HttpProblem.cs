namespace Exeat.Wire;

/// <summary>Why a request is not followed. The zero value is nothing.</summary>
public enum HttpProblem : byte
{
    /// <summary>Nothing is wrong (so far).</summary>
    None = 0,

    /// <summary>Servers read it differently: whom it is for, or where it ends (RFC 9112, 11.2).</summary>
    Ambiguous,

    /// <summary>It leads out of HTTP/1: CONNECT, Upgrade, the preface of HTTP/2. What follows would be no request.</summary>
    Upgrade,
}
