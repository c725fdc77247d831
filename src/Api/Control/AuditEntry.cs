namespace Exeat.Api.Control;

/// <summary>One change.</summary>
/// <param name="Seq">Its number, without gaps.</param>
/// <param name="Time">When.</param>
/// <param name="Actor">Who: <c>user:anna</c>, <c>token:ci</c>, <c>gateway:gw-1</c> or <c>control</c>.</param>
/// <param name="Action">What, as area.verb.</param>
/// <param name="Target">To what.</param>
/// <param name="Details">What else was noted.</param>
/// <param name="Hash">SHA-256 over this entry and the hash of the one before.</param>
public sealed record AuditEntry(long Seq, DateTimeOffset Time, string Actor, string Action, string Target, IReadOnlyDictionary<string, string?> Details, string Hash);
