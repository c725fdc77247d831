namespace Exeat.Api.Control;

/// <summary>A token that was made. The secret is told this once.</summary>
/// <param name="Token">The token.</param>
/// <param name="Secret">What to send as <c>Authorization: Bearer</c>.</param>
public sealed record TokenSecret(ApiToken Token, string Secret);
