namespace Exeat.Store;

/// <summary>What a file holds; each kind has its folder. The names are in the manifest.</summary>
internal enum FileKind
{
    /// <summary>Events as they were sent.</summary>
    Events = 0,

    /// <summary>Flows, folded.</summary>
    Flows,

    /// <summary>Sums by the hour, with names: nearly as many rows as flows where many agents use many names.</summary>
    Hours,

    /// <summary>Sums by the minute.</summary>
    Minutes,

    /// <summary>Sums by the hour without names: what dashboards read.</summary>
    Totals,

    /// <summary>Sums by the day with names and without agents: what lists of destinations read.</summary>
    Names,
}
