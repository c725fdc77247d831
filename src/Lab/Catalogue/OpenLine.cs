namespace Exeat.Lab.Catalogue;

/// <summary>A line that this version does not stop, or not wholly; <c>docs/threat-model.md</c> says so under the same id.</summary>
/// <param name="Line">The line of <c>docs/escapes.md</c>.</param>
/// <param name="Because">Why, in one sentence.</param>
public sealed record OpenLine(string Line, string Because);
