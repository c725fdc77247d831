namespace Exeat.Policy;

/// <summary>How one test of a policy came out.</summary>
/// <param name="Test">The test.</param>
/// <param name="Walk">What happened; null when the agent is not declared.</param>
/// <param name="Problem">Why it failed; null when it held.</param>
public sealed record PolicyTestOutcome(PolicyTest Test, PolicyWalk? Walk, Problem? Problem)
{
    /// <summary>Whether the expectation held.</summary>
    public bool Held => Problem is null;
}
