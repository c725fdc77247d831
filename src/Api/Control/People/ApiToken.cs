namespace Exeat.Api.Control;

/// <summary>A token of a program, without its secret.</summary>
public sealed record ApiToken
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>Its name in the audit log.</summary>
    public required string Name { get; init; }

    /// <summary>What it may do.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>Who made it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>When it ends.</summary>
    public required DateTimeOffset Ends { get; init; }

    /// <summary>The last use, to the minute; null: none yet.</summary>
    public DateTimeOffset? LastUsed { get; init; }

    /// <summary>When it was revoked; null: it stands.</summary>
    public DateTimeOffset? Revoked { get; init; }
}
