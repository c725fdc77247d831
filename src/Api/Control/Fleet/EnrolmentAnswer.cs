namespace Exeat.Api.Control;

/// <summary>A one-time token for a gateway. It is told once.</summary>
/// <param name="Gateway">For which.</param>
/// <param name="Token">The token: one line for <c>exeat-link enrol</c>.</param>
/// <param name="Ends">Until when it counts.</param>
public sealed record EnrolmentAnswer(string Gateway, string Token, DateTimeOffset Ends);
