using Exeat.Flows;

namespace Exeat.Store;

/// <summary>One event of a batch.</summary>
/// <param name="Event">What was read, without its line: it outlives the batch.</param>
/// <param name="Line">The line, in the memory of the batch: only until it is taken.</param>
/// <param name="Key">Its identity.</param>
/// <param name="Time">The moment under which it is kept, in microseconds since 1970.</param>
/// <param name="IsAbsurd">Its own time cannot be, so it is kept under the moment it was received.</param>
/// <param name="Flow">Id of its flow as a unit; nothing when it has none.</param>
internal readonly record struct ReadEvent(FlowEvent Event, ReadOnlyMemory<byte> Line, EventKey Key, long Time, bool IsAbsurd, Guid Flow)
{
    /// <summary>Whether it is folded with others of its flow.</summary>
    public bool IsOfFlow => Event.Flow is not null && Event.Event != "counted";
}
