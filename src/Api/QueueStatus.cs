namespace Exeat.Api;

/// <summary>The packet queue: its number, the kernel's means, packets judged, and how often the kernel had no room for one (it dropped it then).</summary>
public sealed record QueueStatus(int Number, string Kind, long Judged, long Overruns);
