namespace Exeat.Api.Control;

/// <summary>Cuts an agent off, or lets it go.</summary>
/// <param name="Reason">Why, for those who come after.</param>
/// <param name="Gateway">On which gateway; null: on every one that has an agent of this id.</param>
public sealed record QuarantineRequest(string Reason, string? Gateway = null);
