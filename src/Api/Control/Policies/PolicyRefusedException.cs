namespace Exeat.Api.Control;

/// <summary>Control refused what was asked, and says why and what to do.</summary>
/// <param name="problem">What it said.</param>
public sealed class PolicyRefusedException(ApiProblem problem) : Exception(problem.Detail)
{
    /// <summary>What it said.</summary>
    public ApiProblem Problem { get; } = problem;
}
