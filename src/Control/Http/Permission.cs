namespace Exeat.Control.Http;

/// <summary>Who may use an endpoint: stated once, at the endpoint. One without is a mistake, and nobody may use it.</summary>
/// <param name="Door">The listener it is answered at.</param>
/// <param name="Needed">The role; <see cref="Roles.None"/>: everybody, without a login.</param>
internal sealed record Permission(Door Door, Roles Needed)
{
    /// <summary>Also with a one-time password, which opens nothing else.</summary>
    public bool WithOneTimePassword { get; init; }
}
