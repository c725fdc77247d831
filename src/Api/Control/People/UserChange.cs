namespace Exeat.Api.Control;

/// <summary>What becomes different of an account; what is null stays.</summary>
public sealed record UserChange
{
    /// <summary>The new set of roles.</summary>
    public IReadOnlyList<string>? Roles { get; init; }

    /// <summary>True ends its sessions and lets nobody log in.</summary>
    public bool? Disabled { get; init; }
}
