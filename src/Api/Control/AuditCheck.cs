namespace Exeat.Api.Control;

/// <summary>Whether the audit log is as it was written.</summary>
/// <param name="Entries">How many there are.</param>
/// <param name="Broken">The first entry that is missing, changed or does not follow the one before; null: the chain is whole.</param>
public sealed record AuditCheck(long Entries, long? Broken);
