using Exeat.Policy;

namespace Exeat.Gateway.Judging;

/// <summary>What one datagram of an agent's is, seen against the connections of its flow.</summary>
/// <param name="Kind">What is to be done with it.</param>
/// <param name="Reason">Why it is refused.</param>
/// <param name="Connection">The connection whose hello it belongs to.</param>
/// <param name="IsNew">Whether it brought bytes of the hello that were not here.</param>
internal readonly record struct QuicReading(QuicReadingKind Kind, Reason Reason = Reason.DefaultDeny, QuicConnection? Connection = null, bool IsNew = false);
