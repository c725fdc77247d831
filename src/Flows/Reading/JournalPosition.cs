namespace Exeat.Flows;

/// <summary>A place between two lines of a journal.</summary>
/// <param name="Epoch">The opening that the segment belongs to.</param>
/// <param name="Number">The segment's number in it.</param>
/// <param name="Offset">Bytes of the segment before this place.</param>
/// <param name="Lines">Lines of the segment before this place.</param>
public readonly record struct JournalPosition(long Epoch, long Number, long Offset, long Lines);
