namespace Exeat.Api.Control;

/// <summary>A token to make.</summary>
/// <param name="Name">Letters, digits, '.', '-', '_' and '@', at most 64; no other token's, not even a revoked one's.</param>
/// <param name="Roles">What it may do.</param>
/// <param name="Days">How long it stands, 1 to 366.</param>
public sealed record NewToken(string Name, IReadOnlyList<string> Roles, int Days);
