namespace Exeat.Policy;

/// <summary>An expectation written in the policy: what becomes of an agent's attempt, and by which rule.</summary>
public sealed record PolicyTest
{
    /// <summary>The agent's id.</summary>
    public required string Agent { get; init; }

    /// <summary>Where it goes.</summary>
    public required Destination To { get; init; }

    /// <summary>Permit or deny.</summary>
    public required RuleAction Expect { get; init; }

    /// <summary>The rule that must decide (<c>default-deny</c> and <c>quarantine</c> are such names too); null: any.</summary>
    public string? Rule { get; init; }

    /// <summary>Where it is written.</summary>
    public SourceLocation Where { get; init; }
}
