namespace Exeat.Wire;

/// <summary>What reading gave: absence of bytes and bad bytes are different facts. The zero value refuses.</summary>
public enum ReadStatus : byte
{
    /// <summary>No continuation makes these bytes a valid message.</summary>
    Malformed = 0,

    /// <summary>Valid so far; the message goes on.</summary>
    NeedMore = 1,

    /// <summary>The whole message was read.</summary>
    Found = 2,
}
