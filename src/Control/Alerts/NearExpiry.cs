namespace Exeat.Control.Alerts;

/// <summary>A rule or pattern that ends soon.</summary>
/// <param name="Policy">Version of the policy.</param>
/// <param name="What">The rule, or the pattern and its group.</param>
/// <param name="Ends">When.</param>
/// <param name="Owner">Who answers for it.</param>
internal sealed record NearExpiry(string Policy, string What, DateTimeOffset Ends, string? Owner);
