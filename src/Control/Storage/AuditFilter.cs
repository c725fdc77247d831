namespace Exeat.Control.Storage;

/// <summary>Which entries of the audit log are asked for; what is null is not asked for.</summary>
/// <param name="Since">From then on.</param>
/// <param name="Until">Before then.</param>
/// <param name="Actor">By whom.</param>
/// <param name="Action">What: an action, or its area.</param>
/// <param name="Target">To what.</param>
internal sealed record AuditFilter(DateTimeOffset? Since, DateTimeOffset? Until, string? Actor, string? Action, string? Target);
