namespace Exeat.Wire;

/// <summary>What the server_name extension of a hello says (RFC 6066, 3). Only <see cref="Name"/> names somebody.</summary>
public enum SniStatus : byte
{
    /// <summary>There is no such extension.</summary>
    Absent = 0,

    /// <summary>One host name, now canonical in the name buffer.</summary>
    Name,

    /// <summary>An address literal, which RFC 6066 forbids.</summary>
    Address,

    /// <summary>An empty host name, one that is no name, or an entry of an unknown kind.</summary>
    Invalid,

    /// <summary>More than one entry: servers differ in which they read.</summary>
    Multiple,
}
