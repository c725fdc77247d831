namespace Exeat.Api.Control;

/// <summary>Who is asking, as control sees it.</summary>
/// <param name="Name"><c>user:anna</c> or <c>token:ci</c>.</param>
/// <param name="Roles">What they may do.</param>
public sealed record Caller(string Name, IReadOnlyList<string> Roles);
