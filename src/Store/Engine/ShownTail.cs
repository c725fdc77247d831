namespace Exeat.Store;

/// <summary>A tail as it was when it was shown last.</summary>
internal sealed record ShownTail(TailRows Flows, TailRows Sums, TailRows Events);
