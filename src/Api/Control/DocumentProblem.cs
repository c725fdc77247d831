using Exeat.Policy;

namespace Exeat.Api.Control;

/// <summary>A mistake in a document that was sent to control.</summary>
/// <param name="File">The file as it was sent.</param>
/// <param name="Line">Line, from 1; 0: the file as a whole.</param>
/// <param name="Column">Column, from 1.</param>
/// <param name="Severity"><c>error</c> or <c>warning</c>.</param>
/// <param name="What">What is wrong.</param>
/// <param name="Remedy">What to do.</param>
public sealed record DocumentProblem(string File, int Line, int Column, string Severity, string What, string Remedy)
{
    /// <summary>The loader's problem in this form.</summary>
    public static DocumentProblem Of(Problem problem) =>
        new(problem.File, problem.Line, problem.Column, problem.Severity == Exeat.Policy.Severity.Error ? "error" : "warning", problem.What, problem.Remedy);
}
