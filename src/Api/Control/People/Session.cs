namespace Exeat.Api.Control;

/// <summary>A login that succeeded. The secret is told this once.</summary>
/// <param name="Token">What to send as <c>Authorization: Bearer</c>.</param>
/// <param name="User">The account.</param>
/// <param name="Roles">What it may do.</param>
/// <param name="Ends">When it ends at the latest.</param>
/// <param name="MustChangePassword">The password was a one-time one: nothing but a new password is taken.</param>
public sealed record Session(string Token, string User, IReadOnlyList<string> Roles, DateTimeOffset Ends, bool MustChangePassword);
