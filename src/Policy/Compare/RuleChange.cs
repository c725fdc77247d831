namespace Exeat.Policy;

/// <summary>What became of one rule, judged by what it decides.</summary>
/// <param name="Rule">Its name; <c>default</c> for the default.</param>
/// <param name="Kind">What became of it.</param>
public sealed record RuleChange(string Rule, RuleChangeKind Kind);

/// <summary>What can become of a rule.</summary>
public enum RuleChangeKind
{
    /// <summary>New, and it decides something otherwise than it was.</summary>
    Added = 0,

    /// <summary>Gone, and what it decided is decided otherwise.</summary>
    Removed,

    /// <summary>It decides more.</summary>
    Widened,

    /// <summary>It decides less.</summary>
    Narrowed,

    /// <summary>Under this name only in one of the policies, and nothing follows from that.</summary>
    WithoutEffect,
}
