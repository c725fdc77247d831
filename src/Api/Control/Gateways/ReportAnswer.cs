namespace Exeat.Api.Control;

/// <summary>Control's answer to a report.</summary>
/// <param name="Time">Control's clock; a link that is far off says so.</param>
/// <param name="RenewalDue">Whether it is time for another certificate, by control's clock: the link's may be wrong.</param>
/// <param name="Store">Which flow store control has, as in <see cref="RecordsAnswer"/>: a link with nothing to send learns here that it is another one. Null: an older control.</param>
public sealed record ReportAnswer(DateTimeOffset Time, bool RenewalDue = false, string? Store = null);
