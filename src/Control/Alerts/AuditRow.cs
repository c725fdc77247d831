namespace Exeat.Control.Alerts;

/// <summary>A row of the audit log, as alerts look at it.</summary>
internal sealed record AuditRow(long Seq, DateTimeOffset Time, string Actor, string Action, string Target, string Details);
