namespace Exeat.Policy;

/// <summary>How a policy is loaded.</summary>
public sealed record LoadOptions
{
    /// <summary>Tells what has expired.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The folder that <c>include: [{pack: NAME}]</c> is looked up in; null: includes are refused.</summary>
    public string? PacksDirectory { get; init; }

    /// <summary>Whether packs are taken only where the include states their SHA-256: for a folder that nobody named (<see cref="ShippedPacks"/>).</summary>
    public bool TakesOnlyPinnedPacks { get; init; }

    /// <summary>Whether expired rules and names are errors (for CI) rather than warnings. A gateway never sets it: time alone must not unload a policy.</summary>
    public bool StrictExpiry { get; init; }
}
