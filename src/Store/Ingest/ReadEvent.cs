using Exeat.Flows;

namespace Exeat.Store;

/// <summary>One event of a batch.</summary>
/// <param name="Event">What was read.</param>
/// <param name="Key">Its identity.</param>
/// <param name="Time">The moment under which it is kept, in microseconds since 1970.</param>
/// <param name="IsAbsurd">Its own time cannot be, so it is kept under the moment it was received.</param>
internal readonly record struct ReadEvent(FlowEvent Event, EventKey Key, long Time, bool IsAbsurd);
