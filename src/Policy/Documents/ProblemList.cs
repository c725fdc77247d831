using System.Collections.Immutable;

namespace Exeat.Policy;

/// <summary>Gathers all problems of one load, so that a person mends them in one go. Bounded: hostile documents can be wrong in a million places.</summary>
internal sealed class ProblemList
{
    /// <summary>Enough for a person; the rest is summed up in one line.</summary>
    public const int MaxProblems = 500;

    private readonly List<Problem> _problems = [];
    private int _left;

    public int Errors { get; private set; }

    public bool HasErrors => Errors > 0;

    public void Error(SourceLocation where, string what, string remedy) => Add(where, Severity.Error, what, remedy);

    public void Warning(SourceLocation where, string what, string remedy) => Add(where, Severity.Warning, what, remedy);

    /// <summary>The problems by file and place.</summary>
    public ImmutableArray<Problem> ToImmutable()
    {
        ImmutableArray<Problem> sorted =
        [
            .. _problems.Distinct().OrderBy(p => p.File, StringComparer.Ordinal).ThenBy(p => p.Line).ThenBy(p => p.Column),
        ];
        return _left == 0 ? sorted : sorted.Add(new Problem(sorted[^1].File, 0, 0, Severity.Error, $"{_left} more problems are not shown", "mend these first"));
    }

    private void Add(SourceLocation where, Severity severity, string what, string remedy)
    {
        if (severity == Severity.Error) Errors++;
        if (_problems.Count < MaxProblems) _problems.Add(new Problem(where.File, where.Line, where.Column, severity, Escaped(what), Escaped(remedy)));
        else _left++;
    }

    // Messages quote what was written; a terminal must not obey it.
    private static string Escaped(string text) =>
        text.Any(ScalarReader.IsUnprintable) ? string.Concat(text.Select(c => ScalarReader.IsUnprintable(c) ? $"\\u{(int)c:x4}" : c.ToString())) : text;
}
