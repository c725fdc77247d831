namespace Exeat.Policy;

/// <summary>A person's mistake in a document: where, what is wrong, and what to write instead.</summary>
/// <param name="File">The file as the person named it.</param>
/// <param name="Line">Line, from 1; 0: the file as a whole.</param>
/// <param name="Column">Column, from 1.</param>
/// <param name="Severity">Whether the document is refused.</param>
/// <param name="What">What is wrong, in one clause.</param>
/// <param name="Remedy">What to do, in one clause.</param>
public sealed record Problem(string File, int Line, int Column, Severity Severity, string What, string Remedy)
{
    /// <summary><c>file:line:column: error: what; remedy</c>, the form that editors and CI systems jump to.</summary>
    public override string ToString()
    {
        string severity = Severity == Severity.Error ? "error" : "warning";
        return $"{new SourceLocation(File, Line, Column)}: {severity}: {What}; {Remedy}";
    }
}
