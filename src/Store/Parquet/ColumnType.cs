namespace Exeat.Store;

/// <summary>The types of columns that are written without the engine.</summary>
internal enum ColumnType
{
    /// <summary>Eight bytes; the least and the most of them are kept.</summary>
    Number = 0,

    /// <summary>Four bytes.</summary>
    Small,

    /// <summary>One byte without a sign, which lies in four.</summary>
    Tiny,

    /// <summary>A bit.</summary>
    Truth,

    /// <summary>UTF-8 after its length.</summary>
    Text,

    /// <summary>Bytes after their length.</summary>
    Bytes,

    /// <summary>Sixteen bytes in network order.</summary>
    Id,
}
