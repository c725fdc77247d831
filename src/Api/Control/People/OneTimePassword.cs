namespace Exeat.Api.Control;

/// <summary>A password that is told once and opens nothing but the way to one of the person's own.</summary>
/// <param name="User">The account.</param>
/// <param name="Password">The password.</param>
public sealed record OneTimePassword(string User, string Password);
