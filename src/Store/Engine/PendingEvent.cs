namespace Exeat.Store;

/// <summary>An event that is durable and not yet in the engine.</summary>
internal readonly record struct PendingEvent(string Gateway, ReadEvent Read, long Arrival);
