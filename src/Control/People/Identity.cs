using Exeat.Control.Http;

namespace Exeat.Control.People;

/// <summary>A person whom a source of identities vouches for.</summary>
/// <param name="User">The account, as it is written there.</param>
/// <param name="Roles">What it may do.</param>
/// <param name="MustChangePassword">The proof was a one-time password.</param>
internal sealed record Identity(string User, Roles Roles, bool MustChangePassword)
{
    /// <summary>The hash that the password matched; null: the source keeps none here. Who has proven a password that was changed since then has proven nothing.</summary>
    public string? Password { get; init; }
}
