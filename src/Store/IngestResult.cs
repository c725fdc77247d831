namespace Exeat.Store;

/// <summary>What became of a batch. When <see cref="IsFull"/>, nothing of it was taken and the sender must keep it.</summary>
/// <param name="Accepted">New events, now durable.</param>
/// <param name="Duplicates">Events that the store has already.</param>
/// <param name="Refused">Lines that are no event, or of a newer major version: counted and passed over.</param>
/// <param name="IsFull">No room on the disk: answer 507 and do not acknowledge.</param>
public readonly record struct IngestResult(int Accepted, int Duplicates, int Refused, bool IsFull)
{
    /// <summary>Nothing was taken, for want of room.</summary>
    public static IngestResult StoreFull { get; } = new(0, 0, 0, IsFull: true);
}
