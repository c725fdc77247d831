namespace Exeat.Api.Control;

/// <summary>A person's name and password.</summary>
/// <param name="User">The account.</param>
/// <param name="Password">Its password.</param>
public sealed record Login(string User, string Password);
