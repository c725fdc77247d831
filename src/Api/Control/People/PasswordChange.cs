namespace Exeat.Api.Control;

/// <summary>A new password for the account that is logged in.</summary>
/// <param name="Current">The password of now.</param>
/// <param name="New">The one to come.</param>
public sealed record PasswordChange(string Current, string New);
