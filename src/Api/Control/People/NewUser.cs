namespace Exeat.Api.Control;

/// <summary>An account to make.</summary>
/// <param name="Name">Letters, digits, '.', '-', '_' and '@', at most 64.</param>
/// <param name="Roles">What it may do.</param>
public sealed record NewUser(string Name, IReadOnlyList<string> Roles);
