using Exeat.Names;

namespace Exeat.Policy;

/// <summary>One name pattern of a WebGroup, with who answers for it.</summary>
public sealed record NameEntry
{
    /// <summary>The pattern.</summary>
    public required NamePattern Pattern { get; init; }

    /// <summary>The WebGroup it is written in.</summary>
    public required string Group { get; init; }

    /// <summary>Who answers for it.</summary>
    public string? Owner { get; init; }

    /// <summary>Why it is there.</summary>
    public string? Why { get; init; }

    /// <summary>From this moment on the entry is inert: it matches nothing. Null: never.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>How near to the agent's work it is; null when not stated.</summary>
    public NameTier? Tier { get; init; }

    /// <summary>Whose name it is: what <c>without</c> moves out together; null when not stated.</summary>
    public string? Provider { get; init; }

    /// <summary>Where it is written.</summary>
    public SourceLocation Where { get; init; }

    /// <summary>Whether the entry is inert at this moment.</summary>
    public bool IsExpired(DateTimeOffset now) => Expires is { } end && end <= now;
}
