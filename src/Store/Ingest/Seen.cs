namespace Exeat.Store;

/// <summary>Whether an event was taken before.</summary>
internal enum Seen
{
    /// <summary>Not known any more: what is stored must be asked.</summary>
    Uncertain = 0,

    /// <summary>It was.</summary>
    Before,

    /// <summary>It was not.</summary>
    Never,
}
