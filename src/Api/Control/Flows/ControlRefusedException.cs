namespace Exeat.Api.Control;

/// <summary>Control refused; the problem says why and what to do.</summary>
public sealed class ControlRefusedException(ApiProblem problem) : Exception($"{problem.Detail}; {problem.Remedy}")
{
    /// <summary>What control said.</summary>
    public ApiProblem Problem { get; } = problem;
}
