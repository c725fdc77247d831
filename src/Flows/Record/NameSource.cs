namespace Exeat.Flows;

/// <summary>Where a name in a record was seen.</summary>
public enum NameSource : byte
{
    /// <summary>The agent's DNS question.</summary>
    Question = 0,

    /// <summary>A live binding of the destination address.</summary>
    Binding,

    /// <summary>The server name in a TLS ClientHello.</summary>
    Sni,

    /// <summary>The Host of an HTTP request.</summary>
    Host,

    /// <summary>An alias on the way from the question to the address.</summary>
    Cname,
}
