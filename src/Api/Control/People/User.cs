namespace Exeat.Api.Control;

/// <summary>A person's account.</summary>
public sealed record User
{
    /// <summary>The name to log in with.</summary>
    public required string Name { get; init; }

    /// <summary>What it may do.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>It cannot log in.</summary>
    public required bool Disabled { get; init; }

    /// <summary>Its password is a one-time one.</summary>
    public required bool MustChangePassword { get; init; }

    /// <summary>Sessions that have not ended.</summary>
    public required int Sessions { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>The last login; null: none yet.</summary>
    public DateTimeOffset? LastLogin { get; init; }

    /// <summary>Who made it, or gave it a password or a role, and those who had them in hand: with them it does not count as another person until somebody else confirms it. Empty: it is its owner's alone.</summary>
    public IReadOnlyList<string> InHandsOf { get; init; } = [];
}
