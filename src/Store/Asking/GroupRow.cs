namespace Exeat.Store;

/// <summary>One group.</summary>
/// <param name="Keys">The values, in the order of <see cref="GroupQuery.By"/>; null: the flows have none.</param>
/// <param name="Bucket">Beginning of the step of time; null when none was asked.</param>
/// <param name="Attempts">How many attempts.</param>
/// <param name="BytesOut">Bytes from agents.</param>
/// <param name="BytesIn">Bytes to agents.</param>
/// <param name="First">When the first attempt of the group began; to the minute, hour or day when <see cref="GroupResult.FromRollUps"/>.</param>
/// <param name="Last">When the last one began; likewise.</param>
public sealed record GroupRow(IReadOnlyList<string?> Keys, DateTimeOffset? Bucket, long Attempts, long BytesOut, long BytesIn, DateTimeOffset First, DateTimeOffset Last);
