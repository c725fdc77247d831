namespace Exeat.Api.Control;

/// <summary>One group of flows.</summary>
/// <param name="Keys">The values, in the order of what was asked; null: the flows have none.</param>
/// <param name="Bucket">The step of time.</param>
/// <param name="Attempts">How many attempts.</param>
/// <param name="BytesOut">Bytes from agents.</param>
/// <param name="BytesIn">Bytes to agents.</param>
/// <param name="First">When the first began.</param>
/// <param name="Last">When the last began.</param>
public sealed record FlowGroup(IReadOnlyList<string?> Keys, DateTimeOffset? Bucket, long Attempts, long BytesOut, long BytesIn, DateTimeOffset First, DateTimeOffset Last);
