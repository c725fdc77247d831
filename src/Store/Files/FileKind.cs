namespace Exeat.Store;

/// <summary>What a file holds; each kind has its folder. The names are in the manifest.</summary>
internal enum FileKind
{
    /// <summary>Events as they were sent.</summary>
    Events = 0,

    /// <summary>Flows, folded.</summary>
    Flows,

    /// <summary>Sums by the hour.</summary>
    Hours,

    /// <summary>Sums by the minute.</summary>
    Minutes,
}
