namespace Exeat.Wire;

/// <summary>What became of the bytes of a CRYPTO frame. The zero value refuses.</summary>
public enum QuicCryptoAddition : byte
{
    /// <summary>They differ from bytes that came before at the same place.</summary>
    Conflict = 0,

    /// <summary>They lie beyond what is kept.</summary>
    TooLong,

    /// <summary>All of them were here already.</summary>
    Known,

    /// <summary>Some of them are new.</summary>
    Added,
}
