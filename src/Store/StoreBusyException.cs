namespace Exeat.Store;

/// <summary>So much is asked already that this is refused: what, and what to do.</summary>
public sealed class StoreBusyException(string what, string remedy) : Exception($"flow store: {what}; {remedy}")
{
    /// <summary>What there is too much of.</summary>
    public string What { get; } = what;

    /// <summary>What to do.</summary>
    public string Remedy { get; } = remedy;
}
