using System.Globalization;

namespace Exeat.Policy;

/// <summary>Where something is written: a file and a place in it, counted from 1. Line 0 means the file as a whole.</summary>
/// <param name="File">The path as the person named it.</param>
/// <param name="Line">Line, from 1; 0 for the whole file.</param>
/// <param name="Column">Column, from 1; 0 for the whole line.</param>
public readonly record struct SourceLocation(string File, int Line, int Column)
{
    /// <inheritdoc/>
    public override string ToString() => Line == 0 ? File : string.Create(CultureInfo.InvariantCulture, $"{File}:{Line}:{Column}");
}
