namespace Exeat.Names;

/// <summary>Who registers names directly below a name.</summary>
internal enum PublicSuffixKind
{
    /// <summary>One owner.</summary>
    None = 0,

    /// <summary>Anybody, at a registry.</summary>
    Icann,

    /// <summary>Customers of one company (private section of the list).</summary>
    Private,
}
